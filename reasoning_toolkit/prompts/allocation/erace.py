"""A race that drops an arm only when it is proven worse: to certify, not to search.

After every look an arm leaves that another one beats with an e-value above K/δ (`sign_bets`). The truly best arm is dropped with a
chance of at most δ, whenever the race is stopped. Most of sixty prompts are within noise of each other, so it costs several times
what `halving` does.
"""

from __future__ import annotations

import numpy as np

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board, best_first
from reasoning_toolkit.stats.sign_bets import proven_worse
from reasoning_toolkit.stats.two_way import two_way


def erace(arms: int, items: int, delta: float = 0.1, cap: int = 800, step: int = 16) -> Allocation:
    """Race until one arm is left or the items are used up; all arms that are left are finalists.

    Args:
        delta: chance that the truly best arm is dropped.
        cap: most items.
        step: items between two looks.

    Raises:
        UsageError: settings out of range.
    """
    if step < 1 or cap < 1:
        raise UsageError(f"expected step and cap >= 1, got {step} and {cap}", hint="step=16 and cap=800 are usual")
    board = Board(arms, items)
    running, last, seen = np.arange(arms), min(items, cap), 0
    while seen < last and len(running) > 1:
        until = min(last, seen + step)
        yield from board.ask(running, range(seen, until))
        running, seen = running[~proven_worse(board.scores, delta)[running]], until
    ranked = best_first(running, two_way(board.scores).means)
    return board.close(ranked, "one arm is left" if len(ranked) == 1 else f"{last} items used")


def most(arms: int, items: int, cap: int, **_: object) -> int:
    """Evaluations if no arm is dropped."""
    return arms * min(items, cap)
