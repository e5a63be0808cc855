"""Audited pass@k of one problem: by hand, unbiased over every reading order or sample, and what is refused."""

from __future__ import annotations

import pickle
from fractions import Fraction
from itertools import combinations
from math import ceil, comb

import numpy as np
import pytest

from reasoning_toolkit import stats
from reasoning_toolkit.audit import passes
from reasoning_toolkit.audit.designs import DESIGNS
from reasoning_toolkit.errors import UsageError

SMALL = [(n, c, t) for n in (1, 4, 7) for c in range(min(n, 6) + 1) for t in range(c + 1)]


def orders(c: int, t: int) -> list[list[bool]]:
    """Every order of t sound and c - t flawed ones; all are equally likely."""
    return [[i in sound for i in range(c)] for sound in combinations(range(c), t)]


def stopped(order: list[bool], stop_at: int, cap: int | None = None) -> list[bool]:
    """What is read of an order."""
    for place in range(len(order)):
        if sum(order[: place + 1]) == stop_at:
            order = order[: place + 1]
            break
    return order if cap is None else order[:cap]


def truth(n: int, t: int, k: int) -> float:
    return float(1 - Fraction(comb(n - t, k), comb(n, k)))


def test_by_hand() -> None:
    # Two of four are accepted; of the six pairs one holds both and four hold one. First sound at 1: J ≥ 1; at 2: J ≥ 2.
    assert passes.audited_pass_at_k(4, 2, 2, ["sound"]) == pytest.approx(5 / 6, abs=1e-12)
    assert passes.audited_pass_at_k(4, 2, 2, ["flawed", "sound"]) == pytest.approx(1 / 6, abs=1e-12)
    assert passes.audited_pass_at_k(4, 2, 2, ["flawed", "flawed"]) == 0
    assert passes.audited_pass_at_k(4, 0, 2, []) == 0
    # One sound of both: a pair of four holds it in half of the cases.
    assert passes.audited_pass_at_k_from_sample(4, 2, 2, 2, 1) == pytest.approx(1 / 2, abs=1e-12)
    assert passes.audited_pass_hat_k(4, 2, 2, 2, 0) == pytest.approx(1 / 6, abs=1e-12)
    assert passes.audited_g_pass_at_k(4, 2, 2, 1.0, 2, 0) == pytest.approx(1 / 6, abs=1e-12)


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_stopping_is_unbiased_over_all_orders(stop_at: int) -> None:
    for n, c, t in SMALL:
        for k in range(1, n + 1):
            figures = [passes.audited_pass_at_k(n, c, k, stopped(o, stop_at), stop_at) for o in orders(c, t)]
            assert np.mean(figures) == pytest.approx(truth(n, t, k), abs=1e-12)


def test_a_cap_is_unbiased_where_it_is_not_refused() -> None:
    for n, c, t in SMALL:
        for cap in range(1, c + 1):
            for k in range(1, cap + 1):
                read = [stopped(order, 2, cap) for order in orders(c, t)]
                figures = [passes.audited_pass_at_k(n, c, k, verdicts, 2, cap) for verdicts in read]
                assert np.mean(figures) == pytest.approx(truth(n, t, k), abs=1e-12)


def test_a_sample_is_unbiased_over_all_samples() -> None:
    for n, c, t in SMALL:
        for k in range(1, n + 1):
            for m in range(min(k, c), c + 1):
                flawed = [sum(i >= t for i in sample) for sample in combinations(range(c), m)]
                figures = [passes.audited_pass_at_k_from_sample(n, c, k, m, y) for y in flawed]
                assert np.mean(figures) == pytest.approx(truth(n, t, k), abs=1e-12)


def test_g_pass_and_pass_hat_are_unbiased_over_all_samples() -> None:
    for n, c, t in SMALL:
        for k in range(1, n + 1, 2):
            for m in range(min(k, c), c + 1):
                tau = (0.0, 0.55, 1.0)[m % 3]
                flawed = [sum(i >= t for i in sample) for sample in combinations(range(c), m)]
                by_flawed = {y: passes.audited_g_pass_at_k(n, c, k, tau, m, y) for y in set(flawed)}
                every = np.mean([passes.audited_pass_hat_k(n, c, k, m, y) for y in flawed])
                needed = max(1, ceil(Fraction(tau).limit_denominator(100) * k))
                exact = sum(comb(t, i) * comb(n - t, k - i) for i in range(needed, min(k, t) + 1)) / comb(n, k)
                assert np.mean([by_flawed[y] for y in flawed]) == pytest.approx(exact, abs=1e-10)
                assert every == pytest.approx(comb(t, k) / comb(n, k), abs=1e-12)


def test_leaving_at_random_is_unbiased_over_all_orders_and_draws() -> None:
    for n, c, t in SMALL:
        if c == 0:
            continue
        survival = 0.8 ** np.arange(c)
        leaving = np.append(survival[:-1] - survival[1:], survival[-1])  # P(L = d)
        for k in (1, n):
            mean = 0.0
            for last, chance in enumerate(leaving, start=1):
                read = [stopped(order, 1)[:last] for order in orders(c, t)]
                figures = [passes.audited_pass_at_k_truncated(n, c, k, verdicts, survival) for verdicts in read]
                mean += chance * np.mean(figures)
            assert mean == pytest.approx(truth(n, t, k), abs=1e-12)


