"""How much a system disagrees with itself: the same requests again, item by item.

Batching and prefix caching change the order of floating-point sums, so even greedy answers may differ between two runs. A gain that
is not above this is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, wilson_interval


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """Two runs of one system on the same items.

    Attributes:
        flipped: items whose score changed.
        items: items scored in both runs.
        rate: flipped / items.
        interval: 95 % Wilson interval of the rate.
        drift: mean score of the second run minus the first.
    """

    flipped: int
    items: int
    rate: float
    interval: Interval
    drift: float


def noise_floor(first: ArrayLike, again: ArrayLike) -> NoiseFloor:
    """Compare a run with its repetition; scores of shape (items,), NaN where there is none.

    Raises:
        UsageError: lengths that differ, or no item that both runs scored.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(again, dtype=np.float64)
    both = ~(np.isnan(a) | np.isnan(b)) if a.shape == b.shape else np.zeros(0, dtype=bool)
    if a.ndim != 1 or not both.any():
        raise UsageError(
            f"expected two runs over the same items, scored at least once in both, got shapes {a.shape} and {b.shape}",
            hint="join the runs by item id",
        )
    flipped, items = int((a[both] != b[both]).sum()), int(both.sum())
    return NoiseFloor(flipped, items, flipped / items, wilson_interval(flipped, items), float((b - a)[both].mean()))
