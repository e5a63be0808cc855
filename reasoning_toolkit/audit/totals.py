"""Audited figures from a part of the solutions or problems, each read with a known chance (Horvitz and Thompson 1952).

- A selection strategy (one sample, best-of-k, a vote, a tree search) is linear in the truth: its audited accuracy is
  Σ w y with known weights w and y = accepted and sound, so Σ_read w y / π is unbiased.
- pass@k is not linear. But the mean over M problems of per-problem figures is: with problem i read with chance π_i and f_i
  its unbiased figure, (1/M) Σ_read f_i / π_i is unbiased, and so is the difference form
  (1/M) [Σ g_i + Σ_read (f_i - g_i) / π_i] for any proxy g_i fixed before the draw, whatever its quality (Cassel, Särndal and
  Wretman 1976; with model predictions as proxies, prediction-powered inference: Angelopoulos et al. 2023, arXiv 2301.09633).

Both hold if π and g of a batch depend on labels of earlier batches only. Ratio forms, which divide by Σ 1/π, are biased and
not offered.

Variance over the draw, for draws that are independent of one another: (1 - π) x² / π² estimates its part without bias, and
the figure's own variance over reading orders is added as v / π.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.errors import UsageError

Floats = NDArray[np.float64]


def horvitz_thompson(weights: ArrayLike, sound: ArrayLike, inclusion: ArrayLike) -> Estimate:
    """Audited accuracy of a selection strategy, Σ_read w y / π.

    Args:
        weights: the chance that each solution is selected, over the number of problems, as `stats.best_of_k_weights(...) / M`;
            any shape.
        sound: 1 for accepted and sound, 0 for not, NaN for not read; a solution that was not accepted is 0 without reading.
        inclusion: the chance with which each was read, 1 for those that needed no reading.

    Raises:
        UsageError: shapes that differ, chances outside (0, 1], or a solution that was certain to be read and was not.
    """
    return _total(np.asarray(weights, dtype=np.float64), sound, inclusion, 0.0, 0.0, "unequal")


def two_phase(
    values: ArrayLike, inclusion: ArrayLike, proxies: ArrayLike | None = None, reading_variance: ArrayLike = 0.0
) -> Estimate:
    """Mean audited figure of M problems of which some were read; the difference form where proxies are given.

    Args:
        values: unbiased figure of each problem, shape (M,); NaN for one that was not drawn, 0 for one without accepted ones.
        inclusion: the chance with which each was drawn, fixed beforehand; 1 for one that was certain.
        proxies: any predictions of the figures, fixed before the draw.
        reading_variance: of each figure over reading orders (`reading_law.estimated_reading_variance`); 0 for problems not drawn.

    Raises:
        UsageError: as `horvitz_thompson`.
    """
    figures = np.asarray(values, dtype=np.float64)
    share = np.full(figures.shape, 1 / max(1, figures.size))
    drawn = np.isfinite(figures)
    whole = drawn.all() and bool(np.all(np.asarray(inclusion) == 1))
    design = "problems" if whole else "two-phase" if proxies is None else "difference"
    within = np.where(drawn, np.asarray(reading_variance, dtype=np.float64), 0.0)
    return _total(share, figures, inclusion, 0.0 if proxies is None else proxies, within, design)


def contributions(values: ArrayLike, inclusion: ArrayLike, proxies: ArrayLike | None = None) -> Floats:
    """What each problem adds to the mean, g + (f - g) / π where drawn and g elsewhere: shape (M,).

    Raises:
        UsageError: as `horvitz_thompson`.
    """
    return _expanded(values, inclusion, 0.0 if proxies is None else proxies)


def _total(
    weights: Floats, values: ArrayLike, inclusion: ArrayLike, proxies: ArrayLike, within: ArrayLike, design: str
) -> Estimate:
    expanded = _expanded(values, inclusion, proxies)
    if weights.shape != expanded.shape:
        raise UsageError(
            f"expected one weight a value, got shapes {weights.shape} and {expanded.shape}",
            hint="one for each solution",
        )
    chances = np.broadcast_to(np.asarray(inclusion, dtype=np.float64), expanded.shape)
    misses = expanded - np.asarray(proxies)  # 0 where not read
    variance = np.sum(weights**2 * ((1 - chances) * misses**2 + np.asarray(within) / chances))
    return Estimate(float(np.sum(weights * expanded)), design, float(np.sqrt(max(0.0, variance))))


def _expanded(values: ArrayLike, inclusion: ArrayLike, proxies: ArrayLike) -> Floats:
    found, chances = np.broadcast_arrays(np.asarray(values, dtype=np.float64), np.asarray(inclusion, dtype=np.float64))
    guesses = np.asarray(proxies, dtype=np.float64)
    if found.size == 0 or not ((chances > 0) & (chances <= 1)).all() or not np.isfinite(guesses).all():
        raise UsageError(
            "expected values with chances above 0 and at most 1 and finite proxies",
            hint="what has no chance to be read cannot be spoken for: raise the floor of its chance",
        )
    if guesses.ndim and guesses.shape != found.shape:
        raise UsageError(
            f"expected one proxy a value, got shapes {guesses.shape} and {found.shape}", hint="predict every problem"
        )
    if np.isnan(found[chances == 1]).any():
        raise UsageError(
            f"{int(np.isnan(found[chances == 1]).sum())} items were certain to be read and have no verdict",
            hint="items that are given up leave bounds alone (audit.closing_band): read them, or count each both ways",
        )
    return np.where(np.isnan(found), guesses, guesses + (found - guesses) / chances)
