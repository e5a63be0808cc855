"""The arms that cannot be told from the best: a set that holds the truly best one with a stated confidence.

Multiple comparisons with the best (Hsu 1984, "Constrained simultaneous confidence intervals for multiple comparisons with the
best"): an arm leaves the set where some other arm is better by more than chance explains. Its statistic is the largest, over
the others, of Σ (other - arm) / √Σ (other - arm)²; its law under "no other is better" comes from sign flips of the items, shared by
all arms. The truly best arm leaves with a chance of at most α: exactly, if the differences of the arms are symmetric
about 0 jointly, and less where others are worse than it; with right and wrong scores of many items nearly so.

Deviation: Hsu's intervals assume normal scores of one variance; sign flips keep the correlation of arms that share items.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.max_t import sign_flips
from reasoning_toolkit.stats.score_matrix import complete_items

Floats = NDArray[np.float64]


def best_set(scores: ArrayLike, alpha: float = 0.05, flips: int = 2000, seed: int = 0) -> NDArray[np.bool_]:
    """Which arms are not distinguishable from the best, shape (arms,); never empty.

    The items must not have chosen the arms: use a confirm set, or a grid of which every arm is kept. On the scores of a race
    without a panel use `sign_bets.proven_worse`.

    Args:
        scores: shape (arms, items) or (arms, items, samples); items on which an arm is missing are left out for all.
        alpha: chance that the truly best arm is not in the set.
        flips: random sign flips.
        seed: the same seed gives the same set.

    Raises:
        UsageError: fewer than two arms, fewer than two complete items, or an α outside (0, 1).
    """
    return best_p_values(scores, flips, seed) > _checked(alpha)


def best_p_values(scores: ArrayLike, flips: int = 2000, seed: int = 0) -> Floats:
    """For each arm the p-value of "no other arm is better", shape (arms,); arguments and errors as for `best_set`."""
    values = complete_items(scores)
    squares = (values**2).sum(axis=1)
    spread = np.sqrt(np.maximum(squares[:, np.newaxis] + squares - 2 * values @ values.T, 0.0))
    # Arms that answer alike on every item have no spread: they are never told apart.
    scale = np.where(spread > 1e-9, 1 / np.where(spread > 1e-9, spread, 1.0), 0.0)
    totals = values.sum(axis=1)
    observed = _largest(totals[np.newaxis], scale)[0]
    reached = np.zeros(len(values))
    for signs in sign_flips(values.shape[1], flips, seed):
        reached += (_largest(signs @ values.T, scale) >= observed - 1e-9).sum(axis=0)
    p_values: Floats = (1 + reached) / (1 + flips)
    return p_values


def _largest(totals: Floats, scale: Floats) -> Floats:
    """For each row of totals and each arm the largest studentised lead of another arm, shape (rows, arms)."""
    return np.stack([((totals - totals[:, [arm]]) * scale[arm]).max(axis=1) for arm in range(len(scale))], axis=1)


def _checked(alpha: float) -> float:
    if not 0 < alpha < 1:
        raise UsageError(f"expected 0 < alpha < 1, got {alpha}", hint="0.05 is usual")
    return alpha
