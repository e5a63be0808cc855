"""What a race will cost and what it can show, before it is run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reasoning_toolkit.prompts.allocation.selection import Allocation, Selection
from reasoning_toolkit.prompts.allocation.table import Setting, find_allocator
from reasoning_toolkit.prompts.latent import Floats, latent
from reasoning_toolkit.stats.power import smallest_difference

DISAGREEMENT, SPREAD = 0.2, 0.02  # of two prompts; standard deviation of their quality
TRIES = 3  # simulated races
SLACK = 1.05  # of the budget that a race may be expected to cost


@dataclass(frozen=True, slots=True)
class Expected:
    """The cost of a race in evaluations.

    Attributes:
        evaluations: expected, if prompts disagree on a fifth of the items and differ by two points.
        most: whatever the scores.
    """

    evaluations: int
    most: int


def expected_cost(
    allocator: str,
    arms: int,
    items: int,
    settings: Mapping[str, Setting] | None = None,
    factors: Sequence[Sequence[int]] = (),
) -> Expected:
    """Foresee the cost of a race by simulating it.

    Raises:
        UsageError: an unknown allocator or setting, or one out of range.
    """
    row, chosen = find_allocator(allocator, settings)
    told = {"factors": factors} if row.factors else {}
    runs = []
    for seed in range(TRIES):
        effects = np.random.default_rng(seed).normal(scale=SPREAD, size=arms)
        table = latent(seed, effects, items, DISAGREEMENT).scores
        runs.append(replay(row.allocate(arms, items, **chosen, **told), table).evaluations)
    return Expected(round(float(np.mean(runs))), row.most(arms, items, **chosen, **told))


def sized(
    allocator: str,
    arms: int,
    items: int,
    calls: int,
    settings: Mapping[str, Setting] | None = None,
    factors: Sequence[Sequence[int]] = (),
) -> dict[str, Setting]:
    """The settings with the one that scales the cost (`Allocator.scale`) as large as this many evaluations pay for.

    The last rounds may be cut by the budget, so the expected cost may be a little above it.

    Raises:
        UsageError: an unknown allocator or setting, or one out of range.
    """
    row, chosen = find_allocator(allocator, settings)
    if row.scale is None:
        return chosen
    low, high = 1, calls if row.scale == "evaluations" else items
    while low < high:
        middle = (low + high + 1) // 2
        cost = expected_cost(allocator, arms, items, chosen | {row.scale: middle}, factors)
        low, high = (middle, high) if cost.evaluations <= SLACK * calls else (low, middle - 1)
    return chosen | {row.scale: min(low, calls)}


def replay(allocation: Allocation, table: Floats) -> Selection:
    """Run an allocator over scores that are known, shape (arms, items), NaN where one could not be made."""
    pairs = next(allocation)
    while True:
        rows, columns = zip(*pairs, strict=True)
        try:
            pairs = allocation.send(table[rows, columns])
        except StopIteration as end:
            selection: Selection = end.value
            return selection


def floor_warning(calls: float, arms: int, expected: Expected) -> str | None:
    """What is wrong with a budget of calls that a race does not fit in, in a sentence; None where it fits."""
    if calls >= expected.evaluations:
        return None
    each = int(calls // arms)
    seen = smallest_difference(each, DISAGREEMENT) if each else math.inf
    shows = f"differences of {100 * seen:.0f} points" if math.isfinite(seen) else "no difference at all"
    return (
        f"{calls:,.0f} calls end a race early that is expected to take {expected.evaluations:,}: they are {each} items for each of "
        f"{arms} prompts, which show {shows}"
    )
