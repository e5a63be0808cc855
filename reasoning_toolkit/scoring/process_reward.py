"""Process reward models: the probability that a step is right, read at the token that ends it.

The input is the question, then each step followed by a marker; the model's head is read at the last token of every marker:

    labels    token classification: the sigmoid of one label, or the positive one of two
    value     a linear layer `v_head` over the last hidden states: its sigmoid (Skywork-o1-Open-PRM)
    tokens    a causal model: the positive one of two tokens (Math-Shepherd, RLHFlow)

`styles.STYLES` are the inputs of published models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.engines.local_model import LocalModel, find_model
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.errors import EngineError, UsageError, unknown
from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.reward_model import LONGEST, last_tokens, load_model
from reasoning_toolkit.scoring.scorer import Scores, separator_of, step_spans
from reasoning_toolkit.scoring.styles import STYLES, Style

if TYPE_CHECKING:
    from torch import Tensor

Read = Callable[
    ["Tensor", "Tensor"], "Tensor"
]  # ids (1, length), positions (n,) → logits (n, labels), the positive one last


class ProcessReward:
    """A process reward model.

    Args:
        model: a folder or a hub name, with @revision.
        arguments: `style` (a row of `STYLES`), each field of `Style`, `max_tokens` of the input, and what `from_pretrained` takes.

    A text with a line break is JSON on the command line: --scorer-arg 'marker="\\n"'.

    Raises:
        UsageError: no such style or head, an empty text for a token, no chat template for turns; at the first score, two tokens that
            are one.
    """

    def __init__(self, model: str, arguments: dict[str, Any]) -> None:
        path, _, revision = model.partition("@") if not Path(model).is_dir() else (model, "", "")
        self.found: LocalModel = find_model(ModelSpec("prm", path, revision or None), arguments)
        self.identity, self.tokenizer = self.found.identity, self.found.tokenizer
        name = str(arguments.get("style", "labels"))
        if name not in STYLES:
            raise unknown("style of process reward models", name, STYLES)
        own = {field: arguments[field] for field in Style.__slots__ if field in arguments}
        self.style = replace(STYLES[name], **own)
        if self.style.head not in HEADS:
            raise unknown("head", self.style.head, HEADS)
        self.marker = self.last_token("marker")
        if self.style.turns and self.tokenizer.inner.chat_template is None:
            raise UsageError(f"{model!r} has no chat template, which {name} needs", hint="--scorer-arg style=shepherd")
        self.separator, self.longest = separator_of(self.style.step), int(arguments.get("max_tokens", LONGEST))
        ours = {"style", "max_tokens", *Style.__slots__}
        self.options = {key: value for key, value in arguments.items() if key not in ours}

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        return [self._probabilities(*self._input(problem, text)) for problem, text in pairs]

    def last_token(self, field: str) -> int:
        """The last token of a text of the style, which may not be empty."""
        ids = self.tokenizer.encode(str(getattr(self.style, field)))
        if not ids:
            raise UsageError(
                f"{field} is an empty text, at least one token is needed", hint=f"--scorer-arg {field}=..."
            )
        return ids[-1]

    @cached_property
    def _read(self) -> Read:
        return HEADS[self.style.head](self)

    def _input(self, problem: Problem, text: str) -> tuple[list[int], list[int]]:
        """Token ids, and the position at which each step's score is read."""
        if self.style.turns:
            return last_tokens(*self._turns(problem, text), self.longest)
        encode, inner = self.tokenizer.encode, self.tokenizer.inner
        chat = self.style.chat and inner.chat_template
        question = problem.question
        ids = list(
            self.tokenizer.render([{"role": "user", "content": question}])
            if chat
            else inner.encode(question + self.style.between)
        )
        marked = []
        for start, end in step_spans(text, self.separator):
            ids += [*encode(text[start:end]), self.marker]
            marked.append(len(ids) - 1)
        return last_tokens(ids, marked, self.longest)

    def _turns(self, problem: Problem, text: str) -> tuple[list[int], list[int]]:
        """The same where each step is a message. A reply stands where the conversation changes with it; its score is read before."""
        steps = [text[start:end] for start, end in step_spans(text, self.separator)]
        if not steps:
            return [], []
        said = [f"{problem.question} {steps[0]}", *steps[1:]]
        replies = [self.style.positive] * len(said)
        whole = self._conversation(said, replies)
        marked = []
        for i in range(len(said)):
            other = self._conversation(said, [*replies[:i], self.style.negative, *replies[i + 1 :]])
            changed = [place for place, (a, b) in enumerate(zip(whole, other, strict=False)) if a != b]
            if len(changed) != 1 or whole[changed[0]] != self.last_token("positive"):
                raise EngineError(
                    f"the chat template of {self.found.path!r} does not hold each reply as one token",
                    hint="--scorer-arg style=labels or shepherd",
                )
            marked.append(changed[0] - 1)
        return whole[: marked[-1] + 1], marked

    def _conversation(self, said: Sequence[str], replies: Sequence[str]) -> list[int]:
        chat = [
            {"role": role, "content": content}
            for pair in zip(said, replies, strict=True)
            for role, content in zip(("user", "assistant"), pair, strict=True)
        ]
        return list(self.tokenizer.inner.apply_chat_template(chat, tokenize=True, return_dict=False))

    def _probabilities(self, ids: list[int], marked: list[int]) -> Scores:
        if not marked:
            return ()
        import torch

        with torch.inference_mode():
            logits = self._read(torch.tensor([ids]), torch.tensor(marked)).double()
        chances = logits[:, 0].sigmoid() if logits.shape[1] == 1 else logits.softmax(dim=-1)[:, -1]
        return tuple(chances.tolist())


