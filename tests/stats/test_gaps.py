"""Tests of the gap: against all sign flips, their level under nested samples, and their power."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.gaps import gap_change, gap_trend
from reasoning_toolkit.stats.paired import mcnemar_exact


def test_against_all_flips() -> None:
    before, after = [0, 0, 1, 0, 0, 0, 0.5], [1, 1, 0, 1, 1, 0, 1]
    differences = np.subtract(after, before)
    flips = [abs(np.dot(signs, differences)) >= abs(differences.sum()) for signs in product((-1, 1), repeat=7)]
    found = gap_change(before, after)
    assert found.change == pytest.approx(3.5 / 7)
    assert found.p_value == pytest.approx(np.mean(flips), abs=0.015)
    assert found.interval.low < 0.5 < found.interval.high


def test_slope_by_hand() -> None:
    found = gap_trend([[0, 0, 1], [1, 1, 1]], [2, 4, 6])
    assert found.change == pytest.approx(1 / 4 / 2)  # slopes ¼ and 0


def test_level_under_nested_samples_and_power() -> None:
    rng = np.random.default_rng(0)
    alarms, finds = [], []
    for seed in range(100):
        steps = rng.normal(size=(40, 4)).cumsum(axis=1)  # strongly correlated levels without a trend
        alarms.append(gap_trend(steps, [2, 4, 6, 8], resamples=400, seed=seed).p_value < 0.05)
        finds.append(gap_trend(steps + np.arange(4), [2, 4, 6, 8], resamples=400, seed=seed).p_value < 0.05)
    assert np.mean(alarms) < 0.12
    assert np.mean(finds) > 0.9


def test_published_paired_tests() -> None:
    # Worked from the published labels of arXiv 2502.06217: audited accuracy at 256 samples against 4.
    assert mcnemar_exact(8, 0) == pytest.approx(0.0078, abs=5e-5)
    assert mcnemar_exact(4, 0) == pytest.approx(0.125)
    assert mcnemar_exact(15, 6) == pytest.approx(0.0784, abs=5e-5)


def test_what_has_no_trend_is_refused() -> None:
    with pytest.raises(UsageError, match="same problems"):
        gap_change([1], [1, 0])
    for gaps, positions in (([], [1, 2]), ([[1, 2]], [1, 1]), ([[1, 2]], [1, 2, 3]), ([[1, float("nan")]], [1, 2])):
        with pytest.raises(UsageError, match="expected finite gaps"):
            gap_trend(gaps, positions)
