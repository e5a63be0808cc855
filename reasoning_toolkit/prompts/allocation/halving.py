"""Successive halving on shared items: all arms on a few, the better part of them on more, until few are left.

Karnin, Koren and Somekh 2013, "Almost optimal exploration in multi-armed bandits". Deviations:

1. All arms of a round see the same items, and scores of earlier rounds count: what items have in common cancels out, and with
   it most of the noise.
2. An item on which a panel of arms agrees is not scored by the others (`unanimity`).
3. It ends with `keep` arms, for the confirm split to tell apart, or when the items are used up.

The defaults were searched for by simulation (sixty arms, 5,900 calls); what they find beside the usual n0 = 32, eta = 2, keep = 4,
cap = 800 without a panel: `python -m benchmarks.prompt_racing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board, Pairs, best_first
from reasoning_toolkit.prompts.allocation.unanimity import ask_saving
from reasoning_toolkit.stats.two_way import two_way

Floats = NDArray[np.float64]
Rank = Callable[[Floats], Floats]  # scores (arms, items) with holes → one number an arm


def halving(
    arms: int, items: int, n0: int = 40, eta: float = 1.7, keep: int = 2, cap: int = 1500, panel: int = 4
) -> Allocation:
    """Race the arms in rounds.

    Args:
        n0: items of the first round.
        eta: by how much the items grow and the arms shrink from round to round.
        keep: finalists.
        cap: most items.
        panel: arms that are scored first on each item (`unanimity`); 0 scores all.

    Raises:
        UsageError: settings out of range.
    """
    board = Board(arms, items)
    ranked = yield from rounds(board, schedule(arms, items, n0, eta, keep, cap), panel, paired_means)
    return board.close(ranked[:keep], f"{keep} arms left or {min(cap, items)} items used")


def rounds(
    board: Board, steps: Iterator[tuple[int, int]], panel: int, rank: Rank
) -> Generator[Pairs, Floats, NDArray[np.int64]]:
    """Play the rounds; the arms of the last one, best first."""
    running, seen = np.arange(len(board.scores)), 0
    for size, until in steps:
        running = running[:size]
        yield from ask_saving(board, np.sort(running), range(seen, until), panel)
        running, seen = best_first(np.sort(running), rank(board.filled)), until
    return running


def paired_means(scores: Floats) -> Floats:
    """Means of the arms, corrected for the items that each was scored on."""
    return two_way(scores).means


def schedule(arms: int, items: int, n0: int, eta: float, keep: int, cap: int) -> Iterator[tuple[int, int]]:
    """Arms in each round and the items until which they are scored.

    Raises:
        UsageError: settings out of range.
    """
    if n0 < 1 or eta <= 1 or keep < 1 or cap < 1:
        raise UsageError(
            f"expected n0, keep, cap >= 1 and eta > 1, got {n0}, {keep}, {cap} and {eta}",
            hint="n0=32, eta=2, keep=4, cap=800 are the published ones",
        )
    return _schedule(arms, min(items, cap), n0, eta, keep)


def _schedule(arms: int, last: int, n0: int, eta: float, keep: int) -> Iterator[tuple[int, int]]:
    until = min(n0, last)
    yield arms, until
    while arms > keep and until < last:
        arms, until = max(keep, math.ceil(arms / eta)), min(last, max(until + 1, round(until * eta)))
        yield arms, until


def most(arms: int, items: int, n0: int, eta: float, keep: int, cap: int, **_: object) -> int:
    """Evaluations without any saving."""
    seen = total = 0
    for size, until in schedule(arms, items, n0, eta, keep, cap):
        total, seen = total + size * (until - seen), until
    return total
