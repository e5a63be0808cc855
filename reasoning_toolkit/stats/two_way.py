"""What is the arm and what the item: score = arm + item + noise, over whatever was scored.

Items are drawn at random, so they are normal with a variance of their own; arms that share items are compared on those, and one that was
scored on easier items gains nothing by it (generalised least squares; with all arms on all items an arm's score is its mean).
The variance of the noise comes from the residuals of the fit with fixed items, that of the items from what is left of the spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.stats.score_matrix import score_matrix

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class TwoWay:
    """A fit of K arms.

    Attributes:
        means: expected score of each arm on a random item, shape (arms,); NaN for an arm without a score.
        covariance: of the means, shape (arms, arms); infinite variance for an arm without a score.
        counts: items that each arm was scored on.
        noise: variance of one score about arm and item; NaN where nothing is left to estimate it from.
    """

    means: Floats
    covariance: Floats
    counts: NDArray[np.int64]
    noise: float

    @property
    def scored(self) -> NDArray[np.int64]:
        """The arms that have a score."""
        return np.flatnonzero(self.counts)

    @property
    def variances(self) -> Floats:
        """Of the means, as far as arms on the same items differ: noise / counts; infinite for an arm without a score."""
        variances: Floats = np.where(self.counts > 0, self.noise / np.maximum(self.counts, 1), np.inf)
        return variances


def two_way(scores: ArrayLike) -> TwoWay:
    """Fit arms and items to scores of shape (arms, items) or (arms, items, samples), NaN where there is none.

    Raises:
        UsageError: another shape.
    """
    values = score_matrix(scores, 1)
    values = values[:, ~np.isnan(values).all(axis=0)]
    seen = ~np.isnan(values)
    counts = seen.sum(axis=1)
    means, covariance = np.full(counts.size, np.nan), np.diag(np.full(counts.size, np.inf))
    scored = np.flatnonzero(counts)
    noise = np.nan
    if scored.size:
        noise, spread = _variances(values[scored], seen[scored])
        means[scored], covariance[np.ix_(scored, scored)] = _fit(values[scored], seen[scored], noise, spread)
    return TwoWay(means, covariance, counts, noise)


def _variances(values: Floats, seen: Flags) -> tuple[float, float]:
    """Of the noise, NaN where nothing is left to estimate it from; and of the items."""
    filled, readers = np.where(seen, values, 0.0), seen.sum(axis=0)
    effects = _fixed(filled, seen)
    items = (filled - effects[:, np.newaxis] * seen).sum(axis=0) / readers
    residuals = (filled - effects[:, np.newaxis] - items)[seen]
    left = residuals.size - len(values) - readers.size + 1
    noise = max(0.0, float(residuals @ residuals)) / left if left > 0 else np.nan
    return (noise if noise > 1e-9 else np.nan), max(0.0, float(values[seen].var() - np.nan_to_num(noise)))


def _fit(values: Floats, seen: Flags, noise: float, spread: float) -> tuple[Floats, Floats]:
    filled, readers = np.where(seen, values, 0.0), seen.sum(axis=0)
    if np.isnan(noise):  # nothing says how far items are from their level: it is taken as it is
        means = _fixed(filled, seen)
        items = (filled - means[:, np.newaxis] * seen).sum(axis=0) / readers
        return means + items.mean(), np.zeros((len(values), len(values)))
    matrix, target = _normal_equations(filled, seen, spread / (readers * spread + noise))
    inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    return inverse @ target, noise * inverse


def _fixed(filled: Floats, seen: Flags) -> Floats:
    """Effects of the arms by least squares, items fixed; their level is the items'."""
    matrix, target = _normal_equations(filled, seen, 1 / seen.sum(axis=0))
    return np.asarray(np.linalg.lstsq(matrix, target, rcond=1e-9)[0], dtype=np.float64)


def _normal_equations(filled: Floats, seen: Flags, weights: Floats) -> tuple[Floats, Floats]:
    """Matrix and right side for the arms, with the items eliminated; `weights` is how far an item's mean is the item."""
    shared = seen * weights
    matrix: Floats = np.diag(seen.sum(axis=1)) - shared @ seen.T.astype(np.float64)
    target: Floats = filled.sum(axis=1) - shared @ filled.sum(axis=0)
    return matrix, target
