"""pass@k and its relatives: by hand, against the count of all subsets, arrays, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import ceil, comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit import stats
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.passes import g_pass_at_k, mg_pass_at_k, pass_at_k, pass_hat_k

ALL = (pass_at_k, pass_hat_k, lambda n, c, k: g_pass_at_k(n, c, k, 0.5), mg_pass_at_k)


@st.composite
def counts(draw: st.DrawFn, most: int) -> tuple[int, int, int]:
    n = draw(st.integers(1, most))
    return n, draw(st.integers(0, n)), draw(st.integers(1, n))


def right_in_each_subset(n: int, c: int, k: int) -> list[int]:
    return [sum(i < c for i in subset) for subset in combinations(range(n), k)]


def test_by_hand() -> None:
    # Of the six pairs of four samples, two of them right: one holds both, four hold one, one holds none.
    assert pass_at_k(4, 2, 2) == pytest.approx(5 / 6, abs=1e-15)
    assert pass_hat_k(4, 2, 2) == pytest.approx(1 / 6, abs=1e-15)
    assert g_pass_at_k(4, 2, 2, 0.5) == pytest.approx(5 / 6, abs=1e-12)
    assert g_pass_at_k(4, 2, 2, 1.0) == pytest.approx(1 / 6, abs=1e-12)
    assert mg_pass_at_k(4, 2, 2) == pytest.approx(1 / 6, abs=1e-12)  # (2/2) P(X ≥ 2)
    assert mg_pass_at_k(5, 5, 3) == pytest.approx(2 / 3, abs=1e-12)  # (2/3) P(X ≥ 3)


@given(counts(8), st.integers(0, 20))
def test_they_count_subsets(case: tuple[int, int, int], twentieths: int) -> None:
    n, c, k = case
    found = right_in_each_subset(n, c, k)
    share = 1 / len(found)
    needed = max(1, ceil(Fraction(twentieths, 20) * k))
    assert pass_at_k(n, c, k) == pytest.approx(share * sum(x >= 1 for x in found), abs=1e-12)
    assert pass_hat_k(n, c, k) == pytest.approx(share * sum(x == k for x in found), abs=1e-12)
    assert g_pass_at_k(n, c, k, twentieths / 20) == pytest.approx(share * sum(x >= needed for x in found), abs=1e-12)
    mean_excess = share * sum(max(x - ceil(k / 2), 0) for x in found)
    assert mg_pass_at_k(n, c, k) == pytest.approx(2 / k * mean_excess, abs=1e-12)


@given(counts(400))
def test_large_counts_agree_with_whole_numbers(case: tuple[int, int, int]) -> None:
    n, c, k = case
    assert pass_at_k(n, c, k) == pytest.approx(float(1 - Fraction(comb(n - c, k), comb(n, k))), abs=1e-13)
    assert pass_hat_k(n, c, k) == pytest.approx(float(Fraction(comb(c, k), comb(n, k))), rel=1e-12)
    assert g_pass_at_k(n, c, k, 1.0) == pytest.approx(float(pass_hat_k(n, c, k)), abs=1e-9)
    assert g_pass_at_k(n, c, k, 0.0) == pytest.approx(float(pass_at_k(n, c, k)), abs=1e-9)


def test_a_share_that_binary_numbers_miss_asks_for_no_more() -> None:
    assert 0.55 * 100 > 55
    assert g_pass_at_k(100, 55, 100, 0.55) == 1


def test_a_million_samples() -> None:
    assert pass_at_k(10**6, 1, 1) == pytest.approx(1e-6, rel=1e-9)
    assert pass_at_k(10**6, 10**6 - 1, 2) == 1
    assert pass_at_k(10**6, 3, 500_000) == pytest.approx(1 - 1 / 8, abs=1e-5)


@pytest.mark.parametrize("metric", ALL)
def test_arrays_are_one_problem_an_element(metric: Any) -> None:
    n, c = np.array([4, 9, 16]), [2, 0, 16]
    values = metric(n, c, np.array([[1], [4]]))
    assert values.shape == (2, 3)
    for row, k in enumerate((1, 4)):
        for column in range(3):
            alone = metric(int(n[column]), c[column], k)
            assert isinstance(alone, float)
            assert values[row, column] == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize(
    ("n", "c", "k", "part"),
    [
        (4, 2, 5, "k=5"),
        ([8, 4], [2, 2], 5, r"n=4, c=2, k=5 \(1 such"),
        (4, 5, 1, "c=5"),
        (4, -1, 1, "c=-1"),
        (4, 1, 0, "k=0"),
        (0, 0, 1, "n=0"),
        ([4, 4], [1, None], 1, "whole numbers for c"),
        (4, 1.0, 1, "whole numbers for c"),
        (4, True, 1, "whole numbers for c"),
        ([], [], 1, "whole numbers for n"),
        ([4, 4], [1, 1, 1], 1, "broadcast"),
    ],
)
def test_missing_samples_and_too_large_a_k_are_refused(metric: Any, n: Any, c: Any, k: Any, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        metric(n, c, k)


@pytest.mark.parametrize("tau", [-0.1, 1.1, float("nan")])
def test_a_tau_that_is_no_share_is_refused(tau: float) -> None:
    with pytest.raises(UsageError, match="tau"):
        g_pass_at_k(4, 2, 2, tau)


def test_the_room_offers_its_metrics_by_name() -> None:
    assert stats.pass_at_k is pass_at_k
    assert all(callable(getattr(stats, name)) for name in stats.__all__)
    with pytest.raises(AttributeError, match="pass_at_j"):
        stats.pass_at_j
