"""Does a stated confidence, such as the top share of a vote, say how often the answer is right?

- ECE, the expected calibration error: Σ_b (n_b / N) |accuracy_b - confidence_b| over bins (Naeini, Cooper and Hauskrecht
  2015; Guo et al. 2017, arXiv 1706.04599, equation 3), here with bins of equal mass (Nixon et al. 2019, arXiv 1904.01685).
- Brier score: the mean of (confidence - right)² (Brier 1950).
- Recalibration: isotonic regression (Zadrozny and Elkan 2002), fitted for each problem on all the others.

Deviations:

1. Equal confidences are never split between bins: each goes to the bin of its midrank, so bins may be unequal or fewer.
2. Bins can follow another signal than the confidences. Recalibrated ones need it: a problem that is right is missing from
   its own fit, which lowers its confidence a little, so bins over these confidences would sort the problems by label.
3. Between the confidences seen, the isotonic fit is interpolated linearly; beyond them it stays at its ends.

An ECE of few problems is too high by chance alone: each bin carries its Wilson interval.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_of import checked_labels, checked_scores
from reasoning_toolkit.stats.intervals import Interval, bootstrap_interval, wilson_interval

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """One row of the reliability table: problems, their mean confidence, their accuracy and its interval."""

    problems: int
    confidence: float
    accuracy: float
    interval: Interval


class Calibration(NamedTuple):
    """ECE and Brier score (0 is perfect for both), the Brier score's interval, the bins in rising order."""

    ece: float
    brier: float
    brier_interval: Interval
    bins: tuple[Bin, ...]


def calibration(
    confidences: Sequence[float], right: Sequence[bool], bins: int = 10, binned_by: Sequence[float] | None = None
) -> Calibration:
    """How well confidences agree with the outcomes.

    Args:
        confidences: one for each problem, 0 to 1.
        right: whether its answer is right.
        bins: bins of equal mass, at least 1.
        binned_by: what sorts the problems into bins: for `recalibrated` confidences the signals they were made from;
            without it the confidences themselves.

    Raises:
        UsageError: no problems, a confidence that is missing or outside [0, 1], lengths that differ, bins < 1.
    """
    values = checked_scores(confidences)
    truth = checked_labels(right, values.size)
    if values.size == 0 or values.min() < 0 or values.max() > 1 or bins < 1:
        raise UsageError(
            f"expected confidences from 0 to 1 and at least 1 bin, got {values.size} confidences and bins={bins}",
            hint="recalibrated() turns any signal into such confidences",
        )
    sorted_by = values if binned_by is None else checked_scores(binned_by)
    if sorted_by.shape != values.shape:
        raise UsageError(
            f"expected {values.size} signals to bin by, got {sorted_by.size}", hint="one for each confidence"
        )
    rows = [_bin(values[chosen], truth[chosen]) for chosen in _equal_mass(sorted_by, bins)]
    ece = sum(row.problems * abs(row.accuracy - row.confidence) for row in rows) / values.size
    squares = (values - truth) ** 2
    return Calibration(ece, float(squares.mean()), bootstrap_interval(squares.tolist()), tuple(rows))


def recalibrated(signals: Sequence[float], right: Sequence[bool], problems: Sequence[Hashable]) -> Floats:
    """Confidence of each row by an isotonic fit on the rows of all other problems, shape (rows,).

    Pass the signals to `calibration` as `binned_by`.

    Args:
        signals: higher meaning more confident, in any unit.
        right: whether the row's answer is right.
        problems: the problem of each row; several seeds of one problem share its id and are left out together.

    Raises:
        UsageError: fewer than two problems, a missing signal or label, lengths that differ.
    """
    values = checked_scores(signals)
    truth = checked_labels(right, values.size).astype(np.float64)
    numbers = {problem: i for i, problem in enumerate(dict.fromkeys(problems))}
    if len(problems) != values.size or len(numbers) < 2:
        raise UsageError(
            f"expected a problem for each of {values.size} rows and at least two problems, got {len(problems)} rows of {len(numbers)}",
            hint="pass the problem id of every row",
        )
    of = np.array([numbers[problem] for problem in problems])
    confidences = np.empty(values.size)
    for number in range(len(numbers)):
        held = of == number
        confidences[held] = np.interp(values[held], *_isotonic(values[~held], truth[~held]))
    return confidences


def _isotonic(signals: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """The distinct signals, rising, and the fitted share of right ones at each."""
    from scipy.optimize import isotonic_regression  # heavy

    knots, inverse, counts = np.unique(signals, return_inverse=True, return_counts=True)
    shares = np.bincount(inverse, truth) / counts
    return knots, isotonic_regression(shares, weights=counts.astype(np.float64)).x


def _equal_mass(values: Floats, bins: int) -> list[NDArray[np.bool_]]:
    from scipy.stats import rankdata  # heavy

    place = np.floor((rankdata(values) - 0.5) / values.size * bins).astype(int)
    return [place == number for number in np.unique(place)]


def _bin(confidences: Floats, truth: NDArray[np.bool_]) -> Bin:
    count, right = truth.size, int(truth.sum())
    return Bin(count, float(confidences.mean()), right / count, wilson_interval(right, count))
