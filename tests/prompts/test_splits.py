"""Splits by the hash of an id."""

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.splits import SHARES, demos_of, split_of, split_problems
from tests.prompts.played import numbered


def test_a_problem_stays_in_its_split_whatever_else_is_there() -> None:
    few, many = split_problems(numbered(100)), split_problems(numbered(1000))
    for name, problems in few.items():
        assert {p.id for p in problems} <= {p.id for p in many[name]}
        kept = [p.id for p in many[name] if p in problems]
        assert kept == [p.id for p in problems]  # and in the same order


def test_every_problem_is_in_one_split_and_shares_are_about_right() -> None:
    splits = split_problems(numbered(4000))
    assert sorted(p.id for part in splits.values() for p in part) == sorted(p.id for p in numbered(4000))
    for name, share in SHARES[""].items():
        assert len(splits[name]) / 4000 == pytest.approx(share, abs=0.03)


def test_a_set_keeps_its_own_test() -> None:
    marked = [Problem(p.id, p.question, p.answer, "t", {"split": "test"}) for p in numbered(200)]
    assert {split_of(p) for p in marked} == {"confirm", "test"}
    marked = [Problem(p.id, p.question, p.answer, "t", {"split": "train"}) for p in numbered(200)]
    assert {split_of(p) for p in marked} == {"demos", "dev"}


def test_too_few_problems_are_refused_with_the_sizes() -> None:
    with pytest.raises(UsageError, match="confirm 0"):
        split_problems([Problem(f"p{i}", "?", "1", "t", {"split": "train"}) for i in range(50)])


def test_examples_are_the_same_for_everyone_and_never_the_problem() -> None:
    pool, problem = numbered(30), numbered(30)[3]
    shown = demos_of(problem, pool, 4)
    assert shown == demos_of(problem, list(reversed(pool)), 4)
    assert len(shown) == 4
    assert problem not in demos_of(problem, pool, 30)
    assert shown[:2] == demos_of(problem, pool, 2)
    assert shown != demos_of(numbered(30)[4], pool, 4)