def open_process_reward(model: str, arguments: dict[str, Any]) -> ProcessReward:
    """`prm:MODEL[@REVISION]` with the arguments of `ProcessReward`."""
    return ProcessReward(model, arguments)


def _labels(scorer: ProcessReward) -> Read:
    model = load_model(scorer.found, "AutoModelForTokenClassification", scorer.options)
    return lambda ids, marked: model(ids.to(model.device))[0][0, marked]


def _value(scorer: ProcessReward) -> Read:
    model = load_model(scorer.found, "AutoModel", scorer.options)
    weights = _checkpoint(scorer.found, "v_head.summary.")
    weight, bias = (weights[name].to(model.device, model.dtype) for name in ("weight", "bias"))
    return lambda ids, marked: model(ids.to(model.device))[0][0, marked] @ weight.T + bias


def _tokens(scorer: ProcessReward) -> Read:
    two = [scorer.last_token("negative"), scorer.last_token("positive")]
    if two[0] == two[1]:
        style = scorer.style
        raise UsageError(
            f"negative={style.negative!r} and positive={style.positive!r} end with one token of this model, two are needed",
            hint="--scorer-arg negative=- --scorer-arg positive=+",
        )
    model = load_model(scorer.found, "AutoModelForCausalLM", scorer.options)
    return lambda ids, marked: model(ids.to(model.device), logits_to_keep=marked.to(model.device)).logits[0][:, two]


HEADS: dict[str, Callable[[ProcessReward], Read]] = {"labels": _labels, "value": _value, "tokens": _tokens}


def _checkpoint(found: LocalModel, prefix: str) -> dict[str, Tensor]:
    """The weights of a checkpoint whose names hold a prefix, by what follows it."""
    folder = Path(found.path)
    if not folder.is_dir():
        hub = require("huggingface_hub", "hf")
        folder = Path(hub.snapshot_download(found.path, revision=found.revision, allow_patterns=["*.safetensors"]))
    safetensors = require("safetensors", "hf")
    weights = {}
    for file in sorted(folder.glob("*.safetensors")):
        with safetensors.safe_open(str(file), framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118  not a dictionary
                if prefix in name:
                    weights[name.partition(prefix)[2]] = opened.get_tensor(name)
    if set(weights) != {"weight", "bias"}:
        raise EngineError(
            f"{found.path!r} has no {prefix}weight and {prefix}bias in safetensors", hint="--scorer-arg style=labels"
        )
    return weights
