"""Does the gap between automatic and audited accuracy change with the number of samples?

A problem's gap is its automatic minus its audited result, 0 or 1 for one selected answer, any number for expectations.
Problems are independent, levels of one problem are not: 4, 16 and 64 samples are prefixes of each other, so a test of
Cochran and Armitage, which takes them for independent, is not valid here.

- Two levels: if they are alike, a problem's two gaps might as well be exchanged (random sign flips of the differences).
- Trend over several: if there is none, a problem's levels might as well be read backwards, which turns the sign of its slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, bootstrap_interval
from reasoning_toolkit.stats.paired_scores import sign_flip


class GapTest(NamedTuple):
    """The mean change over problems, its 95 % BCa interval over problems, and the two-sided p-value."""

    change: float
    interval: Interval
    p_value: float


def gap_change(before: Sequence[float], after: Sequence[float], resamples: int = 10_000, seed: int = 0) -> GapTest:
    """Mean gap after minus before, paired by problem.

    Raises:
        UsageError: no problems, lengths that differ, a gap that is not finite.
    """
    return gap_trend(np.column_stack(_checked(before, after)), (0.0, 1.0), resamples, seed)


def gap_trend(
    gaps: Sequence[Sequence[float]] | NDArray[np.float64],
    positions: Sequence[float],
    resamples: int = 10_000,
    seed: int = 0,
) -> GapTest:
    """Mean least-squares slope of the gap over the levels.

    Args:
        gaps: problems in rows, levels in columns.
        positions: of the levels, such as log2 of the numbers of samples; not all alike.

    Raises:
        UsageError: no problems, not one position a level, fewer than two levels, a value that is not finite.
    """
    values, places = np.asarray(gaps, dtype=np.float64), np.asarray(positions, dtype=np.float64)
    usable = values.ndim == 2 and values.size and values.shape[1:] == places.shape and places.min() < places.max()
    if not usable or not np.isfinite(values).all() or not np.isfinite(places).all():
        raise UsageError(
            f"expected finite gaps of shape (problems, levels) and {places.size} different positions, got {values.shape}",
            hint="a problem that was answered wrongly has the gap 0: it is not missing",
        )
    centred = places - places.mean()
    slopes = values @ centred / (centred @ centred)
    return GapTest(
        float(slopes.mean()),
        bootstrap_interval(slopes.tolist(), resamples=resamples, seed=seed),
        sign_flip(slopes, resamples, seed),
    )


def _checked(before: Sequence[float], after: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    if len(before) != len(after) or len(before) == 0:
        raise UsageError(
            f"expected gaps of the same problems, got {len(before)} and {len(after)}", hint="join them by problem id"
        )
    return before, after
