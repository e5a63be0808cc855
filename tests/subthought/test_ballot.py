"""Votes that end early: classes by value that never change, and the order of drawing."""

from __future__ import annotations

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.subthought.ballot import Ballot, Classes
from reasoning_toolkit.subthought.stopping.rules import RULES, random_order


def ballot(rule: str, total: int, last: str | None = None) -> Ballot:
    return Ballot(rule, 0.05, (0, "p1"), total, last, lambda position, completion: completion.text or None)


def draw_all(votes: Ballot, answers: list[str]) -> Ballot:
    for position in votes.order:
        if votes.enough(Completion((), answers[position], "stop")):
            break
    return votes


def test_answers_of_equal_value_are_one_class() -> None:
    classes = Classes()
    numbers = [classes.number(answer) for answer in ("1/2", "3", "0.5", None, "\\frac{1}{2}", "3.0", "x")]
    assert numbers == [0, 1, 0, None, 0, 1, 2]
    assert [classes.name(i) for i in (0, 1, 2, None)] == ["1/2", "3", "x", None]


def test_a_class_takes_only_what_equals_all_of_it() -> None:
    """10 % equals 10 and equals 0.1, which are not equal: it stays where it came first."""
    classes = Classes()
    assert [classes.number(answer) for answer in ("10\\%", "10", "0.1", "10", "10\\%")] == [0, 0, 1, 0, 0]


def test_the_own_answer_is_a_class_without_a_vote() -> None:
    votes = draw_all(ballot("sharp", 30, last="0.5"), ["1/2"] * 30)
    assert votes.stop is not None
    assert (votes.stop.rule, votes.stop.answer, votes.stop.classes) == ("certified", "0.5", 1)
    assert votes.stop.margin == votes.stop.draws == len(votes.drawn) < 8


def test_the_order_is_the_rule_s_and_the_problem_s() -> None:
    for rule in RULES:
        assert ballot(rule, 9).order == RULES[rule].order(random_order(9, 0, "p1"))


def test_abstentions_are_drawn_and_do_not_vote() -> None:
    votes = draw_all(ballot("exact", 5), ["", "7", "", "", "7"])
    assert votes.stop is not None
    assert (votes.stop.draws, votes.stop.answer, votes.stop.margin) == (4, "7", 2)  # 4, 3, 2, 1: one left, two ahead
