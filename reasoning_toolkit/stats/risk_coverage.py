"""Selective answering: what is the error rate if only the problems with the strongest signal are answered?

Problems are sorted by a signal of confidence; risk(j) is the error rate of the first j, at coverage j/N. AURC is the mean
of risk(1), …, risk(N) (Geifman and El-Yaniv 2017, arXiv 1705.08500); excess AURC subtracts the AURC of an oracle that puts
all right ones first (Geifman, Uziel and El-Yaniv 2019, arXiv 1805.08206).

Deviations:

1. Problems with equal signals have no order: risk is its expectation over their orders.
2. The oracle's AURC is exact for N problems, not the limit e + (1 - e) ln(1 - e) for error rate e.
3. Intervals, which the papers do not give: BCa bootstrap over problems. They have no width where all problems are right or
   all are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_of import checked_labels, checked_scores
from reasoning_toolkit.stats.intervals import Interval, bca_interval

_CHUNK = 1_000_000  # problems of all resamples handled at once

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The risk-coverage curve of N problems and its area.

    Attributes:
        coverage: share of the problems answered, shape (N,), rising to 1.
        risk: error rate among them, shape (N,).
        aurc: mean risk; 0 is perfect, and a signal that says nothing has the error rate.
        aurc_interval: confidence interval of `aurc`; None for one problem.
        excess: `aurc` above the oracle's; 0 where every right problem comes before every wrong one.
        excess_interval: confidence interval of `excess`; None for one problem.
    """

    coverage: Floats
    risk: Floats
    aurc: float
    aurc_interval: Interval | None
    excess: float
    excess_interval: Interval | None


def risk_coverage(
    signals: Sequence[float], right: Sequence[bool], confidence: float = 0.95, resamples: int = 2000, seed: int = 0
) -> RiskCoverage:
    """Risk-coverage curve of a signal, higher meaning more confident; the same seed gives the same intervals.

    Raises:
        UsageError: no problems, a missing signal or label, lengths that differ, resamples < 1, a confidence outside (0, 1).
    """
    values = checked_scores(signals)
    wrong = ~checked_labels(right, values.size)
    n = values.size
    if n == 0 or resamples < 1:
        raise UsageError(f"expected problems and resamples, got {n} and {resamples}", hint="2000 resamples are usual")
    order = np.argsort(-values, kind="stable")
    errors = wrong[order].astype(np.float64)
    ties = np.unique(-values[order], return_inverse=True)[1]

    def areas(draws: Whole) -> Floats:
        return _areas(errors, ties, draws)

    whole = np.arange(n)[np.newaxis]
    risk = _risk(_shared(errors, ties, whole))[0]
    aurc, excess = (float(area) for area in areas(whole)[0])
    if n == 1:
        return RiskCoverage(np.ones(1), risk, aurc, None, excess, None)
    drawn, left_out = _over(areas, _resamples(n, resamples, seed)), _over(areas, _leave_one_out(n))
    influences = left_out.mean(axis=0) - left_out
    aurc_interval, excess_interval = (
        bca_interval(observed, drawn[:, i], influences[:, i], confidence) for i, observed in enumerate((aurc, excess))
    )
    return RiskCoverage(np.arange(1, n + 1) / n, risk, aurc, aurc_interval, excess, excess_interval)


def _areas(errors: Floats, ties: Whole, draws: Whole) -> Floats:
    """AURC and excess AURC of each row of draws, which are rising places in the order by signal; shape (rows, 2)."""
    aurc = _risk(_shared(errors, ties, draws)).mean(axis=1)
    oracle = _risk(np.sort(errors[draws], axis=1)).mean(axis=1)
    return np.stack([aurc, np.maximum(aurc - oracle, 0.0)], axis=1)


def _risk(errors: Floats) -> Floats:
    risk: Floats = errors.cumsum(axis=1) / np.arange(1, errors.shape[1] + 1)
    return risk


def _shared(errors: Floats, ties: Whole, draws: Whole) -> Floats:
    """Errors in the order of the draws, those of equal signals replaced by their mean: the expectation over orders."""
    groups = ties[draws] + (ties.max() + 1) * np.arange(len(draws))[:, np.newaxis]
    sizes = np.bincount(groups.ravel())
    means = np.bincount(groups.ravel(), errors[draws].ravel()) / np.maximum(sizes, 1)
    shared: Floats = means[groups]
    return shared


def _over(areas: Callable[[Whole], Floats], chunks: Iterator[Whole]) -> Floats:
    return np.concatenate([areas(draws) for draws in chunks])


def _resamples(n: int, resamples: int, seed: int) -> Iterator[Whole]:
    rng = np.random.default_rng(seed)
    rows = max(1, _CHUNK // n)
    for done in range(0, resamples, rows):
        yield np.sort(rng.integers(n, size=(min(rows, resamples - done), n)), axis=1)


def _leave_one_out(n: int) -> Iterator[Whole]:
    rows, places = max(1, _CHUNK // n), np.arange(n - 1)
    for start in range(0, n, rows):
        left_out = np.arange(start, min(start + rows, n))[:, np.newaxis]
        yield places + (places >= left_out)
