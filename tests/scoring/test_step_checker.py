"""The exact checker as a scorer: every step of a pocket solution by hand."""

from __future__ import annotations

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring import open_scorer

(PROBLEM,) = load_problems("pocket:mixed", limit=1)  # Compute (17 + 6) * 4 mod 5.
CHECKER = open_scorer("step-checker")


def scores(text: str) -> tuple[float, ...]:
    return CHECKER.score([(PROBLEM, text)])[0]


def test_the_problem_is_the_one_that_these_texts_are_about() -> None:
    assert "(17 + 6) * 4 mod 5" in PROBLEM.question


def test_every_line_by_hand() -> None:
    assert scores("First 17 + 6 = 23.\nNow 23 * 4 = 92.\nSo 92 mod 5 = 2.\n</think>\n\n\\boxed{2}") == (1,) * 5
    # The first line is wrong, the second goes on from what it claims, the third from a number that nobody claimed.
    assert scores("First 17 + 6 = 28.\nNow 28 * 4 = 112.\nSo 112 mod 5 = 2.") == (0, 1, 1)
    assert scores("First 17 + 6 = 23.\nSo 93 mod 5 = 3.") == (1, 0)


def test_a_mistake_that_is_taken_back_is_forgiven() -> None:
    assert scores("First 17 + 6 = 28.") == (0,)
    assert scores("First 17 + 6 = 28.\nWait, 17 + 6 = 23.") == (1, 1)


def test_an_answer_out_of_nowhere_is_a_fault_of_its_step() -> None:
    assert scores("First 17 + 6 = 23.\n</think>\n\n\\boxed{2}") == (1, 1, 0)
    assert scores("") == ()


def test_only_pocket_problems_have_a_program() -> None:
    with pytest.raises(UsageError, match="no program"):
        CHECKER.score([(Problem("p", "Which?", "4", "test"), "4")])
