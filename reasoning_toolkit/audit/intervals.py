"""Intervals of audited figures.

- Audited pass@k: `pass_intervals`, of these problems (the audit's error alone) and of new ones, by the scores of `loss_intervals`.
- A strategy of which many solutions were read: `audit_interval`, the normal one on the logit, from the figure's standard error.
  Outside (0, 1) the logit has no meaning: there the plain interval, cut to it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.loss_intervals import Parts, loss_interval, new_problems
from reasoning_toolkit.audit.reading_law import believed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, normal_quantile
from reasoning_toolkit.stats.passes import pass_at_k

WHOLE = Interval(0.0, 1.0)


class PassIntervals(NamedTuple):
    """Of audited pass@k on these problems, as reading everything would give it, and over a population of problems."""

    these_problems: Interval
    new_problems: Interval | None  # None for a single problem, which says nothing about others


def pass_intervals(parts: Parts, certain: Interval = WHOLE, confidence: float = 0.95) -> PassIntervals:
    """Both intervals of audited pass@k; with every problem read, the first has a width by the reading orders alone.

    Args:
        parts: of the problems (`pass_parts`).
        certain: the closing band (`bounds.closing_band`), to which the first interval is cut.
        confidence: between 0 and 1.

    Raises:
        UsageError: a confidence outside (0, 1).
    """
    top = float(parts.weights @ parts.tops)
    low, high = loss_interval(parts, confidence)
    these = within(Interval(top - high, top - low), certain)
    return PassIntervals(these, over_problems(parts.tops, top - parts.loss, these, confidence))


def pass_parts(
    n: ArrayLike,
    c: ArrayLike,
    k: int,
    values: ArrayLike,
    inclusion: ArrayLike = 1.0,
    proxies: ArrayLike = 0.0,
    reading_variance: ArrayLike = 0.0,
) -> Parts:
    """What each problem adds to audited pass@k; last four arguments as for `totals.two_phase`.

    Args:
        n: samples of each problem, shape (problems,) or one number.
        c: accepted ones, shape (problems,).

    Raises:
        UsageError: counts out of range, or values, chances and proxies that are not one number for each problem.
    """
    accepted = np.asarray(c)
    tops = pass_at_k(n, accepted, k)
    try:
        found, chances, guesses, spreads = (
            np.broadcast_to(np.asarray(numbers, dtype=np.float64), tops.shape)
            for numbers in (values, inclusion, proxies, reading_variance)
        )
    except ValueError as error:
        raise UsageError(f"expected one number for each of {tops.size} problems: {error}") from error
    samples = np.broadcast_to(np.asarray(n), tops.shape)
    belief = np.array([believed(int(a), int(b), k) for a, b in zip(samples, accepted, strict=True)]).T
    return Parts(np.full(tops.shape, 1 / tops.size), tops, found, spreads, chances, guesses, belief)


def over_problems(
    tops: NDArray[np.float64], figure: float, these: Interval, confidence: float = 0.95
) -> Interval | None:
    """Interval over a population of problems, of a mean of figures from 0 to `tops`; None for a single problem."""
    if tops.size < 2:
        return None
    ceiling = float(tops @ tops / tops.sum()) if tops.any() else 1.0
    return new_problems(figure, these, ceiling, tops.size, confidence)


def within(interval: Interval, certain: Interval) -> Interval:
    """The interval cut to what is certain."""
    low, high = (min(certain.high, max(certain.low, end)) for end in interval)
    return Interval(low, high)


def audit_interval(figure: Estimate, confidence: float = 0.95) -> Interval:
    """Interval of the figure that reading everything would give, for these samples and problems; no width where it is exact.

    Raises:
        UsageError: a figure without a standard error, a confidence outside (0, 1).
    """
    if figure.standard_error is None:
        raise UsageError(
            f"the readings of design {figure.design!r} give no standard error",
            hint="take audit.pass_intervals over the problems, or audit.closing_band",
        )
    return _around(float(figure), figure.standard_error, normal_quantile(confidence))


def _around(mean: float, error: float, quantile: float) -> Interval:
    if error == 0:
        return Interval(mean, mean)
    if not 0 < mean < 1:
        return Interval(min(1.0, max(0.0, mean - quantile * error)), max(0.0, min(1.0, mean + quantile * error)))
    logit, reach = math.log(mean / (1 - mean)), quantile * error / (mean * (1 - mean))
    return Interval(_logistic(logit - reach), _logistic(logit + reach))


def _logistic(x: float) -> float:
    return 0.5 * (1 + math.tanh(x / 2))
