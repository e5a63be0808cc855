"""Intervals at the edges; their cover is in test_simulation."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.intervals import audit_interval, population_interval
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import wilson_interval


def test_by_hand() -> None:
    # Mean ½, standard error 0.1: ±1.96 · 0.1 / 0.25 on the logit, which is 0 in the middle.
    low, high = audit_interval(Estimate(0.5, "two-phase", 0.1))
    assert low == pytest.approx(1 / (1 + np.exp(1.959964 * 0.4)), abs=1e-6)
    assert low + high == pytest.approx(1)


def test_an_exact_figure_has_an_interval_without_width() -> None:
    assert audit_interval(Estimate(0.3, "problems", 0.0)) == (0.3, 0.3)


def test_all_or_none_get_the_interval_of_a_share() -> None:
    assert population_interval(np.zeros(20)) == wilson_interval(0, 20)
    assert population_interval(np.ones(20)) == wilson_interval(20, 20)


def test_a_sum_beyond_one_stays_inside() -> None:
    low, high = population_interval([2.0, 2.0, 0.0, 1.0])
    assert 0 <= low < high <= 1


def test_what_has_no_interval_is_refused() -> None:
    with pytest.raises(UsageError, match="no standard error"):
        audit_interval(Estimate(0.3, "stop"))
    with pytest.raises(UsageError, match="at least two problems"):
        population_interval([0.5])
    with pytest.raises(UsageError, match="confidence"):
        population_interval([0.5, 0.6], confidence=95)
