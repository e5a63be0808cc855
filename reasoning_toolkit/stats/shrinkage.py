"""Empirical Bayes: scores of many arms drawn towards their mean, by as much as chance explains their spread.

Arm means m_c with noise variance v_c about true ones that are themselves drawn around a mean with variance τ²:

    shrunk_c = mean + τ² / (τ² + v_c) · (m_c - mean).

τ² by moments (DerSimonian and Laird 1986, "Meta-analysis in clinical trials"), which for equal v is max(0, var(m) - v); v from the
residuals of the two-way fit, so that what items have in common is no noise between arms. The best shrunk score is nearly
free of the optimism of having been chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.stats.two_way import TwoWay, two_way

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """Scores of K arms, shrunk to their mean.

    Attributes:
        scores: shape (arms,); an arm without a score has the mean.
        between: τ², variance of the true scores; 0 says: no differences among these arms can be seen.
        fit: the two-way fit that was shrunk.
    """

    scores: Floats
    between: float
    fit: TwoWay

    @property
    def standard_errors(self) -> Floats:
        """Posterior standard deviation of each arm about the mean of all, shape (arms,)."""
        return np.sqrt(posterior_variances(self.fit.variances, self.between))


def shrink(scores: ArrayLike) -> Shrunk:
    """Shrink arms' scores, shape (arms, items) or (arms, items, samples), NaN where there is none.

    Raises:
        UsageError: another shape.
    """
    fit = two_way(scores)
    scored = fit.counts > 0
    means, variances = fit.means[scored], fit.variances[scored]
    between = between_variance(means, variances) if np.isfinite(fit.noise) else 0.0
    result = np.full(fit.counts.size, _weighted_mean(means, variances + between) if means.size else np.nan)
    result[scored] = shrink_towards(means, variances, result[scored], between)
    return Shrunk(result, between, fit)


def shrink_towards(means: Floats, variances: Floats, targets: Floats, between: float) -> Floats:
    """target + τ²/(τ² + v) (mean - target) for each arm, shapes (arms,)."""
    weights = between / (between + variances) if between > 0 else np.zeros(means.shape)
    shrunk: Floats = targets + weights * (means - targets)
    return shrunk


def between_variance(means: Floats, variances: Floats, residuals: Floats | None = None, fitted: int = 1) -> float:
    """τ² of arms about a fit with this many coefficients (about their mean without one), shapes (arms,)."""
    if means.size <= fitted or not (variances > 0).all():
        return float(means.var(ddof=1)) if means.size > 1 else 0.0
    weights = 1 / variances
    about = means - _weighted_mean(means, variances) if residuals is None else residuals
    scale = weights.sum() - fitted * (weights**2).sum() / weights.sum()
    return max(0.0, float((weights * about**2).sum() - (means.size - fitted)) / float(scale))


def posterior_variances(variances: Floats, between: float) -> Floats:
    """1 / (1/v + 1/τ²) for each arm; 0 where τ² is 0."""
    found: Floats = between / (1 + between / variances) if between > 0 else np.zeros(variances.shape)
    return found


def _weighted_mean(means: Floats, variances: Floats) -> float:
    weights = 1 / variances if (variances > 0).all() and np.isfinite(variances).all() else np.ones(means.shape)
    return float((weights * means).sum() / weights.sum())
