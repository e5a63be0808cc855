"""Scores of the arms of a grid, each informed by the arms that share a level with it, as far as the scores themselves bear that out.

True scores are normal about a mean, with variance T². A share s of it is main effects, equally of every factor, so that arms
with a common level are correlated; the rest is each arm's own. Neither is known: the posterior means are averaged over T of half a point
to eight points and over s, each weighed by its prior chance and its restricted likelihood (Patterson and Thompson 1971). That s is
0 has a prior chance of 3/4, for then the other arms say nothing, and believing them does harm; s = 0 alone is `shrinkage`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.stats.main_effects import checked_factors
from reasoning_toolkit.stats.shrinkage import normal_posterior
from reasoning_toolkit.stats.two_way import two_way

Floats = NDArray[np.float64]

SPREADS = (0.005, 0.01, 0.02, 0.04, 0.08)
SHARES = {0.0: 3 / 4, 0.5: 1 / 12, 0.75: 1 / 12, 1.0: 1 / 12}  # prior chance of each


def grid_posterior(scores: ArrayLike, factors: Sequence[Sequence[int]]) -> Floats:
    """Posterior mean of each arm's score, shape (arms,), from scores of shape (arms, items), NaN where there is none.

    Args:
        factors: of each arm its level of every factor, counted from 0, shape (arms, factors).

    Raises:
        UsageError: another shape.
    """
    fit = two_way(scores)
    levels = checked_factors(factors, fit.counts.size)
    if np.isnan(fit.noise):
        return fit.means
    alike: Floats = (levels[:, np.newaxis] == levels).mean(axis=2)
    logs, posteriors = [], []
    for spread in SPREADS:
        for share, chance in SHARES.items():
            log, posterior, _ = normal_posterior(fit, spread**2 * (share * alike + (1 - share) * np.eye(len(alike))))
            logs.append(log + math.log(chance))
            posteriors.append(posterior)
    weights = np.exp(np.array(logs) - max(logs))
    averaged: Floats = weights @ np.array(posteriors) / weights.sum()
    return averaged
