"""A budget for a race: calls, prompt tokens, output tokens and seconds, each enforced.

Before a batch is run its cost is foreseen from the mean of what was run so far; of a batch that would not fit only as many items are run
as do, all arms on each of them. So calls are never overspent, and the rest by no more than one batch costs more than foreseen.
When nothing more fits every further score is missing: the allocator then ends by its own rules, on what it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Allocation, Pairs, Selection

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent, or the most that may be: infinite where there is no limit."""

    calls: float = 0
    prompt_tokens: float = 0
    output_tokens: float = 0
    seconds: float = 0

    def __add__(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


Evaluate = Callable[[Pairs], tuple[Floats, Cost]]  # scores in the order of the pairs, and what they cost


def limits(
    calls: float = math.inf,
    prompt_tokens: float = math.inf,
    output_tokens: float = math.inf,
    seconds: float = math.inf,
) -> Cost:
    """The most that may be spent.

    Raises:
        UsageError: a limit that is not above 0.
    """
    budget = Cost(calls, prompt_tokens, output_tokens, seconds)
    for field, limit in zip(fields(budget), astuple(budget), strict=True):
        if not limit > 0:
            raise UsageError(
                f"expected a budget of {field.name} above 0, got {limit}", hint="leave it out for no limit"
            )
    return budget


def race(allocation: Allocation, evaluate: Evaluate, budget: Cost) -> tuple[Selection, Cost]:
    """Run an allocator to its end or to the end of the budget; the selection, and what was spent.

    Args:
        allocation: a generator just made by an allocator.
        evaluate: runs pairs; NaN for one that could not be scored. It is asked in small pieces until costs are known.
        budget: made by `limits`.
    """
    spent, short = Cost(), ""
    pairs = next(allocation)
    while True:
        scores = np.full(len(pairs), np.nan)
        left = _by_item(pairs)
        while left and not short:
            chosen, short = _affordable(left, spent, budget)
            if chosen:
                run = sorted(chosen)  # the order of the pairs: candidate by candidate
                scores[run], cost = evaluate([pairs[i] for i in run])
                spent += cost
                left = left[len({pairs[i][1] for i in chosen}) :]
        try:
            pairs = allocation.send(scores)
        except StopIteration as end:
            selection: Selection = end.value
            return replace(selection, evaluations=int(spent.calls), stopped=short or selection.stopped), spent


def _by_item(pairs: Pairs) -> list[list[int]]:
    """Positions of the pairs, item by item."""
    places: dict[int, list[int]] = {}
    for place, (_, item) in enumerate(pairs):
        places.setdefault(item, []).append(place)
    return [places[item] for item in sorted(places)]


def _affordable(left: list[list[int]], spent: Cost, budget: Cost) -> tuple[list[int], str]:
    """Positions to run now, and what is short where none fits: the first item alone while costs are unknown."""
    counts = np.cumsum([len(places) for places in left])
    foreseeable = spent.calls or not any(math.isfinite(limit) for limit in astuple(budget)[1:])
    fits, short = len(left) if foreseeable else 1, ""
    for field in fields(budget):
        limit, used = getattr(budget, field.name), getattr(spent, field.name)
        each = 1.0 if field.name == "calls" else (used / spent.calls if spent.calls else 0.0)
        fitting = int(np.searchsorted(used + each * counts, limit, side="right"))
        if used >= limit:
            fitting = 0
        if fitting < fits:
            fits, short = fitting, f"the budget of {limit:g} {field.name.replace('_', ' ')} is spent"
    return [place for places in left[:fits] for place in places], "" if fits else short
