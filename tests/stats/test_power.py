"""Items and differences: the published table, the two functions against each other, and the power itself by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.paired import mcnemar_exact
from reasoning_toolkit.stats.power import sample_size, smallest_difference


@pytest.mark.parametrize(
    ("disagreement", "expected"),
    [
        (0.10, [1960, 870, 488, 312, 120]),
        (0.20, [3922, 1742, 979, 626, 243]),
        (0.25, [4903, 2178, 1224, 783, 304]),
    ],
)
def test_items_needed_for_2_3_4_5_and_8_points(disagreement: float, expected: list[int]) -> None:
    """The table was made with quantiles of three digits and rounded to the nearest; items are rounded up here."""
    found = [sample_size(d, disagreement) for d in (0.02, 0.03, 0.04, 0.05, 0.08)]
    assert found == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("items", "points"), [(100, 12.4), (200, 8.8), (600, 5.1), (1319, 3.45)])
def test_smallest_difference_at_a_fifth_of_disagreement(items: int, points: float) -> None:
    assert 100 * smallest_difference(items, 0.2) == pytest.approx(points, abs=0.05)


@given(st.integers(20, 100_000), st.floats(0.02, 1), st.floats(0.5, 0.99), st.floats(0.001, 0.2))
def test_the_two_agree(items: int, disagreement: float, power: float, alpha: float) -> None:
    difference = smallest_difference(items, disagreement, power, alpha)
    if math.isfinite(difference):
        assert sample_size(difference * (1 + 1e-9), disagreement, power, alpha) <= items + 1
        assert sample_size(difference * 0.98, disagreement, power, alpha) >= items


def test_a_few_items_show_nothing() -> None:
    assert smallest_difference(5, 0.2) == math.inf


def test_the_promised_items_have_the_promised_power() -> None:
    n = sample_size(0.05, 0.2)
    rng = np.random.default_rng(0)
    outcomes = rng.multinomial(n, [0.125, 0.075, 0.8], size=4000)
    found = np.mean([mcnemar_exact(gained, lost) < 0.05 for gained, lost, _ in outcomes.tolist()])
    assert found == pytest.approx(0.8, abs=0.03)  # the exact test is a little weaker than its approximation


@pytest.mark.parametrize("wrong", [(0.3, 0.2), (0.0, 0.2), (0.1, 1.5)])
def test_impossible_differences_are_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(UsageError):
        sample_size(*wrong)
