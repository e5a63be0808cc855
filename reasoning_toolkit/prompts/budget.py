"""A budget for a race: calls, prompt tokens, output tokens and seconds, each enforced.

Before a batch is run its cost is foreseen: calls by the most that each arm takes, the rest by the mean of what was run so far. Of a
batch that would not fit only as many items are run as do, all arms on each of them. So calls are never overspent, and the rest by no
more than one batch costs more than foreseen. When nothing more fits every further score is missing: the allocator then ends by its own
rules, on what it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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


def race(allocation: Allocation, evaluate: Evaluate, budget: Cost, calls: Sequence[int] = ()) -> tuple[Selection, Cost]:
    """Run an allocator to its end or to the end of the budget; the selection, and what was spent.

    Args:
        allocation: a generator just made by an allocator.
        evaluate: runs pairs; NaN for one that could not be scored. Under a budget the first item goes alone, to learn what it costs.
        budget: made by `limits`.
        calls: the most that an evaluation of each arm takes; without it calls are foreseen from their mean as well.
    """
    meter = _Meter(evaluate, budget, calls)
    pairs = next(allocation)
    while True:
        scores = meter.run(pairs)
        try:
            pairs = allocation.send(scores)
        except StopIteration as end:
            selection: Selection = end.value
            stopped = meter.short or selection.stopped
            return replace(selection, evaluations=meter.evaluations, stopped=stopped), meter.spent


class _Meter:
    """Runs pairs as long as the budget lasts.

    Attributes:
        spent: so far.
        evaluations: pairs run.
        short: what ended the budget; empty while it lasts.
    """

    def __init__(self, evaluate: Evaluate, budget: Cost, calls: Sequence[int]) -> None:
        self.evaluate, self.budget, self.calls = evaluate, budget, calls
        self.spent, self.evaluations, self.short = Cost(), 0, ""

    def run(self, pairs: Pairs) -> Floats:
        """Scores of the pairs in their order, NaN where the budget did not last."""
        scores = np.full(len(pairs), np.nan)
        left = _by_item(pairs)
        while left and not self.short:
            items = self._affordable([[pairs[place][0] for place in item] for item in left])
            places = sorted(place for item in left[:items] for place in item)  # candidate by candidate
            left = left[items:]
            if places:
                scores[places], cost = self.evaluate([pairs[place] for place in places])
                self.spent += cost
                self.evaluations += len(places)
        return scores

    def _affordable(self, items: Sequence[Sequence[int]]) -> int:
        """How many of the next items can be paid for, from the arms that are run on each; where none can, `short` says why."""
        unlimited = all(math.isinf(limit) for limit in astuple(self.budget))
        fits = len(items) if self.evaluations or unlimited else 1
        sizes = np.cumsum([len(arms) for arms in items])
        most = np.cumsum([sum(self.calls[arm] for arm in arms) for arms in items]) if self.calls else None
        for field in fields(self.budget):
            limit, used = getattr(self.budget, field.name), getattr(self.spent, field.name)
            each = used / self.evaluations if self.evaluations else float(field.name == "calls")
            foreseen = most if field.name == "calls" and most is not None else each * sizes
            fitting = int(np.searchsorted(used + foreseen, limit, side="right")) if used < limit else 0
            if fitting == 0:
                self.short = f"the budget of {limit:g} {field.name.replace('_', ' ')} is spent"
            fits = min(fits, fitting)
        return fits


def _by_item(pairs: Pairs) -> list[list[int]]:
    """Positions of the pairs, item by item."""
    places: dict[int, list[int]] = {}
    for place, (_, item) in enumerate(pairs):
        places.setdefault(item, []).append(place)
    return [places[item] for item in sorted(places)]
