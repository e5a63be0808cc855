"""Intervals at the edges; their cover is in test_loss_intervals."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import stdtrit

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.intervals import audit_interval, pass_intervals, pass_parts
from reasoning_toolkit.audit.loss_intervals import loss_interval, new_problems
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, wilson_interval


def test_by_hand() -> None:
    # Mean ½, standard error 0.1: ±1.96 · 0.1 / 0.25 on the logit, which is 0 in the middle.
    low, high = audit_interval(Estimate(0.5, "two-phase", 0.1))
    assert low == pytest.approx(1 / (1 + np.exp(1.959964 * 0.4)), abs=1e-6)
    assert low + high == pytest.approx(1)


def test_an_exact_figure_has_an_interval_without_width() -> None:
    assert audit_interval(Estimate(0.3, "problems", 0.0)) == (0.3, 0.3)


def test_what_has_no_interval_is_refused() -> None:
    with pytest.raises(UsageError, match="no standard error"):
        audit_interval(Estimate(0.3, "stop"))
    with pytest.raises(UsageError, match="one number for each"):
        pass_parts(8, [1, 2, 3], 4, [0.5, 0.6])
    with pytest.raises(UsageError, match="confidence"):
        pass_intervals(pass_parts(8, [8, 8], 4, [1.0, 1.0]), confidence=95)


def test_where_all_is_known_only_new_problems_have_a_width() -> None:
    these, new = pass_intervals(pass_parts(8, [8, 8, 0, 0, 0], 8, [1.0, 0.0, 0.0, 0.0, 0.0]))
    assert these == pytest.approx((0.2, 0.2))
    assert new is not None and new.low < 0.05 and 0.6 < new.high < 0.8


def test_new_problems_all_or_none_solved_have_the_interval_of_a_share() -> None:
    """With exact figures of 0 and 1 it is Wilson's, by the t quantile instead of the normal one."""
    for solved in (0, 7, 20):
        found = new_problems(solved / 20, Interval(solved / 20, solved / 20), 1.0, 20)
        quantile = float(stdtrit(19, 0.975))
        confidence = 2 * NormalDist().cdf(quantile) - 1
        assert found == pytest.approx(wilson_interval(solved, 20, confidence))


def test_one_problem_says_nothing_about_others() -> None:
    assert pass_intervals(pass_parts(8, [4], 2, [0.5])).new_problems is None


def test_the_score_interval_by_hand() -> None:
    """Four problems with one accepted sample each, k = n, each read with chance ½ and believed to be false with chance ½.

    Nothing is predicted. At no loss each adds (1 - ½) / ½ = 1 to 16 V; a false one adds none, so a flaw lowers the variance by 1 for
    each loss of 1. Two are drawn, one of them false: the figure is ½, L̂ = ½, V(L) = (1 - L) / 4.
    """
    parts = pass_parts(1, [1, 1, 1, 1], 1, [1.0, 0.0, np.nan, np.nan], inclusion=0.5)
    low, high = loss_interval(parts)
    assert parts.loss == pytest.approx(0.5)
    for end in (low, high):
        assert (0.5 - end) ** 2 == pytest.approx(1.959964**2 * (1 - end) / 4, rel=1e-5)


def test_a_flaw_that_was_not_met_is_allowed_for() -> None:
    """Forty solved problems, eight read and all sound: the old interval had no width below the figure."""
    values = np.where(np.arange(40) < 8, 1.0, np.nan)
    these, _ = pass_intervals(pass_parts(64, np.full(40, 9), 64, values, inclusion=0.2, proxies=0.9))
    assert 0.6 < these.low < 0.85 and these.high == 1
