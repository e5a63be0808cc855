"""Which problems serve what: examples, search, confirmation, the test that is looked at once.

A problem's split comes from a hash of its id, so a limit or a new row moves no other problem. Sets that say what is their test
(`extra["split"]`) keep it: their training rows serve examples and search, their test rows confirmation and test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from reasoning_toolkit.engines.types import stable_seed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem

Split = Literal["demos", "dev", "confirm", "test"]
Splits = Mapping[Split, list[Problem]]

SHARES: Mapping[str, Mapping[Split, float]] = {  # of the problems that a set marks so; "" where it marks none
    "": {"demos": 0.05, "dev": 0.5, "confirm": 0.2, "test": 0.25},
    "train": {"demos": 0.3, "dev": 0.7},
    "test": {"confirm": 0.5, "test": 0.5},
}
_ENOUGH: Mapping[Split, int] = {"dev": 2, "confirm": 2}  # a race and a comparison need as many


def split_problems(problems: Sequence[Problem], seed: int = 0) -> Splits:
    """The problems of each split, in an order drawn once by the seed, the same for every candidate.

    Raises:
        UsageError: too few problems to search and to confirm.
    """
    splits: dict[Split, list[Problem]] = {name: [] for name in get_args(Split)}
    for problem in sorted(problems, key=lambda problem: stable_seed(seed, "order", problem.id)):
        splits[split_of(problem, seed)].append(problem)
    for name, least in _ENOUGH.items():
        if len(splits[name]) < least:
            sizes = ", ".join(f"{key} {len(value)}" for key, value in splits.items())
            raise UsageError(
                f"expected at least {least} problems to {name}, got {sizes}", hint="give more problems: 100 are few"
            )
    return splits


def split_of(problem: Problem, seed: int = 0) -> Split:
    """The split of one problem."""
    shares = SHARES.get(str(problem.extra.get("split", "")), SHARES[""])
    place, reached = stable_seed(seed, "split", problem.id) / 2**63, 0.0
    for name, share in shares.items():
        reached += share
        if place < reached:
            return name
    return name


def demos_of(problem: Problem, pool: Sequence[Problem], shots: int, seed: int = 0) -> list[Problem]:
    """The examples shown with a problem: drawn by its id, the same for every candidate, never the problem itself.

    Args:
        pool: the split `demos`.
        shots: how many; fewer where the pool holds fewer.
    """
    others = (demo for demo in pool if demo.id != problem.id)
    return sorted(others, key=lambda demo: stable_seed(seed, "demos", problem.id, demo.id))[:shots]
