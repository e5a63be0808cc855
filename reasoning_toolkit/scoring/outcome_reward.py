"""Outcome reward models: one score for a whole response, read at the end of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.local_model import LocalModel, find_model
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.reward_model import LONGEST, last_tokens, load_model
from reasoning_toolkit.scoring.scorer import Scores, separator_of


class OutcomeReward:
    """A sequence classifier with one label; its score is the logit, of any size.

    The input is the conversation in the model's chat template, of which the last 4,096 tokens count (official code of arXiv
    2502.06217, with Qwen2.5-Math-RM-72B, which needs `trust_remote_code=true`). A model without a template reads question and response.

    Args:
        model: a folder or a hub name, with @revision.
        arguments: `max_tokens` of the input, `step` for tree search, and what `from_pretrained` takes.
    """

    def __init__(self, model: str, arguments: dict[str, Any]) -> None:
        path, _, revision = model.partition("@") if not Path(model).is_dir() else (model, "", "")
        self.found: LocalModel = find_model(ModelSpec("orm", path, revision or None), arguments)
        self.identity, self.tokenizer = self.found.identity, self.found.tokenizer
        self.separator = separator_of(str(arguments.get("step", "paragraph")))
        self.longest = int(arguments.get("max_tokens", LONGEST))
        self.options = {key: value for key, value in arguments.items() if key not in ("step", "max_tokens")}

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        import torch

        scores: list[Scores] = []
        for problem, text in pairs:
            ids, _ = last_tokens(self._input(problem.question, text), [], self.longest)
            with torch.inference_mode():
                logits = self._model(torch.tensor([ids], device=self._model.device))[0]
            scores.append((float(logits.reshape(-1)[0]),))
        return scores

    @cached_property
    def _model(self) -> Any:
        return load_model(self.found, "AutoModelForSequenceClassification", {"num_labels": 1} | self.options)

    def _input(self, question: str, text: str) -> list[int]:
        inner = self.tokenizer.inner
        if inner.chat_template is None:
            return list(inner.encode(f"{question}\n\n{text}"))
        chat = [{"role": "user", "content": question}, {"role": "assistant", "content": text}]
        return list(inner.apply_chat_template(chat, tokenize=True, return_dict=False))


def open_outcome_reward(model: str, arguments: dict[str, Any]) -> OutcomeReward:
    """`orm:MODEL[@REVISION]` with the arguments of `OutcomeReward`."""
    return OutcomeReward(model, arguments)
