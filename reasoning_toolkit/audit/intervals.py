"""Intervals of audited figures.

- The problems as a sample of a population: t interval with M - 1 degrees of freedom on the logit of the mean (delta method).
  It holds audit noise too, where each problem's contribution is unbiased. `stats.intervals.bootstrap_interval` of the same
  contributions is the alternative without a formula (BCa).
- These problems alone: only the audit's noise, by the standard error of the figure, on the logit as well.

Where the mean is not inside (0, 1), or near an end and with next to no spread, the logit has no meaning: figures of 0 or 1 in
every problem get Wilson's interval, others (Horvitz-Thompson sums may leave the unit interval) the plain t interval, cut to it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, normal_quantile, wilson_interval


def population_interval(contributions: ArrayLike, confidence: float = 0.95) -> Interval:
    """Interval of the population's figure, from what each problem adds to the mean (`totals.contributions`).

    Raises:
        UsageError: fewer than two problems, values that are not finite, a confidence outside (0, 1).
    """
    from scipy.special import stdtrit  # heavy

    values = np.asarray(contributions, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all():
        raise UsageError(
            f"expected finite contributions of at least two problems, got shape {values.shape}",
            hint="one problem says nothing about others: show audit_interval",
        )
    normal_quantile(confidence)  # refuses what is no confidence
    mean, error = float(values.mean()), float(values.std(ddof=1) / math.sqrt(values.size))
    if error == 0 and mean in (0.0, 1.0):
        return wilson_interval(round(mean * values.size), values.size, confidence)
    return _around(mean, error, float(stdtrit(values.size - 1, (1 + confidence) / 2)))


def audit_interval(figure: Estimate, confidence: float = 0.95) -> Interval:
    """Interval of the figure that reading everything would give, for these samples and problems; no width where it is exact.

    Raises:
        UsageError: a figure without a standard error, a confidence outside (0, 1).
    """
    if figure.standard_error is None:
        raise UsageError(
            f"the readings of design {figure.design!r} give no standard error",
            hint="take audit.two_phase over the problems with reading_variance, or audit.closing_band",
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
