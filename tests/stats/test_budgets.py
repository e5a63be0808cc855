"""Accuracy at token budgets: by hand, against every order of small pools, against maj@k, at the ends."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.budgets import Pool, accuracy_at
from reasoning_toolkit.stats.majority import maj_at_k

draws = st.tuples(st.one_of(st.none(), st.integers(0, 2)), st.integers(0, 9), st.sampled_from((1.0, 0.5, 0.25)))


def vote(pool: Pool, taken: list[int]) -> float:
    """By the book: the class with the most weight, the first of the pool among those that tie."""
    weights: Counter[int] = Counter()
    for i in taken:
        if pool.classes[i] is not None:
            weights[pool.classes[i]] += 1.0 if pool.weights is None else pool.weights[i]
    if not weights:
        return float(pool.otherwise)
    winner = max(weights, key=lambda name: (weights[name], -list(pool.classes).index(name)))
    return float(pool.right[list(pool.classes).index(winner)])


def taken(pool: Pool, order: tuple[int, ...], budget: int) -> list[int]:
    """The first draws of an order that fit."""
    spent, fitting = pool.fixed, []
    for i in order:
        spent += pool.tokens[i]
        if spent > budget:
            break
        fitting.append(i)
    return fitting


def test_by_hand() -> None:
    # A right draw of 10 tokens and a wrong one of 30 behind a trace of 5 whose answer is wrong.
    pool = Pool([1, 2], [True, False], [10, 30], fixed=5)
    found = accuracy_at(pool, [4, 5, 14, 15, 34, 35, 44, 45], orders=20_000)
    # From 15: right if the short one comes first; from 35 also the wrong one alone; with both a tie, which the first wins.
    assert found == pytest.approx([0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1], abs=0.015)


def test_below_its_trace_there_is_no_answer_and_then_the_trace_s_own() -> None:
    pool = Pool([2], [False], [10], fixed=5, otherwise=True)
    assert accuracy_at(pool, [4, 5, 14, 15]).tolist() == [0, 1, 1, 0]
    assert accuracy_at(Pool([], [], [], fixed=5, otherwise=True), [4, 5, 500]).tolist() == [0, 1, 1]


@settings(max_examples=40)
@given(st.lists(draws, min_size=1, max_size=5), st.integers(0, 6), st.booleans(), st.integers(0, 50))
def test_it_is_the_mean_over_all_orders(drawn: list[tuple], fixed: int, otherwise: bool, budget: int) -> None:
    classes, tokens, weights = zip(*drawn, strict=True)
    pool = Pool(classes, [name == 1 for name in classes], tokens, weights, fixed, otherwise)
    orders = list(itertools.permutations(range(len(drawn))))
    expected = np.mean([vote(pool, taken(pool, order, budget)) for order in orders]) if budget >= fixed else 0
    assert accuracy_at(pool, [budget], orders=4000)[0] == pytest.approx(expected, abs=0.04)


def test_equal_costs_make_it_maj_at_k() -> None:
    # Odd k and two classes: no ties, on which the two differ by convention.
    classes = [0] * 9 + [1] * 6
    pool = Pool(classes, [name == 0 for name in classes], [7] * 15)
    found = accuracy_at(pool, [7 * k + 3 for k in (1, 3, 7, 15)], orders=20_000)
    assert found == pytest.approx([maj_at_k(15, 9, [6], k) for k in (1, 3, 7, 15)], abs=0.012)


@given(st.lists(draws, min_size=1, max_size=30))
def test_the_whole_pool_votes_as_the_run_did_in_whatever_order(drawn: list[tuple]) -> None:
    classes, tokens, weights = zip(*drawn, strict=True)
    for votes in (None, weights):
        pool = Pool(classes, [name == 1 for name in classes], tokens, votes)
        whole = accuracy_at(pool, [pool.total, pool.total + 100], orders=20)
        assert whole.tolist() == [vote(pool, list(range(len(drawn))))] * 2


def test_a_fixed_order_is_no_expectation() -> None:
    pool = Pool([1, 2, 2, 1], [True, False, False, True], [10, 10, 10, 10])
    assert accuracy_at(pool, [10, 20, 30, 40], in_order=True).tolist() == [1, 1, 0, 1]


def test_weights_that_differ_in_the_last_digit_only_tie() -> None:
    pool = Pool([1, 2, 2, 2], [True, False, False, False], [1] * 4, weights=[0.3, 0.1, 0.1, 0.1])
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert accuracy_at(pool, [4]).tolist() == [1]


def test_the_same_seed_gives_the_same_orders() -> None:
    pool = Pool([1, 2, 3, 1, 2], [True, False, False, True, False], [3, 9, 4, 2, 8])
    found = [accuracy_at(pool, [9, 13], seed=seed).tolist() for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    "pool",
    [
        Pool([1], [True, False], [3]),
        Pool([1], [True], [-3]),
        Pool([1], [True], [3], [-1.0]),
        Pool([1], [True], [3], []),
    ],
)
def test_pools_that_do_not_fit_together_are_refused(pool: Pool) -> None:
    with pytest.raises(UsageError, match="a draw, none below 0"):
        accuracy_at(pool, [10])
