"""Best of k: by hand, against the count of all subsets, ties, and what is refused."""

from __future__ import annotations

import math
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_of import best_of_k, best_of_k_weights

scores = st.lists(st.integers(0, 4), min_size=1, max_size=8)


def test_by_hand() -> None:
    # Pairs of (1, 3, 3): {1, 3} twice, each won by its 3; {3, 3} shared.
    assert best_of_k_weights([1, 3, 3], 2) == pytest.approx([0, 0.5, 0.5], abs=1e-15)
    assert best_of_k_weights([5, 1, 3], 2) == pytest.approx([2 / 3, 0, 1 / 3], abs=1e-15)
    assert best_of_k([5, 1, 3], [False, True, True], 2) == pytest.approx(1 / 3, abs=1e-15)


@given(scores, st.data())
def test_they_count_subsets(values: list[int], data: st.DataObject) -> None:
    n = len(values)
    k = data.draw(st.integers(1, n))
    weights, subsets = [0.0] * n, list(combinations(range(n), k))
    for subset in subsets:
        best = [i for i in subset if values[i] == max(values[j] for j in subset)]
        for i in best:
            weights[i] += 1 / len(best) / len(subsets)
    assert best_of_k_weights(values, k) == pytest.approx(weights, abs=1e-12)


@given(st.integers(1, 300), st.data())
def test_without_ties_it_is_the_order_statistic(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, n))
    expected = [comb(n - rank, k - 1) / comb(n, k) for rank in range(1, n + 1)]
    weights = best_of_k_weights([-rank for rank in range(n)], k)
    assert weights == pytest.approx(expected, abs=1e-12)
    assert weights.sum() == pytest.approx(1, abs=1e-12)


def test_equal_scores_and_one_draw_are_the_mean() -> None:
    right = [True, False, False, True, True]
    assert best_of_k([7.0] * 5, right, 3) == pytest.approx(0.6)
    assert best_of_k([5, 4, 3, 2, 1], right, 1) == pytest.approx(0.6)
    assert best_of_k([-math.inf, 0, math.inf, 1, 2], right, 5) == 0


@pytest.mark.parametrize(
    ("values", "k", "part"),
    [([1.0, 2.0], 3, "k=3"), ([1.0, math.nan], 1, "1 missing"), ([1.0, None], 1, "1 missing"), ([], 1, "n=0")],
)
def test_missing_scores_and_too_large_a_k_are_refused(values: list[float], k: int, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        best_of_k_weights(values, k)


@pytest.mark.parametrize("right", [[True], [True, None], [True, 2]])
def test_a_label_that_is_missing_is_refused(right: list[bool]) -> None:
    with pytest.raises(UsageError, match="2 labels"):
        best_of_k([1.0, 2.0], right, 1)
