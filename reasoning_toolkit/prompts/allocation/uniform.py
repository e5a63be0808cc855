"""The grid: every arm on the same n items."""

from __future__ import annotations

import numpy as np

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board, best_first
from reasoning_toolkit.stats.two_way import two_way


def uniform(arms: int, items: int, n: int = 100, keep: int = 4) -> Allocation:
    """Score every arm on the first n items; the `keep` best are finalists.

    Raises:
        UsageError: n or keep < 1.
    """
    if min(n, keep) < 1:
        raise UsageError(f"expected n and keep >= 1, got {n} and {keep}", hint="n=100 and keep=4 are usual")
    board = Board(arms, items)
    yield from board.ask(range(arms), range(min(n, items)))
    ranked = best_first(np.arange(arms), two_way(board.scores).means)
    return board.close(ranked[:keep], f"all arms scored on {min(n, items)} items")


def most(arms: int, items: int, n: int, **_: object) -> int:
    """Evaluations, exactly."""
    return arms * min(n, items)
