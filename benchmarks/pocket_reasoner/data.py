"""Demonstrations as token ids: batch `step` of a seed is always the same, so that training can stop and go on anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.problems.pocket import demonstration, pocket_problems
from reasoning_toolkit.problems.pocket.program import from_json
from reasoning_toolkit.subthought.config import INSTRUCTION
from reasoning_toolkit.subthought.requests import user_message

if TYPE_CHECKING:
    from torch import Tensor

IGNORED = -100
POOL = 16
"""Batches made together and cut by length, which saves half of the padding."""
INSTRUCTED_SHARE = 0.5
"""Of prompts, those that end in the usual instruction of `reason decode`."""


def batches(tokenizer: Any, seed: int, size: int, first: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Ids and labels from batch `first` on, each (size, longest); labels are -100 on prompts and padding."""
    number, place = divmod(first, POOL)
    while True:
        pool = sorted(_encoded(tokenizer, seed, number, size * POOL), key=lambda pair: len(pair[0]) + len(pair[1]))
        order = Random(f"order/{seed}/{number}").sample(range(POOL), POOL)
        for chunk in order[place:]:
            yield _padded(pool[chunk * size : (chunk + 1) * size], tokenizer.pad_token_id)
        number, place = number + 1, 0


def corpus(seed: int, count: int) -> Iterator[str]:
    """Whole texts, for the tokenizer."""
    for user, answer in _examples(seed, -1, count):
        yield f"{user}\n{answer}"


def _examples(seed: int, number: int, count: int) -> Iterator[tuple[str, str]]:
    rng = Random(f"demonstrations/{seed}/{number}")
    for problem in islice(pocket_problems("mixed", "train", seed=1_000_000 * seed + number), count):
        user = user_message(problem.question, INSTRUCTION if rng.random() < INSTRUCTED_SHARE else "")
        yield user, demonstration(rng, from_json(problem.extra["program"]))


def _encoded(tokenizer: Any, seed: int, number: int, count: int) -> list[tuple[list[int], list[int]]]:
    from reasoning_toolkit.engines.tokenizer import HuggingFaceTokenizer

    plain = HuggingFaceTokenizer(tokenizer)
    return [
        (list(plain.render([{"role": "user", "content": user}])), [*plain.encode(answer), tokenizer.eos_token_id])
        for user, answer in _examples(seed, number, count)
    ]


def _padded(pairs: list[tuple[list[int], list[int]]], pad: int) -> tuple[Tensor, Tensor]:
    import torch

    width = max(len(prompt) + len(answer) for prompt, answer in pairs)
    ids = torch.full((len(pairs), width), pad)
    labels = torch.full((len(pairs), width), IGNORED)
    for row, (prompt, answer) in enumerate(pairs):
        end = len(prompt) + len(answer)
        ids[row, :end] = torch.tensor(prompt + answer)
        labels[row, len(prompt) : end] = torch.tensor(answer)
    return ids, labels
