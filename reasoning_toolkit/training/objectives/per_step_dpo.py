"""Per-step DPO: the rejected solution ends with the step that spoils it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.stats import pass_at_k
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.given import Given


def prepare(batch: Given) -> dict[str, Tensor]:
    """The targets of `dpo.loss` in which the rejected side ends after its pit.

    Source: arXiv 2406.14532, algorithm 1. The end of text of a rejected solution that is cut does not count: its step is later. No code was
    released.

    Raises:
        DataError: no steps or pits; another shape; a pit that is no step of its row.
    """
    pairs, _, tokens = batch.mask.shape
    if batch.step_ids is None or batch.pits is None:
        raise DataError(
            "per-step DPO needs the step of each rejected token and the pit of each pair", hint="set step_ids and pits"
        )
    if batch.step_ids.shape != (pairs, tokens) or batch.pits.shape != (pairs,):
        raise DataError(
            f"step_ids are {tuple(batch.step_ids.shape)} and pits {tuple(batch.pits.shape)}, expected {(pairs, tokens)} and {(pairs,)}"
        )
    chosen, rejected = batch.mask.unbind(1)
    steps = torch.where(rejected.bool(), batch.step_ids, 0)
    missing = (rejected.bool().any(-1) & ~(steps == batch.pits.unsqueeze(-1)).any(-1)).nonzero()
    if len(missing):
        row = int(missing[0])
        raise DataError(f"row {row}: the pit is step {batch.pits[row].item()}, and no rejected token is of it")
    kept = rejected * (steps <= batch.pits.unsqueeze(-1))
    return given.prepare(replace(batch, mask=torch.stack([chosen, kept], 1)))


def step_values(correct: Sequence[int], rollouts: int, best_of: int = 1) -> list[float]:
    """Q of each prefix: the chance that one of `best_of` continuations is right, unbiased from the right ones of `rollouts`.

    Q of the policy itself has best_of=1; the paper's sampling policy is best of 5. The plug-in 1 - (1 - k/n)^K would be biased.

    Raises:
        UsageError: more right ones than rollouts, or `best_of` above the rollouts.
    """
    return [float(q) for q in pass_at_k([rollouts] * len(correct), list(correct), best_of)]


def step_advantages(values: Sequence[float]) -> list[float]:
    """A_i = Q_i - Q_{i-1} of steps 1 to L, from Q_0 (the empty prefix) to Q_L (arXiv 2406.14532, equation 3)."""
    return [after - before for before, after in pairwise(values)]


def first_pit(values: Sequence[float]) -> int:
    """The first step whose Q is the least of all steps, from 1; `values` begins with Q_0, which is no step's.

    Raises:
        DataError: no step.
    """
    if len(values) < 2:
        raise DataError(f"expected Q of the empty prefix and of at least one step, got {len(values)} values")
    return min(range(1, len(values)), key=values.__getitem__)
