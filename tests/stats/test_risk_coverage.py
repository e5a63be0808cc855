"""Risk and coverage: by hand, ties against all their orders, the oracle, intervals by coverage, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.risk_coverage import risk_coverage

cases = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=6)


def areas(errors: list[bool]) -> list[float]:
    return [sum(errors[: j + 1]) / (j + 1) for j in range(len(errors))]


def test_by_hand() -> None:
    # Sorted: right, wrong, right, wrong. Risk 0, 1/2, 1/3, 1/2; the oracle's 0, 0, 1/3, 1/2.
    found = risk_coverage([9, 7, 5, 3], [True, False, True, False])
    assert found.coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert found.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.aurc == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert found.excess == pytest.approx(1 / 8)


@settings(max_examples=60)
@given(cases)
def test_ties_are_the_mean_over_their_orders(case: list[tuple[int, bool]]) -> None:
    found = risk_coverage([s for s, _ in case], [ok for _, ok in case], resamples=20)
    orders = [o for o in permutations(case) if all(a[0] >= b[0] for a, b in pairwise(o))]
    risk = np.mean([areas([not ok for _, ok in order]) for order in orders], axis=0)
    assert found.risk == pytest.approx(risk, abs=1e-12)
    oracle = np.mean(areas(sorted(not ok for _, ok in case)))
    assert found.aurc == pytest.approx(risk.mean(), abs=1e-12)
    assert found.excess == pytest.approx(risk.mean() - oracle, abs=1e-12)


def test_only_the_order_of_the_signals_counts() -> None:
    rng = np.random.default_rng(0)
    signals, right = rng.integers(0, 9, 80), rng.random(80) < 0.4
    first = risk_coverage(signals.tolist(), right.tolist())
    shuffled = rng.permutation(80)
    second = risk_coverage(np.exp(signals[shuffled]).tolist(), right[shuffled].tolist())
    assert (second.aurc, second.excess) == pytest.approx((first.aurc, first.excess), abs=1e-12)
    assert second.risk == pytest.approx(first.risk, abs=1e-12)


def test_a_perfect_a_silent_and_a_perverse_signal() -> None:
    right = [True] * 60 + [False] * 40
    perfect = risk_coverage(right, right)
    assert perfect.excess == 0
    assert perfect.excess_interval == (0, 0)
    assert perfect.aurc == pytest.approx(0.4 + 0.6 * math.log(0.6), abs=0.01)  # the limit e + (1 - e) ln(1 - e)
    silent = risk_coverage([1] * 100, right)
    assert silent.risk == pytest.approx([0.4] * 100)
    perverse = risk_coverage([not ok for ok in right], right)
    assert perverse.aurc > silent.aurc > perfect.aurc


def test_the_interval_covers_the_true_area_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)

    def drawn(n: int) -> tuple[list[float], list[bool]]:
        confidence = rng.random(n)
        return confidence.tolist(), (rng.random(n) < 0.3 + 0.6 * confidence).tolist()

    # Error rate 0.7 - 0.6 u at confidence u; above u it is 0.4 - 0.3 u: its mean over u is 0.25.
    truth, held, runs = 0.25, 0, 300
    for _ in range(runs):
        interval = risk_coverage(*drawn(100), resamples=400).aurc_interval
        assert interval is not None
        held += interval.low <= truth <= interval.high
    assert 0.90 <= held / runs <= 0.985


def test_one_problem_has_no_interval_and_the_same_seed_the_same_one() -> None:
    alone = risk_coverage([1.0], [False])
    assert (alone.aurc, alone.aurc_interval, alone.excess, alone.excess_interval) == (1, None, 0, None)
    signals, right = list(range(40)), [i % 3 == 0 for i in range(40)]
    first, again = risk_coverage(signals, right), risk_coverage(signals, right)
    assert (first.aurc_interval, first.excess_interval) == (again.aurc_interval, again.excess_interval)
    assert first.aurc_interval != risk_coverage(signals, right, seed=1).aurc_interval


def test_resampling_in_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    signals, right = [3, 1, 4, 1, 5], [True, False, True, True, False]
    whole = risk_coverage(signals, right)
    monkeypatch.setattr("reasoning_toolkit.stats.risk_coverage._CHUNK", 11)
    assert risk_coverage(signals, right).aurc_interval == whole.aurc_interval


@pytest.mark.parametrize(
    ("signals", "right", "part"),
    [
        ([], [], "got 0"),
        ([1.0, math.nan], [True, False], "1 missing"),
        ([1.0, 2.0], [True], "2 labels"),
        ([1.0, 2.0], [True, None], "2 labels"),
    ],
)
def test_what_does_not_fit_is_refused(signals: list[float], right: list[bool], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        risk_coverage(signals, right)
    with pytest.raises(UsageError, match="resamples"):
        risk_coverage([1.0, 2.0], [True, False], resamples=0)
