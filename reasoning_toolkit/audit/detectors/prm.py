"""Process reward models: a probability for each step, from any such model of the Hugging Face hub or a folder.

How the families differ is in the settings of `load_reward_model`:

    Qwen2.5-Math-PRM             marker "<extra_0>", head "labels", remote_code: the marker's label probabilities
    models of trl's PRMTrainer   marker "\\n", head "labels"
    Math-Shepherd                marker " ки", head "tokens", tokens ("+", "-"): what the model says at the marker

Scores are read at the last token of the marker behind each step, in one pass. A text that is too long keeps its end; steps that are
lost have no score. Only the mechanics are tested, on a small random model; no published model was measured here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reasoning_toolkit.audit.detectors.finding import MAX_QUOTE, SOUND, Finding, steps_of
from reasoning_toolkit.errors import EngineError, UsageError, unknown
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.lazy import require

MAX_TOKENS = 4096
THRESHOLD = 0.5
AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "product": math.prod,
    "last": lambda scores: scores[-1],
    "mean": lambda scores: sum(scores) / len(scores),
}


@dataclass(frozen=True, slots=True)
class RewardModel:
    """A loaded process reward model.

    Attributes:
        model, tokenizer: as transformers loads them.
        marker: text behind each step at whose last token the score is read.
        head: "labels": a token classifier, the last label is "right" (one label: sigmoid); "tokens": a language model that says
            one of `tokens`, right and wrong, behind the marker.
        tokens: right and wrong, for the head "tokens".
    """

    model: Any
    tokenizer: Any
    marker: str
    head: Literal["labels", "tokens"]
    tokens: tuple[str, str]


def load_reward_model(
    name: str,
    *,
    marker: str = "\n",
    head: Literal["labels", "tokens"] = "labels",
    tokens: tuple[str, str] = ("+", "-"),
    remote_code: bool = False,
) -> RewardModel:
    """Load a model on the GPU if there is one.

    Args:
        remote_code: run the code that comes with the model; the Qwen family needs it.

    Raises:
        UsageError: an unknown head, or no marker.
        MissingPackage: transformers or torch is not installed.
        EngineError: the model cannot be loaded.
    """
    if head not in ("labels", "tokens"):
        raise unknown("head", head, ("labels", "tokens"))
    if not marker:
        raise UsageError(
            "expected a marker behind each step, got an empty text", hint="for Qwen2.5-Math-PRM: <extra_0>"
        )
    transformers, torch = require("transformers", "hf"), require("torch", "hf")
    classes = {
        "tokens": transformers.AutoModelForCausalLM,
        "labels": transformers.AutoModel if remote_code else transformers.AutoModelForTokenClassification,
    }
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=remote_code)
        model = classes[head].from_pretrained(name, trust_remote_code=remote_code, dtype="auto")
    except (OSError, ValueError) as error:
        raise EngineError(
            f"no reward model could be loaded from {name!r}: {error}",
            hint="a folder or a name of the hub; see also head=… and remote_code=True",
        ) from error
    return RewardModel(model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer, marker, head, tokens)


def step_scores(reward: RewardModel, problem: str, solution: str) -> list[float | None]:
    """The probability that each step of `steps_of(solution)` is right; None for steps that were cut off in front."""
    torch = require("torch", "hf")
    ids, places = _tokens(reward, problem, steps_of(after_thinking(solution) or solution))
    lost = max(0, len(ids) - MAX_TOKENS)
    if not places:
        return []
    with torch.inference_mode():
        output = reward.model(torch.tensor([ids[lost:]], device=reward.model.device))
    logits = (output.logits if hasattr(output, "logits") else output[0])[0].float()
    return [None if place < lost else _probability(reward, logits[place - lost]) for place in places]


def judged_by_steps(
    scores: Sequence[float | None], solution: str, aggregate: str = "min", threshold: float = THRESHOLD
) -> Finding:
    """A finding from the scores of steps: flawed where the aggregate is below the threshold; the first step below it is named.

    Raises:
        UsageError: no such aggregate.
    """
    if aggregate not in AGGREGATES:
        raise unknown("aggregate", aggregate, AGGREGATES)
    known = [score for score in scores if score is not None]
    if not known:
        return SOUND
    value = AGGREGATES[aggregate](known)
    if value >= threshold:
        return Finding(False, 1 - value)
    low = next((i for i, score in enumerate(scores) if score is not None and score < threshold), None)
    quote = "" if low is None else steps_of(after_thinking(solution) or solution)[low][:MAX_QUOTE]
    return Finding(True, 1 - value, low, quote, f"{aggregate} of the steps' probabilities is {value:.3f}")


def _tokens(reward: RewardModel, problem: str, steps: Sequence[str]) -> tuple[list[int], list[int]]:
    """The ids of problem and steps, and the place of each step's score."""
    marker = _ids(reward, reward.marker)
    ids = _start(reward, problem)
    places = []
    for step in steps:
        ids += _ids(reward, step) + marker
        places.append(len(ids) - 1)
    return ids, places


def _start(reward: RewardModel, problem: str) -> list[int]:
    """The problem as the user's turn where the model has a chat template, else as a paragraph."""
    if getattr(reward.tokenizer, "chat_template", None):
        chat = [{"role": "user", "content": problem}]
        return _ids(reward, reward.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))
    return list(reward.tokenizer(problem + "\n").input_ids)


def _ids(reward: RewardModel, text: str) -> list[int]:
    return list(reward.tokenizer(text, add_special_tokens=False).input_ids)


def _probability(reward: RewardModel, logits: Any) -> float:
    if reward.head == "tokens":
        right, wrong = (_ids(reward, token)[-1] for token in reward.tokens)
        return float(logits[[right, wrong]].softmax(0)[0])
    return float(logits.sigmoid()[0] if logits.numel() == 1 else logits.softmax(0)[-1])
