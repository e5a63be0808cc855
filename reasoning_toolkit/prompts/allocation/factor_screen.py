"""Successive halving of a grid that looks at its main effects: twelve arms with the same opener speak for that opener.

Arms are ranked by `stats.grid_posterior`, which believes arms with a common level as far as the scores bear them out. Where main effects
explain the grid that nearly halves the regret; where they do not it ranks as `halving` does, at the same cost. A yes or no by the F
ratio of the first round (`stats.main_effects`) did less: with forty items an arm it hardly ever says yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from reasoning_toolkit.prompts.allocation import halving
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board
from reasoning_toolkit.stats.grid_posterior import grid_posterior


def factor_screen(
    arms: int,
    items: int,
    factors: Sequence[Sequence[int]] = (),
    n0: int = 40,
    eta: float = 1.7,
    keep: int = 2,
    cap: int = 1500,
    panel: int = 4,
) -> Allocation:
    """Race the arms of a grid in rounds.

    Args:
        factors: of each arm its level of every factor, counted from 0, shape (arms, factors).
        n0: items of the first round; other settings as for `halving`.

    Raises:
        UsageError: settings out of range, or factors that do not fit the arms.
    """
    board = Board(arms, items)
    steps = halving.schedule(arms, items, n0, eta, keep, cap)
    ranked = yield from halving.rounds(board, steps, panel, partial(grid_posterior, factors=factors))
    return board.close(ranked[:keep], f"{keep} arms left or {min(cap, items)} items used")


most = halving.most
