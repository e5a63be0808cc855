"""What is the arm and what the item: least squares of score = level + arm + item, over whatever was scored.

Arms that share items are compared on those items; an arm that was scored on easier items gains nothing by it. With all arms on all
items an arm's score is its mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.stats.score_matrix import score_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TwoWay:
    """A two-way fit of K arms.

    Attributes:
        means: of each arm on all items that anyone was scored on, shape (arms,); NaN for an arm without a score.
        counts: items that each arm was scored on.
        noise: variance of one score about the fit; NaN where nothing is left to estimate it from.
    """

    means: Floats
    counts: NDArray[np.int64]
    noise: float

    @property
    def variances(self) -> Floats:
        """Of the means, as far as they differ between arms: noise / counts; infinite for an arm without a score."""
        variances: Floats = np.where(self.counts > 0, self.noise / np.maximum(self.counts, 1), np.inf)
        return variances


def two_way(scores: ArrayLike) -> TwoWay:
    """Fit arms and items to scores of shape (arms, items) or (arms, items, samples), NaN where there is none.

    Raises:
        UsageError: another shape.
    """
    values = score_matrix(scores, 1)
    values = values[:, ~np.isnan(values).all(axis=0)]
    if not values.size:
        return TwoWay(np.full(len(values), np.nan), np.zeros(len(values), dtype=np.int64), np.nan)
    seen = ~np.isnan(values)
    counts, readers = seen.sum(axis=1), seen.sum(axis=0)
    filled = np.where(seen, values, 0.0)
    if seen.all():
        effects, items = values.mean(axis=1) - values.mean(), values.mean(axis=0)
    else:
        effects = _effects(filled, seen.astype(np.float64), readers)
        items = (filled - effects[:, np.newaxis] * seen).sum(axis=0) / readers
    residuals = (filled - effects[:, np.newaxis] - items)[seen]
    left = residuals.size - np.count_nonzero(counts) - readers.size + 1
    noise = float(residuals @ residuals) / left if left > 0 else np.nan
    return TwoWay(np.where(counts > 0, items.mean() + effects, np.nan), counts, noise)


def _effects(filled: Floats, seen: Floats, readers: NDArray[np.int64]) -> Floats:
    """Arm effects of mean 0, from the normal equations with the items eliminated."""
    shared = seen / readers
    matrix = np.diag(seen.sum(axis=1)) - shared @ seen.T
    target = filled.sum(axis=1) - shared @ filled.sum(axis=0)
    effects: Floats = np.linalg.lstsq(matrix, target, rcond=1e-9)[0]
    return effects - effects[seen.any(axis=1)].mean()
