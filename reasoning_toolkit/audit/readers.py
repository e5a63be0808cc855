"""Figures from a reader who errs, with sensitivity and specificity for "flawed" known from items of known truth.

- A share: Rogan and Gladen (1978), (q + Sp - 1) / (Se + Sp - 1); the interval draws q, Se and Sp anew from their counts.
- pass@k: each verdict becomes a = (flag - (1 - Sp)) / (Se + Sp - 1), whose mean is the truth, and the chance that j random
  ones are all flawed is the mean of the products over all j-subsets, e_j(a) / C(m, j). Unbiased if errors are independent
  given the truth and alike for all solutions, which is a strong assumption; and noisy for a single problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.hypergeometric import accepted_among
from reasoning_toolkit.audit.passes import reached, require_enough
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, normal_quantile


class Gold(NamedTuple):
    """How a reader did on items of known truth: flawed ones flagged of all flawed, sound ones passed of all sound."""

    flagged: int
    flawed: int
    passed: int
    sound: int


class CorrectedShare(NamedTuple):
    """The corrected share of flawed solutions, the share as read, and the interval of the corrected one."""

    share: Estimate
    as_read: float
    interval: Interval


def corrected_share(
    flagged: int, read: int, gold: Gold, confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> CorrectedShare:
    """Share of flawed solutions among those read, corrected for the reader's errors; it is not cut to [0, 1].

    The interval's ends are cut to [0, 1]. Each resample draws the three shares from Beta(successes + ½, failures + ½).

    Raises:
        UsageError: counts out of range, a reader no better than chance, a confidence outside (0, 1).
    """
    normal_quantile(confidence)  # refuses what is no confidence
    counts = ((flagged, read), (gold.flagged, gold.flawed), (gold.passed, gold.sound))
    if resamples < 1 or any(not 0 <= part <= whole or whole == 0 for part, whole in counts):
        raise UsageError(
            f"expected parts of at least one reading and one gold item of each kind, got {counts}",
            hint="mix flawed and sound items of known truth into the queue",
        )
    share, sensitivity, specificity = (part / whole for part, whole in counts)
    value = _corrected(share, sensitivity, specificity)
    rng = np.random.default_rng(seed)
    q, se, sp = (rng.beta(part + 0.5, whole - part + 0.5, resamples) for part, whole in counts)
    drawn = (q + sp - 1) / np.maximum(se + sp - 1, 1e-9)
    low, high = np.quantile(np.clip(drawn, 0, 1), [(1 - confidence) / 2, (1 + confidence) / 2])
    error = float(np.std(np.clip(drawn, 0, 1)))
    return CorrectedShare(Estimate(value, "noisy", error), share, Interval(float(low), float(high)))


def audited_pass_at_k_noisy(
    n: int, c: int, k: int, flags: Sequence[bool], sensitivity: float, specificity: float
) -> Estimate:
    """Audited pass@k from one noisy verdict on each of a random sample of the c accepted solutions.

    Args:
        flags: true where the reader calls a solution flawed, shape (m,), min(k, c) ≤ m ≤ c.
        sensitivity: chance that a flawed one is flagged.
        specificity: chance that a sound one is not.

    Raises:
        UsageError: counts out of range, m below min(k, c), a reader no better than chance.
    """
    m = len(flags)
    if m > c:
        raise UsageError(f"expected at most c={c} readings, got {m}", hint="one verdict for each solution")
    require_enough(c, k, m)
    truths = [_corrected(float(flag), sensitivity, specificity) for flag in flags]
    chances = accepted_among(n, c, k)
    return Estimate(reached(n, c, k, _mean_products(truths, chances.size - 1)), "noisy")


def _corrected(share: float, sensitivity: float, specificity: float) -> float:
    better = sensitivity + specificity - 1
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1) or better <= 0:
        raise UsageError(
            f"expected a reader better than chance, got sensitivity {sensitivity} and specificity {specificity}",
            hint="no correction can save such readings: read again with another reader",
        )
    return (share + specificity - 1) / better


def _mean_products(values: Sequence[float], most: int) -> NDArray[np.float64]:
    """e_j(values) / C(m, j) for j = 0…most: the mean product over the j-subsets; its own recursion stays of order 1."""
    means = np.zeros(most + 1)
    means[0] = 1.0
    j = np.arange(1, most + 1)
    for m, value in enumerate(values, start=1):
        means[1:] = np.where(j <= m, ((m - j) * means[1:] + j * value * means[:-1]) / m, 0.0)
    return means
