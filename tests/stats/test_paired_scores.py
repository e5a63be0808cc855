"""Paired scores: the test by enumeration and by its error rate, pairing by seed, an honest sentence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.paired import compare_paired, mcnemar_exact
from reasoning_toolkit.stats.paired_scores import compare_scores, sign_flip


@settings(max_examples=20)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8))
def test_sign_flips_estimate_the_share_of_all_sign_patterns(differences: list[int]) -> None:
    patterns = [
        abs(sum(map(int.__mul__, differences, signs))) for signs in itertools.product((-1, 1), repeat=len(differences))
    ]
    exact = np.mean([far >= abs(sum(differences)) for far in patterns])
    assert sign_flip(np.array(differences, dtype=float)) == pytest.approx(exact, abs=0.03)


def test_sign_flips_of_right_and_wrong_are_mcnemar() -> None:
    differences = np.array([1.0] * 9 + [-1.0] * 2 + [0.0] * 30)
    assert sign_flip(differences, flips=100_000) == pytest.approx(mcnemar_exact(9, 2), abs=0.003)


def test_equal_systems_are_told_apart_in_at_most_5_percent() -> None:
    rng = np.random.default_rng(0)
    found = [sign_flip(rng.normal(size=30) * rng.random(30), flips=400) < 0.05 for _ in range(600)]
    assert np.mean(found) < 0.075  # 99.7 % bound of 5 % over 600


def test_right_and_wrong_go_to_the_exact_test() -> None:
    a, b = [[1.0], [0.0], [0.0], [1.0]], [[1.0], [1.0], [0.0], [0.0]]
    assert compare_scores("a", a, "b", b) == compare_paired("a", [s[0] == 1 for s in a], "b", [s[0] == 1 for s in b])


def test_pairing_takes_the_spread_of_the_problems_out() -> None:
    # b is a + .1 everywhere but once: the spread of a itself must not enter the interval.
    a = [[0.1], [0.9], [0.2], [0.7], [0.3], [0.02]]
    b = [[x[0] + 0.1] for x in a[:-1]] + [[0.07]]
    found = compare_scores("a", a, "b", b)
    assert found.difference == pytest.approx(0.55 / 6)
    assert 0.05 <= found.interval.low < found.difference < found.interval.high <= 0.1 + 1e-12
    assert compare_scores("a", a, "b", b) == found


def test_seeds_are_paired_where_both_have_as_many() -> None:
    a, b = [[0.0, 1.0], [0.2, 0.6]], [[0.1, 1.0], [0.3, 0.6]]
    assert compare_scores("a", a, "b", b).interval.high <= 0.1 + 1e-12
    lone = compare_scores("a", a, "b", [[0.55], [0.45]])
    assert lone.difference == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("shift", "begins"), [(0.01, "The difference between A and B is not significant"), (0.2, "B is better than A")]
)
def test_the_sentence_names_a_winner_only_where_the_test_does(shift: float, begins: str) -> None:
    rng = np.random.default_rng(3)
    a = rng.uniform(0.2, 0.6, size=80)
    b = a + shift + rng.normal(scale=0.2, size=80)
    found = compare_scores("A", [[x] for x in a], "B", [[y] for y in b])
    assert found.sentence.startswith(begins)
    assert ("better" in found.sentence) == (found.p_value < 0.05)
    assert "80 problems, sign flips p = " in found.sentence


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [([], [], "same problems"), ([[1]], [[]], "finite score"), ([[1]], [[float("nan")]], "finite score")],
)
def test_what_cannot_be_compared_is_refused(a: list[list[float]], b: list[list[float]], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        compare_scores("A", a, "B", b)
