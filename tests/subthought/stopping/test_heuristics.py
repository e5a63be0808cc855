"""The heuristics: the posterior against a numerical integral and the published table, windows by hand."""

from __future__ import annotations

import pytest
from scipy.special import betainc

from reasoning_toolkit.subthought.stopping.heuristics import beta_probability, unanimous_window

# First number of leading votes that stops, for 0 to 12 votes of the runner-up (official code of Adaptive-Consistency).
STOPS = {
    0.90: (3, 5, 6, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20),
    0.95: (4, 6, 8, 9, 11, 12, 14, 15, 17, 18, 19, 21, 22),
    0.99: (6, 9, 11, 13, 14, 16, 18, 19, 21, 23, 24, 26, 27),
}


def test_the_posterior_is_the_incomplete_beta_integral() -> None:
    for most in range(60):
        for second in range(most + 1):
            assert beta_probability(most, second) == pytest.approx(1 - betainc(most + 1, second + 1, 0.5), abs=1e-10)


@pytest.mark.parametrize("confidence", STOPS)
def test_the_table_of_first_stops(confidence: float) -> None:
    first = [next(m for m in range(s, 99) if beta_probability(m, s) >= confidence) for s in range(13)]
    assert tuple(first) == STOPS[confidence]


def test_windows_do_not_overlap_and_missing_answers_are_equal_to_nothing() -> None:
    assert unanimous_window([1, 2, 2, 2, 2, 2], window=3) == 6
    assert unanimous_window([1, 2, 2, 2, 2], window=3) is None  # the second window is not full
    assert unanimous_window([None, None, None, 1, 1, 1], window=3) == 6
    assert unanimous_window([]) is None
