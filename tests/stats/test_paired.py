"""Paired comparison: the exact test against scipy, the interval by hand and by coverage, and an honest sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval
from reasoning_toolkit.stats.paired import PairedComparison, compare_paired, holm, mcnemar_exact

pairs_of_results = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


def results(both: int, gained: int, lost: int, neither: int) -> tuple[list[bool], list[bool]]:
    a = [True] * both + [False] * gained + [True] * lost + [False] * neither
    b = [True] * both + [True] * gained + [False] * lost + [False] * neither
    return a, b


@pytest.mark.parametrize(
    ("gained", "lost", "p_value"),
    [(0, 0, 1), (5, 5, 1), (9, 1, 22 / 1024), (1, 9, 22 / 1024), (3, 0, 0.25), (4, 0, 0.125), (6, 0, 0.03125)],
)
def test_mcnemar_by_hand(gained: int, lost: int, p_value: float) -> None:
    assert mcnemar_exact(gained, lost) == p_value


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_the_two_sided_binomial_test(gained: int, lost: int) -> None:
    expected = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert mcnemar_exact(gained, lost) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_many_problems_neither_overflows_nor_turns_negative() -> None:
    assert mcnemar_exact(20_000, 0) == 0.0
    assert mcnemar_exact(20_100, 20_000) == pytest.approx(stats.binomtest(20_100, 40_100).pvalue, rel=1e-6)


def test_mcnemar_refuses_negative_counts() -> None:
    with pytest.raises(UsageError, match="counts >= 0"):
        mcnemar_exact(-1, 3)


def test_comparison_by_hand() -> None:
    outcome = compare_paired("last", *_named("mode", results(both=10, gained=6, lost=1, neither=3)))
    assert (outcome.n, outcome.gained, outcome.lost) == (20, 6, 1)
    assert outcome.difference == pytest.approx(0.25)
    assert outcome.p_value == 0.125  # 2 (1 + 7) / 2^7
    # Wilson: 11/20 from 0.3421 to 0.7418, 16/20 from 0.5840 to 0.9193; correlation (24 - 10) / √6336 = 0.1759
    assert outcome.interval == pytest.approx((-0.0124, 0.4707), abs=2e-4)


def test_the_sentence_with_a_winner() -> None:
    outcome = compare_paired("last", *_named("mode", results(both=15, gained=9, lost=1, neither=5)))
    assert outcome.sentence == (
        "mode is better than last: last 16/30 (53.3%), mode 24/30 (80.0%), mode minus last +26.7 points "
        f"(95% interval {100 * outcome.interval.low:+.1f} to {100 * outcome.interval.high:+.1f}); "
        "9 gained, 1 lost, exact McNemar p = 0.02148."
    )
    reverse = compare_paired("mode", *_named("last", results(both=15, gained=1, lost=9, neither=5)))
    assert reverse.sentence.startswith("mode is better than last: ")


def test_four_more_of_thirty_is_no_win() -> None:
    # The best cell of the subthought paper: net gain 4 of 30, here without a single loss.
    outcome = compare_paired("last", *_named("mode", results(both=15, gained=4, lost=0, neither=11)))
    assert outcome.p_value == 0.125
    assert outcome.sentence.startswith("The difference between last and mode is not significant: ")
    assert outcome.sentence.endswith(
        "p = 0.125. With so few discordant problems (4) no outcome could have been significant."
    )


def test_no_discordant_problem_still_leaves_doubt() -> None:
    outcome = compare_paired("a", *_named("b", results(both=20, gained=0, lost=0, neither=10)))
    assert outcome.difference == 0 and outcome.p_value == 1
    assert outcome.interval.low < -0.02 and outcome.interval.high > 0.02


@given(pairs_of_results)
def test_a_winner_is_named_only_with_p_below_5_percent_and_the_right_one(pairs: list[tuple[bool, bool]]) -> None:
    right_a, right_b = [a for a, _ in pairs], [b for _, b in pairs]
    outcome = compare_paired("A", right_a, "B", right_b)
    assert ("better" in outcome.sentence) == (outcome.p_value < 0.05)
    assert ("not significant" in outcome.sentence) == (outcome.p_value >= 0.05)
    if outcome.p_value < 0.05:
        assert outcome.sentence.startswith(
            "B is better than A" if sum(right_b) > sum(right_a) else "A is better than B"
        )


@given(pairs_of_results)
def test_swapping_the_systems_mirrors_the_outcome(pairs: list[tuple[bool, bool]]) -> None:
    right_a, right_b = [a for a, _ in pairs], [b for _, b in pairs]
    there, back = compare_paired("A", right_a, "B", right_b), compare_paired("B", right_b, "A", right_a)
    assert (there.gained, there.lost, there.p_value) == (back.lost, back.gained, back.p_value)
    assert there.difference == -back.difference
    assert there.interval == pytest.approx((-back.interval.high, -back.interval.low), abs=1e-12)
    assert -1 <= there.interval.low <= there.difference <= there.interval.high <= 1


def test_the_interval_covers_the_true_difference_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    held, runs, true_difference = 0, 2_000, 0.2 - 0.1
    for both, gained, lost, neither in rng.multinomial(40, [0.4, 0.2, 0.1, 0.3], size=runs).tolist():
        low, high = compare_paired("A", *_named("B", results(both, gained, lost, neither))).interval
        held += low <= true_difference <= high
    assert 0.935 <= held / runs <= 0.975


def test_the_test_rejects_equal_systems_at_most_in_5_percent() -> None:
    rng = np.random.default_rng(1)
    gained = rng.binomial(12, 0.5, size=4_000).tolist()
    assert np.mean([mcnemar_exact(g, 12 - g) < 0.05 for g in gained]) < 0.05


@pytest.mark.parametrize(("a", "b"), [([], []), ([True], []), ([True, False], [True])])
def test_lists_over_other_problems_are_refused(a: list[bool], b: list[bool]) -> None:
    with pytest.raises(UsageError, match="same problems"):
        compare_paired("A", a, "B", b)


def test_graded_scores_are_sent_elsewhere() -> None:
    with pytest.raises(UsageError, match="true or false"):
        compare_paired("A", [0.5], "B", [1])  # type: ignore[list-item]


def compared(p_value: float) -> PairedComparison:
    return PairedComparison("a", "b", 10, 0.5, 0.6, 0.1, Interval(0.0, 0.2), p_value)


def test_holm_by_hand() -> None:
    # Three: .01 · 3, .03 · 2, and .04 · 1 which may not fall below the one before it.
    assert [c.p_holm for c in holm([compared(0.04), compared(0.01), compared(0.03)])] == pytest.approx(
        [0.06, 0.03, 0.06]
    )
    assert [c.p_holm for c in holm([compared(0.4), compared(0.6)])] == [0.8, 0.8]
    (alone,) = holm([compared(0.04)])
    assert alone.p_holm is None


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_holm_agrees_with_its_definition(p_values: list[float]) -> None:
    adjusted = [c.p_holm for c in holm([compared(p) for p in p_values])]
    for p, found in zip(p_values, adjusted, strict=True):
        no_larger = sorted(q for q in p_values if q <= p)
        steps = [min(1.0, (len(p_values) - rank) * q) for rank, q in enumerate(no_larger)]
        assert found == max(steps)


def test_a_winner_among_several_needs_the_adjusted_p() -> None:
    first = compare_paired("last", *_named("mode", results(both=15, gained=9, lost=1, neither=5)))
    among_three = holm([first, first, first])[0]
    assert (first.p_value < 0.05, among_three.p_holm) == (True, pytest.approx(3 * first.p_value))
    assert among_three.sentence.startswith("The difference between last and mode is not significant: last 16/30")
    assert among_three.sentence.endswith("exact McNemar p = 0.02148, Holm-adjusted p = 0.06445.")


def _named(name: str, both_results: tuple[list[bool], list[bool]]) -> tuple[list[bool], str, list[bool]]:
    return both_results[0], name, both_results[1]
