"""Scores of several arms on the same items: a matrix (arms, items), NaN where an arm was not scored on an item.

Samples of one item are alike: they are averaged first, so that items, not samples, are what is resampled, flipped and counted.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError

Floats = NDArray[np.float64]


def score_matrix(scores: ArrayLike, arms: int = 2) -> Floats:
    """The scores, shape (arms, items), or the means over samples of scores of shape (arms, items, samples).

    Args:
        scores: NaN where there is none; a mean is over the samples that are there.
        arms: the fewest that make sense.

    Raises:
        UsageError: another shape, too few arms or no item, or an infinite score.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim not in (2, 3) or values.shape[0] < arms or values.size == 0 or np.isinf(values).any():
        raise UsageError(
            f"expected scores of at least {arms} arms on the same items (and samples), none infinite, got shape {values.shape}",
            hint="one row an arm, one column an item, NaN where an arm was not scored",
        )
    if values.ndim == 3:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the mean of no sample is NaN, as wanted
            values = np.nanmean(values, axis=2)
    return values


def complete_items(scores: ArrayLike, arms: int = 2, items: int = 2) -> Floats:
    """The columns on which every arm was scored, shape (arms, complete items).

    Raises:
        UsageError: as `score_matrix`, or fewer complete items than this.
    """
    values = score_matrix(scores, arms)
    complete = values[:, ~np.isnan(values).any(axis=0)]
    if complete.shape[1] < items:
        raise UsageError(
            f"expected at least {items} items on which all {values.shape[0]} arms were scored, got {complete.shape[1]}",
            hint="compare the arms that share items, such as the finalists on the confirm set",
        )
    return complete
