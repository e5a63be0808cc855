"""Costs and spreads of stopping, against the count of all orders."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from reasoning_toolkit.audit.passes import audited_pass_at_k
from reasoning_toolkit.audit.reading_law import (
    estimated_reading_variance,
    expected_readings,
    reading_variances,
    stopping_law,
)
from reasoning_toolkit.errors import UsageError


def ends(c: int, t: int, stop_at: int) -> list[list[bool]]:
    found = []
    for sound in combinations(range(c), t):
        end = sound[stop_at - 1] + 1 if t >= stop_at else c
        found.append([i in sound for i in range(end)])
    return found


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_against_all_orders(stop_at: int) -> None:
    for c in (1, 3, 6):
        law = stopping_law(c, stop_at)
        assert law.sum(axis=1) == pytest.approx(np.ones(c + 1))
        for t in range(c + 1):
            read = ends(c, t, stop_at)
            assert expected_readings(c, t, stop_at) == pytest.approx(np.mean([len(verdicts) for verdicts in read]))
            for k in (1, 2, 8):
                spread = np.var([audited_pass_at_k(8, c, k, verdicts, stop_at) for verdicts in read])
                assert reading_variances(8, c, k, stop_at)[t] == pytest.approx(spread, abs=1e-12)


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_the_estimated_variance_is_unbiased(stop_at: int) -> None:
    """Its mean over all orders is the variance, for every number of sound ones; for the first sound one it is never negative."""
    for c, k in product((1, 3, 6), (1, 2, 5, 8)):
        for t in range(c + 1):
            found = [estimated_reading_variance(8, c, k, read, stop_at) for read in ends(c, t, stop_at)]
            assert np.mean(found) == pytest.approx(reading_variances(8, c, k, stop_at)[t], abs=1e-12)
            assert stop_at > 1 or min(found) > -1e-12


def test_the_estimated_variance_is_none_where_nothing_is_left_to_chance() -> None:
    assert estimated_reading_variance(8, 3, 2, ["flawed"] * 3) == 0
    assert estimated_reading_variance(8, 5, 8, ["flawed", "sound"]) == pytest.approx(0, abs=1e-12)
    assert estimated_reading_variance(8, 0, 1, []) == 0
    assert estimated_reading_variance(8, 5, 1, ["flawed", "sound"]) > 0


def test_stopping_at_the_second_halves_the_spread_for_about_twice_the_readings() -> None:
    one, two = (reading_variances(64, 40, 1, stop_at)[20] for stop_at in (1, 2))
    assert np.sqrt(two / one) < 0.75
    assert expected_readings(40, 20, 2) == pytest.approx(2 * expected_readings(40, 20, 1))


def test_counts_out_of_range_are_refused() -> None:
    with pytest.raises(UsageError, match="0 <= sound <= c"):
        expected_readings(3, 4)
    with pytest.raises(UsageError, match="reading to end"):
        estimated_reading_variance(8, 3, 2, ["flawed"])