def test_all_read_is_the_figure_itself() -> None:
    sound = [True, False, True, True, False]
    figure = passes.audited_pass_at_k(9, 5, 4, sound, stop_at=5)
    assert figure == pytest.approx(float(stats.pass_at_k(9, 3, 4)), abs=1e-12)
    assert passes.audited_pass_at_k_from_sample(9, 5, 4, 5, 2) == pytest.approx(figure, abs=1e-12)


def test_one_pass_gives_every_k_and_large_counts_stay_exact() -> None:
    ks = [1, 16, 256, 1024]
    verdicts = ["flawed"] * 10 + ["sound"]
    curve = passes.audited_curve(1024, 300, ks, verdicts)
    assert curve == pytest.approx([passes.audited_pass_at_k(1024, 300, k, verdicts) for k in ks], abs=1e-15)
    by_counts = 1 - sum(Fraction(comb(300, j) * comb(724, 16 - j), comb(1024, 16)) for j in range(11))
    assert curve[1] == pytest.approx(float(by_counts), abs=1e-12)
    assert curve[-1] == pytest.approx(1.0, abs=1e-12)


def test_verdicts_after_the_end_count_for_nothing() -> None:
    short = passes.audited_pass_at_k(12, 6, 3, ["flawed", "sound"])
    assert passes.audited_pass_at_k(12, 6, 3, ["flawed", "sound", "flawed", "flawed"]) == short
    assert passes.audited_pass_at_k(12, 6, 3, [False, True]) == short


def test_a_figure_carries_its_design() -> None:
    figure = passes.audited_pass_at_k(4, 2, 2, ["sound"])
    assert figure.design == "stop"
    assert figure.unbiased_for == DESIGNS["stop"].unbiased_for
    assert "unbiased for" in figure.statement
    assert passes.audited_pass_at_k(4, 2, 1, ["flawed"], cap=1).design == "capped"
    again = pickle.loads(pickle.dumps(figure))
    assert (again, again.design, again.standard_error) == (figure, "stop", None)


@pytest.mark.parametrize(("m", "k"), [(3, 4), (0, 1), (5, 64)])
def test_a_sample_too_small_for_any_unbiased_estimate_is_refused(m: int, k: int) -> None:
    with pytest.raises(UsageError, match=r"no unbiased estimate"):
        passes.audited_pass_at_k_from_sample(64, 6, k, m, 0)
    with pytest.raises(UsageError, match=r"no unbiased estimate"):
        passes.audited_g_pass_at_k(64, 6, k, 0.5, m, 0)
    with pytest.raises(UsageError, match=r"no unbiased estimate"):
        passes.audited_pass_hat_k(64, 6, k, m, 0)


def test_a_cap_below_k_is_refused_even_if_a_sound_one_came_before_it() -> None:
    with pytest.raises(UsageError, match=r"no unbiased estimate"):
        passes.audited_pass_at_k(64, 6, 5, ["sound"], cap=4)


def test_reading_that_ended_on_its_own_is_refused() -> None:
    with pytest.raises(UsageError, match="expected reading to end"):
        passes.audited_pass_at_k(64, 6, 1, ["flawed", "flawed"])
    with pytest.raises(UsageError, match="expected reading to end"):
        passes.audited_pass_at_k(64, 6, 1, ["sound"], stop_at=2)


def test_a_least_number_of_readings_is_needed_exactly() -> None:
    """Below min(k, c) readings even the best statistic of a sample is biased for some t: the system has no solution."""
    n, c, k = 10, 6, 4
    for m, solvable in ((3, False), (4, True)):
        law = [[comb(t, m - y) * comb(c - t, y) / comb(c, m) for y in range(m + 1)] for t in range(c + 1)]
        target = [truth(n, t, k) for t in range(c + 1)]
        best = np.linalg.lstsq(np.array(law), np.array(target), rcond=None)[0]
        assert bool(np.abs(np.array(law) @ best - target).max() < 1e-10) is solvable


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((4, 2, 5, ["sound"]), "1 <= k <= n"),
        ((4, 2, 2, ["right"]), "expected verdicts"),
        ((4, 2, 2, ["flawed"] * 3), "at most c=2"),
        ((4, 2, 2, ["sound"], 0), "stop_at >= 1"),
        ((4, 5, 2, ["sound"]), "0 <= c <= n"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        passes.audited_pass_at_k(*arguments)


def test_a_survival_that_reaches_zero_is_refused() -> None:
    for survival in ([1.0, 0.0], [0.5, 0.9], [1.0]):
        with pytest.raises(UsageError, match="expected 2 chances"):
            passes.audited_pass_at_k_truncated(4, 2, 2, ["sound"], survival)
