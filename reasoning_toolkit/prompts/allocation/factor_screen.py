"""Successive halving of a grid that looks at its main effects: twelve arms with the same opener speak for that opener.

After the first round an additive fit (`stats.main_effects`) says how much of the variance between arms main effects explain. Is it more
than half, and the F ratio no chance, arms are ranked by their scores drawn towards the fit from then on; else this is `halving`, at
the same cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.prompts.allocation import halving
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board
from reasoning_toolkit.stats.main_effects import main_effects

Floats = NDArray[np.float64]
LEAST_SHARE, ALPHA = 0.5, 0.1  # of the variance; of the F test


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
    board, rank = Board(arms, items), _Rank(factors)
    steps = halving.schedule(arms, items, n0, eta, keep, cap)
    ranked = yield from halving.rounds(board, steps, panel, rank)
    used = "main effects" if rank.additive else "arm means: main effects explain too little"
    return board.close(ranked[:keep], f"{keep} arms left or {min(cap, items)} items used; ranked by {used}")


def most(arms: int, items: int, factors: Sequence[Sequence[int]] = (), **settings: int) -> int:
    """Evaluations without any saving."""
    return halving.most(arms, items, **settings)


class _Rank:
    """Scores of arms from a board, by main effects if the first round says that they hold."""

    def __init__(self, factors: Sequence[Sequence[int]]) -> None:
        self.factors = factors
        self.additive: bool | None = None

    def __call__(self, scores: Floats) -> Floats:
        if self.additive is False:
            return halving.paired_means(scores)
        fit = main_effects(scores, self.factors)
        if self.additive is None:
            self.additive = fit.additive_share > LEAST_SHARE and fit.p_value < ALPHA
        return fit.shrunk if self.additive else halving.paired_means(scores)
