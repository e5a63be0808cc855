"""e-values of the sign test: by hand, as bets that cannot be won on average, and their error however often one looks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.sign_bets import log_sign_e_value, proven_worse, wins


def test_by_hand() -> None:
    assert log_sign_e_value(0, 0) == pytest.approx(0)
    assert math.exp(log_sign_e_value(1, 0)) == pytest.approx(1)  # B(3/2, 1/2) / B(1/2, 1/2) · 2
    assert math.exp(log_sign_e_value(2, 0)) == pytest.approx(1.5)  # E p² = 3/8
    assert math.exp(log_sign_e_value(1, 1)) == pytest.approx(0.5)  # E p(1-p) = 1/8


@given(st.integers(0, 60), st.integers(0, 60))
def test_it_is_the_mean_of_likelihood_ratios(w: int, l: int) -> None:  # noqa: E741
    mean, _ = quad(
        lambda p: (2 * p) ** w * (2 - 2 * p) ** l * beta.pdf(p, 0.5, 0.5), 0, 1, points=[0.1, 0.9], limit=500
    )
    assert math.exp(log_sign_e_value(w, l)) == pytest.approx(mean, rel=1e-3)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_next_item_wins_nothing_on_average(w: int, l: int) -> None:  # noqa: E741
    now = log_sign_e_value(w, l)
    after = np.exp(log_sign_e_value([w + 1, w], [l, l + 1]) - now)
    assert after.mean() == pytest.approx(1)


def test_it_ever_exceeds_its_bound_in_fewer_null_runs_than_promised() -> None:
    rng, runs, delta = np.random.default_rng(0), 2000, 0.05
    steps = rng.random((runs, 1000)) < 0.5
    won = steps.cumsum(axis=1)
    ever = (log_sign_e_value(won, np.arange(1, 1001) - won) > math.log(1 / delta)).any(axis=1)
    assert 0 < ever.mean() <= delta


def test_the_best_of_equal_arms_is_dropped_less_often_than_promised_at_any_look() -> None:
    rng, runs, delta = np.random.default_rng(1), 300, 0.2
    dropped = 0
    for _ in range(runs):
        scores = (rng.random((5, 200)) < 0.5).astype(float)
        dropped += any(proven_worse(scores[:, :n], delta)[0] for n in range(10, 201, 10))
    assert dropped / runs <= delta


def test_a_much_worse_arm_is_found_among_holes() -> None:
    scores = np.array([[1.0] * 60, [0.0] * 60, [1.0] * 60])
    scores[2, 10:] = np.nan
    assert proven_worse(scores).tolist() == [False, True, False]
    assert proven_worse(np.full((3, 4), np.nan)).tolist() == [False] * 3


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 40]))
def test_wins_are_counted_pair_by_pair(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(levels, size=(5, 30)) / levels
    scores[rng.random(scores.shape) < 0.2] = np.nan
    expected = [[np.sum(a > b) for b in scores] for a in scores]
    np.testing.assert_array_equal(wins(scores), expected)


def test_negative_counts_and_an_impossible_delta_are_refused() -> None:
    with pytest.raises(UsageError, match="counts >= 0"):
        log_sign_e_value(-1, 0)
    with pytest.raises(UsageError, match="0 < delta < 1"):
        proven_worse([[1, 0], [0, 1]], 0)
