"""Horvitz-Thompson and the difference form: by hand, and items without a verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reasoning_toolkit.audit.totals import contributions, horvitz_thompson, two_phase
from reasoning_toolkit.errors import UsageError

NAN = math.nan


def test_by_hand() -> None:
    figure = two_phase([0.5, NAN, 0.0, 1.0], [0.5, 0.25, 1.0, 1.0])
    assert figure == pytest.approx((1 + 0 + 0 + 1) / 4)
    assert figure.standard_error == pytest.approx(math.sqrt(0.5 * 0.5**2 / 0.5**2) / 4)
    assert figure.design == "two-phase"
    assert contributions([0.5, NAN], [0.5, 0.25], [0.4, 0.3]) == pytest.approx([0.6, 0.3])
    assert horvitz_thompson([0.75, 0.25], [1, NAN], [0.5, 0.5]) == pytest.approx(1.5)


def test_a_perfect_proxy_leaves_no_error() -> None:
    figure = two_phase([0.5, NAN, 0.25], [0.5, 0.5, 0.5], [0.5, 0.75, 0.25])
    assert (figure, figure.standard_error, figure.design) == (pytest.approx(0.5), 0.0, "difference")


def test_all_read_adds_only_the_reading_order() -> None:
    figure = two_phase([0.5, 0.1], 1.0, reading_variance=[0.04, 0.0])
    assert (figure.design, figure.standard_error) == ("problems", pytest.approx(0.1))


def test_a_reading_variance_of_problems_not_drawn_counts_for_nothing() -> None:
    assert two_phase([0.0, NAN], 0.5, reading_variance=[0.0, 9.0]).standard_error == 0


@pytest.mark.parametrize(
    ("values", "inclusion", "proxies", "message"),
    [
        ([0.5, NAN], [0.5, 1.0], None, "1 items were certain to be read"),
        ([0.5], [0.0], None, "chances above 0"),
        ([0.5], [1.5], None, "chances above 0"),
        ([], [], None, "expected values"),
        ([0.5, 0.5], [0.5, 0.5], [0.1], "one proxy a value"),
        ([0.5], [0.5], [NAN], "finite proxies"),
    ],
)
def test_what_has_no_unbiased_estimate_is_refused(
    values: list[float], inclusion: list[float], proxies: list[float] | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        two_phase(values, inclusion, proxies)


def test_weights_must_fit() -> None:
    with pytest.raises(UsageError, match="one weight a value"):
        horvitz_thompson(np.ones(3), [1, 0], [0.5, 0.5])
