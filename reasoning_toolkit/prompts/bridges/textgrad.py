"""TextGrad: what was wrong with a few replies is said in words, passed back to the prompt, and the prompt is rewritten by it.

Yuksekgonul et al. 2024 (arXiv 2406.07496); package textgrad 0.1.8, MIT. A reply, made with the template and ledger of the toolkit, and
what was wrong with it, is a string function of the prompt, of which TextGrad takes the gradient; right replies give none. TextGrad
keeps one string and no scores, so the text after every step is a find, the last one first.
"""

from __future__ import annotations

import logging
import os
import tempfile
from typing import Any

from reasoning_toolkit.engines.types import Message
from reasoning_toolkit.lazy import require
from reasoning_toolkit.prompts.bridges.bridge import Bridging
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.showing import draws, failure

log = logging.getLogger(__name__)
_ROLE = "system prompt of a language model, which it gets with every input of a task"
_CONSTRAINTS = ["It must hold for any input of the task: quote no input or answer."]


def find(bridging: Bridging) -> list[Candidate]:
    """The texts after every step, the last first.

    Raises:
        MissingPackage: textgrad is not installed.
    """
    textgrad = _load()
    writer = _engine(textgrad, bridging)
    prompt = textgrad.Variable(bridging.text or "Answer.", role_description=_ROLE, requires_grad=True)
    optimizer = textgrad.TextualGradientDescent([prompt], engine=writer, constraints=_CONSTRAINTS)
    texts: list[str] = []
    for step in range(bridging.number("rounds")):
        optimizer.zero_grad()
        losses = _losses(textgrad, bridging, prompt, step)
        if not losses:
            continue  # all of this batch is right
        textgrad.sum(losses).backward(writer)
        try:
            optimizer.step()
        except IndexError:  # TextGrad's word for a reply without its tags
            log.info("step %d of TextGrad: the optimizer's reply holds no new text", step + 1)
        texts.append(prompt.value)
    return bridging.candidates(((text, None) for text in reversed(texts)), "textgrad")


def _losses(textgrad: Any, bridging: Bridging, prompt: Any, step: int) -> list[Any]:
    """An evaluation in words for each wrong reply of a batch, tied to the prompt."""
    seen = list(bridging.problems[: bridging.number("train")])
    batch = draws(bridging.proposing, "textgrad", step).sample(seen, min(len(seen), bridging.number("batch")))
    graded = bridging.evaluate(bridging.with_text(prompt.value), batch)
    return [_loss(textgrad, prompt, failure(example)) for example in graded if example[2].score < 1]


def _loss(textgrad: Any, prompt: Any, said: str) -> Any:
    """What was said of a reply, as a function of the prompt."""
    purpose = "answers an input of the task with the prompt, and says what was wrong"
    function = textgrad.autograd.StringBasedFunction(lambda text: said, function_purpose=purpose)
    return function(inputs={"text": prompt})


def _load() -> Any:
    """The package; it opens a log file wherever it is imported, so it is given a place for it."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else a price table is fetched when it is imported
    os.environ.setdefault("TEXTGRAD_LOG_DIR", os.path.join(tempfile.gettempdir(), "textgrad-logs"))
    return require("textgrad", "textgrad")


def _engine(textgrad: Any, bridging: Bridging) -> Any:
    """The optimizer's model as TextGrad calls it."""

    class Writer(textgrad.engine.EngineLM):  # type: ignore[misc]
        """One question, one reply."""

        model_string = bridging.proposing.engine.identity

        def generate(self, prompt: str, system_prompt: str | None = None, **settings: Any) -> str:
            system: list[Message] = [{"role": "system", "content": system_prompt}] if system_prompt else []
            return bridging.write([*system, {"role": "user", "content": prompt}])

        __call__ = generate

    return Writer()
