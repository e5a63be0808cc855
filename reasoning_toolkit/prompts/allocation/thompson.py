"""Top-two Thompson sampling on paired scores.

Russo 2016, "Simple Bayesian algorithms for best arm identification" (arXiv 1602.08448): draw the true scores from their posterior;
play the best of the draw or, every other time, the best of further draws that differs, which here is the second of the same draw.
Deviations: the posterior is normal, from arm means corrected for items and shrunk to each other (`stats.shrinkage`), not a Beta for
each arm alone, so that what items have in common is no noise; many draws are played at once; each gives its arm the next items in the
common order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Allocation, Board, Pairs, best_first
from reasoning_toolkit.stats.shrinkage import shrink

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LEAST_SPREAD = 0.01  # standard deviation of the true scores that is assumed at least: one point


def thompson(
    arms: int,
    items: int,
    evaluations: int = 5900,
    n0: int = 32,
    plays: int = 24,
    step: int = 8,
    seed: int = 0,
    keep: int = 2,
) -> Allocation:
    """Score every arm on n0 items, then play until the evaluations are spent or nothing is left to score.

    Args:
        evaluations: in all.
        plays: arms drawn from one posterior.
        step: items that a play gives its arm.
        seed: of the draws.
        keep: finalists.

    Raises:
        UsageError: settings out of range.
    """
    if min(evaluations, n0, plays, step, keep) < 1:
        raise UsageError("expected evaluations, n0, plays, step and keep >= 1", hint="5900, 32, 24, 8 and 2 are usual")
    board, rng = Board(arms, items), np.random.default_rng(seed)
    used = np.zeros(arms, dtype=np.int64)  # of each arm, the items it was asked for: always the first ones
    more = np.full(arms, min(n0, items))
    while more.any():
        pairs = _next_items(used, more)[: evaluations - board.evaluations]
        yield from board.ask_pairs(pairs)
        used += np.bincount([arm for arm, _ in pairs], minlength=arms)
        known = shrink(board.scores, LEAST_SPREAD**2)
        means, errors = np.nan_to_num(known.scores), known.standard_errors
        more = _plays(rng.normal(means, errors, size=(plays, arms)), used < items) * step
        more = np.minimum(more, items - used) * (board.evaluations < evaluations)
    ranked = best_first(np.arange(arms), means)
    return board.close(ranked[:keep], f"{board.evaluations} evaluations spent")


def most(arms: int, items: int, evaluations: int, **_: object) -> int:
    """Evaluations, unless nothing is left to score before."""
    return min(evaluations, arms * items)


def _plays(draws: Floats, left: NDArray[np.bool_]) -> Whole:
    """How often each arm is played: the best of every even draw and the second of every odd one, among those with items left."""
    order = np.argsort(-np.where(left, draws, -np.inf), axis=1, kind="stable")
    second = np.arange(len(draws)) % 2 * (left.sum() > 1)
    return np.bincount(order[np.arange(len(draws)), second], minlength=left.size)


def _next_items(used: Whole, more: Whole) -> Pairs:
    return [(arm, item) for arm in np.flatnonzero(more).tolist() for item in range(used[arm], used[arm] + more[arm])]
