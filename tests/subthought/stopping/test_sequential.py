"""Rules for samples: where they stop by hand, the published table, whom they elect, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.stopping.sequential import SEQUENTIAL, SequentialWatch, replay_samples
from reasoning_toolkit.subthought.vote import vote

# First number of leading votes that stops Adaptive-Consistency at .95, for 0 to 12 votes of the runner-up (official code).
FIRST_STOPS = (4, 6, 8, 9, 11, 12, 14, 15, 17, 18, 19, 21, 22)
SAMPLES = st.lists(st.one_of(st.none(), st.integers(0, 2)), min_size=1, max_size=40)


def fired(answers: list[Any], rule: str, weights: list[float] | None = None) -> tuple[str, int, Any]:
    stop = replay_samples(answers, rule, weights)
    return stop.rule, stop.draws, stop.answer


def test_esc_by_hand() -> None:
    assert fired([1] * 40, "esc") == ("esc", 5, 1)
    assert fired([1, 1, 1, 1, 2, *[2] * 35], "esc") == ("esc", 10, 2)
    assert fired([1, *[2] * 5, 1, *[2] * 3], "esc") == ("full", 10, 2)  # five in a row, in no window
    assert fired([2, *[1] * 4, *[1] * 4], "esc") == ("full", 9, 1)  # the second window is not full


def test_esc_elects_the_window_even_where_another_has_more_votes() -> None:
    stop = replay_samples([*[1, 1, 1, 1, 2] * 2, *[2] * 5], "esc")
    assert (stop.draws, stop.answer, stop.margin) == (15, 2, -1)
    assert vote([*[1, 1, 1, 1, 2] * 2, *[2] * 5]).answer == 1


def test_missing_answers_are_equal_to_nothing() -> None:
    assert fired([None] * 5 + [3] * 5, "esc") == ("esc", 10, 3)
    assert fired([3, 3, 3, None, 3] * 2, "esc") == ("full", 10, 3)
    assert fired([None, 3] * 4, "adaptive-consistency") == ("adaptive-consistency", 8, 3)  # the fourth vote


@pytest.mark.parametrize("rule", SEQUENTIAL)
def test_nothing_but_missing_answers_elects_nobody(rule: str) -> None:
    assert fired([None] * 40, rule) == ("full", 40, None)


@pytest.mark.parametrize("second", range(13))
def test_adaptive_consistency_stops_where_its_table_says(second: int) -> None:
    stop = replay_samples(["b", "a"] * second + ["a"] * 30, "adaptive-consistency")
    assert stop.draws == second + FIRST_STOPS[second]
    assert (stop.answer, stop.margin) == ("a", FIRST_STOPS[second] - second)


def test_deepconf_stops_at_95_percent_of_the_weight_after_its_warm_up() -> None:
    assert fired([7] * 40, "deepconf") == ("deepconf", 16, 7)
    assert fired([8, *[7] * 39], "deepconf") == ("deepconf", 20, 7)  # 19 of 20 is .95, 18 of 19 is not
    assert fired([8, *[7] * 39], "deepconf", [0.1] * 40) == ("deepconf", 20, 7)  # sums of .1 do not miss it
    assert fired([8, *[7] * 39], "deepconf", [0.5, *[1.0] * 39]) == ("deepconf", 16, 7)  # 15 of 15.5
    assert fired([*[7] * 9, 8], "deepconf") == ("full", 10, 7)


def test_samples_that_were_given_up_count_for_the_warm_up_and_not_for_the_vote() -> None:
    assert fired([7, *[None] * 15, 8], "deepconf") == ("deepconf", 16, 7)
    assert fired([*[None] * 20, 8], "deepconf") == ("deepconf", 21, 8)


def test_where_nothing_fires_the_heaviest_is_elected() -> None:
    assert fired([1, 1, 2], "esc", [0.2, 0.2, 0.5]) == ("full", 3, 2)
    assert fired([1, 1, 2], "esc", [0.1, 0.2, 0.3]) == ("full", 3, 1)  # a tie but for the last digit: the first


@pytest.mark.parametrize("rule", SEQUENTIAL)
@given(answers=SAMPLES)
def test_a_rule_sees_only_what_it_draws(rule: str, answers: list[int | None]) -> None:
    stop = replay_samples(answers, rule)
    assert 1 <= stop.draws <= stop.total == len(answers)
    assert stop.classes == len(set(answers[: stop.draws]) - {None})
    if stop.rule == "full":
        assert (stop.draws, stop.answer) == (len(answers), vote(answers).answer)
    else:
        changed = [*answers[: stop.draws], *["other"] * (len(answers) - stop.draws)]
        assert replay_samples(changed, rule) == stop
        names = [None if a is None else f"class {a}" for a in answers]
        assert fired(names, rule) == (rule, stop.draws, f"class {stop.answer}")


@pytest.mark.parametrize("rule", SEQUENTIAL)
def test_each_problem_begins_anew(rule: str) -> None:
    first, second = SequentialWatch(rule, 40), SequentialWatch(rule, 40)
    assert [first.draw(1) for _ in range(3)] == [None] * 3
    assert [second.draw(2) for _ in range(3)] == [None] * 3


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown rule for samples 'ecs'") as error:
        replay_samples([1], "ecs")
    assert "did you mean esc" in str(error.value)
    with pytest.raises(UsageError, match="at least one sample"):
        replay_samples([], "esc")
    with pytest.raises(UsageError, match="expected 2 weights"):
        replay_samples([1, 2], "esc", [1.0])
