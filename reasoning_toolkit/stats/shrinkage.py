"""Empirical Bayes: scores of many arms drawn towards their mean, by as much as chance explains their spread.

Arm means m with covariance V (the two-way fit) about true scores that are themselves drawn around a mean with variance τ²:

    shrunk = mean + τ² (τ² I + V)⁻¹ (m - mean),

which for arms that share all items, with v the part of V that they do not share, is mean + τ² / (τ² + v) · (m - mean). τ² by moments:
Q = m' P m with P = V⁻¹ less its mean has the expectation (K - 1) + τ² tr P (DerSimonian and Laird 1986, "Meta-analysis in clinical
trials", for correlated means); for arms that share all items it is max(0, var(m) - v). The best shrunk score is nearly free of
the optimism of having been chosen.
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
        standard_errors: posterior standard deviations about the mean of all, shape (arms,).
        between: τ², variance of the true scores; 0 says: no differences among these arms can be seen.
        fit: the two-way fit that was shrunk.
    """

    scores: Floats
    standard_errors: Floats
    between: float
    fit: TwoWay


def shrink(scores: ArrayLike, least: float = 0.0) -> Shrunk:
    """Shrink arms' scores, shape (arms, items) or (arms, items, samples), NaN where there is none.

    Args:
        least: what τ² is assumed to be at least.

    Raises:
        UsageError: another shape.
    """
    fit = two_way(scores)
    means = fit.means[fit.scored]
    if np.isnan(fit.noise):
        spread = float(means.var(ddof=1)) if means.size > 1 else 0.0
        filled = np.where(fit.counts > 0, fit.means, means.mean() if means.size else np.nan)
        return Shrunk(filled, np.zeros(filled.size), spread, fit)
    between = max(least, _between(means, fit.covariance[np.ix_(fit.scored, fit.scored)]))
    _, posterior, errors = normal_posterior(fit, between * np.eye(fit.counts.size))
    return Shrunk(posterior, errors, between, fit)


def normal_posterior(fit: TwoWay, prior: Floats) -> tuple[float, Floats, Floats]:
    """Of the true scores, about a common mean of which nothing is known beforehand.

    Args:
        fit: of at least one scored arm, with noise.
        prior: covariance of the true scores, shape (arms, arms).

    Returns:
        Restricted log-likelihood of the means; posterior means and standard deviations, shapes (arms,).
    """
    scored, means = fit.scored, fit.means[fit.scored]
    total = prior[np.ix_(scored, scored)] + fit.covariance[np.ix_(scored, scored)]
    inverse = np.linalg.inv(total)
    precision = inverse.sum()
    centre = float((inverse @ means).sum() / precision)
    residuals = inverse @ (means - centre)
    log = -0.5 * (np.linalg.slogdet(total)[1] + np.log(precision) + (means - centre) @ residuals)
    told = prior[:, scored]
    variances = prior.diagonal() - ((told @ inverse) * told).sum(axis=1)
    return float(log), centre + told @ residuals, np.sqrt(np.maximum(variances, 0.0))


def _between(means: Floats, covariance: Floats) -> float:
    if means.size < 2:
        return 0.0
    inverse = np.linalg.inv(covariance)
    weights = inverse.sum(axis=0)
    projected = inverse - np.outer(weights, weights) / weights.sum()
    return max(0.0, float((means @ projected @ means - (means.size - 1)) / projected.trace()))
