"""Where a model looks: shares of instruction, stimulus and input in the gradient at the input embeddings.

NegativePrompt (arXiv 2405.02814) and EmotionPrompt (arXiv 2307.11760) argue from such gradients that their sentences give the
instruction more weight. Here: the L2 norm of the derivative of log p(gold answer | prompt) by the embedding of each prompt token, summed
over the tokens of a part and divided by the sum over the whole prompt. It is a look inside, no explanation of accuracy: compare it
with that of a neutral sentence of as many words before saying anything. Deviation: a decoder behind its chat template in place of
Flan-T5-Large; what the template adds is a part of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.engines.local_model import LocalModel, find_model
from reasoning_toolkit.engines.spec import parse_spec
from reasoning_toolkit.engines.tokenizer import HuggingFaceTokenizer
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.render import Template, instruction_of, messages_of

PARTS = ("instruction", "stimulus", "input", "template")


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A model whose gradients are taken.

    Attributes:
        model: of transformers.
        tokenizer: its own.
    """

    model: Any
    tokenizer: HuggingFaceTokenizer


def open_probe(model: str) -> Probe:
    """Load a model for gradients, in single precision.

    Args:
        model: as for the engine `hf:`, a folder, a name of the hub or an alias.

    Raises:
        EngineError: it cannot be loaded.
        MissingPackage: transformers is not installed.
    """
    transformers = require("transformers", "hf")
    found: LocalModel = find_model(parse_spec(model), {})
    loaded = transformers.AutoModelForCausalLM.from_pretrained(found.path, revision=found.revision, dtype="float32")
    return Probe(loaded.eval().requires_grad_(False), found.tokenizer)


def gradient_shares(probe: Probe, candidate: Candidate, problem: Problem, template: Template) -> Mapping[str, float]:
    """The share of each of `PARTS`, which add up to 1; 0 for a part that the prompt does not have.

    Raises:
        UsageError: the rendered prompt does not hold the texts of the candidate, so that tokens cannot be told apart.
    """
    prompt = probe.tokenizer.render(messages_of(candidate, problem, template))
    norms = gradient_norms(probe, prompt, probe.tokenizer.encode(problem.answer))
    instruction = instruction_of(candidate, problem, template)
    sought = {"instruction": instruction, "stimulus": candidate.slot("stimulus"), "input": problem.question}
    parts = parts_of(probe.tokenizer, prompt, sought)
    total = sum(norms)
    return {name: sum(n for n, part in zip(norms, parts, strict=True) if part == name) / total for name in PARTS}


def gradient_norms(probe: Probe, prompt: Sequence[int], answer: Sequence[int]) -> list[float]:
    """Of each prompt token the L2 norm of d log p(answer | prompt) / d embedding."""
    import torch

    ids = torch.tensor([[*prompt, *answer]])
    embedded = probe.model.get_input_embeddings()(ids).detach().requires_grad_(True)
    logits = probe.model(inputs_embeds=embedded).logits[0, len(prompt) - 1 : -1]
    chosen = torch.log_softmax(logits, dim=-1).gather(1, ids[0, len(prompt) :, None])
    (gradient,) = torch.autograd.grad(chosen.sum(), embedded)
    norms: list[float] = gradient[0, : len(prompt)].norm(dim=-1).tolist()
    return norms


def parts_of(tokenizer: HuggingFaceTokenizer, prompt: Sequence[int], sought: Mapping[str, str]) -> list[str]:
    """Of each token the part in which its first character stands that is no space; `template` where it is in none.

    Raises:
        UsageError: a text does not stand in the decoded prompt.
    """
    text, starts = tokenizer.decode(prompt), tokenizer.token_starts(prompt)
    spans = {name: _span(text, part, name) for name, part in sought.items() if part}
    ends = [*starts[1:], len(text)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        place = start + len(text[start:end]) - len(text[start:end].lstrip())
        found.append(next((name for name, (low, high) in spans.items() if low <= place < high), "template"))
    return found


def _span(text: str, part: str, name: str) -> tuple[int, int]:
    """The last place: a chat template may repeat the instruction, the question stands last."""
    start = text.rfind(part)
    if start < 0:
        raise UsageError(f"the {name} does not stand in the rendered prompt", hint="its template changes the text")
    return start, start + len(part)
