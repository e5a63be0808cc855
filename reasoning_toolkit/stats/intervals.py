"""Confidence intervals of a share and of a mean.

- A share: the score interval of Wilson (1927), (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
- A mean, or any other statistic: the bias-corrected and accelerated bootstrap of Efron (1987), "Better Bootstrap
  Confidence Intervals"; bias from the share of resampled values below the observed one, acceleration from the jackknife.

Deviations:

1. Resampled values that equal the observed one count half towards the bias: means of right/wrong values often tie.
2. Values that are all equal give an interval of no width: resampling cannot see what it has never drawn. For shares
   of right and wrong use `wilson_interval`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError

_NORMAL = NormalDist()
_CHUNK = 1_000_000  # values drawn at once: 16 MB, whatever the number of resamples


class Interval(NamedTuple):
    """Both ends of a confidence interval."""

    low: float
    high: float


def wilson_interval(right: float, total: float, confidence: float = 0.95) -> Interval:
    """Wilson score interval of the share right / total, within [0, 1]; both may be sums of expectations or of weights.

    Raises:
        UsageError: unless 0 ≤ right ≤ total, total > 0 and 0 < confidence < 1.
    """
    if total <= 0 or not 0 <= right <= total:
        raise UsageError(
            f"expected 0 <= right <= total and total > 0, got right={right}, total={total}",
            hint="a share of no problems has no interval: leave it out of the report",
        )
    z = normal_quantile(confidence)
    share = right / total
    centre = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low = 0.0 if right == 0 else (centre - reach) / scale
    high = 1.0 if right == total else (centre + reach) / scale
    return Interval(low, high)


def bootstrap_interval(
    values: Sequence[float], confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> Interval:
    """BCa bootstrap interval of the mean of `values`, in their unit; the same seed gives the same interval.

    Raises:
        UsageError: no values, a value that is not finite, resamples < 1, or a confidence outside (0, 1).
    """
    data = np.asarray(values, dtype=np.float64)
    if data.ndim != 1 or data.size == 0 or not np.isfinite(data).all():
        raise UsageError("expected at least one value and all of them finite", hint="drop missing values beforehand")
    if resamples < 1:
        raise UsageError(f"expected resamples >= 1, got {resamples}", hint="10000 is usual")
    if data.min() == data.max():
        normal_quantile(confidence)  # refuses what is no confidence
        return Interval(float(data[0]), float(data[0]))
    # Leaving a value out moves the mean by its deviation / (n - 1).
    mean = float(data.mean())
    return bca_interval(mean, _resampled_means(data, resamples, seed), data - mean, confidence)


def bca_interval(
    observed: float, resampled: NDArray[np.float64], influences: NDArray[np.float64], confidence: float = 0.95
) -> Interval:
    """BCa interval of a statistic from its resamples.

    Args:
        observed: its value on the data.
        resampled: its values on resamples of the data, shape (resamples,).
        influences: how far each observation pulls it, shape (n,): mean of the leave-one-out values minus each of them; the
            scale does not matter.
        confidence: between 0 and 1.

    Raises:
        UsageError: a confidence outside (0, 1).
    """
    low, high = np.quantile(resampled, _bca_levels(observed, resampled, influences, normal_quantile(confidence)))
    return Interval(float(low), float(high))


def normal_quantile(confidence: float) -> float:
    """The z for which a standard normal lies within ±z with this probability.

    Raises:
        UsageError: a confidence outside (0, 1).
    """
    if not 0 < confidence < 1:
        raise UsageError(f"expected 0 < confidence < 1, got {confidence}", hint="0.95 is usual")
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def _resampled_means(data: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    rows = max(1, _CHUNK // data.size)
    means = [
        data[rng.integers(data.size, size=(min(rows, resamples - done), data.size))].mean(axis=1)
        for done in range(0, resamples, rows)
    ]
    return np.concatenate(means)


def _bca_levels(
    observed: float, resampled: NDArray[np.float64], influences: NDArray[np.float64], z: float
) -> tuple[float, float]:
    """The two quantile levels at which to read the resampled values."""
    ties = np.abs(resampled - observed) <= 1e-12 * np.abs(resampled).max()
    below = (np.sum((resampled < observed) & ~ties) + 0.5 * np.sum(ties)) / resampled.size
    # Half a resample away from 0 and 1: the normal quantile is infinite there.
    bias = _NORMAL.inv_cdf(float(np.clip(below, 0.5 / resampled.size, 1 - 0.5 / resampled.size)))
    scaled = influences / (np.abs(influences).max() or 1.0)  # so that no power underflows
    acceleration = float(np.sum(scaled**3) / (6 * np.sum(scaled**2) ** 1.5)) if scaled.any() else 0.0
    return _bca_level(bias, acceleration, -z), _bca_level(bias, acceleration, z)


def _bca_level(bias: float, acceleration: float, z: float) -> float:
    scale = 1 - acceleration * (bias + z)
    if scale <= 0:  # beyond the pole that a long tail and a high confidence can reach: the extreme resample
        return 1.0 if bias + z > 0 else 0.0
    return _NORMAL.cdf(bias + (bias + z) / scale)
