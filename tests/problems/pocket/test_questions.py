"""Every question is worked out again from its words alone, by other means than its program."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import islice
from random import Random

import pytest

from reasoning_toolkit.problems.pocket.levels import LEVELS
from reasoning_toolkit.problems.pocket.program import from_json, values
from reasoning_toolkit.problems.pocket.sets import KINDS, pocket_problems

COUNT = 300


@pytest.mark.parametrize("level", LEVELS)
def test_chain_evaluates_to_its_answer(level: int) -> None:
    rng = Random(level)
    for _ in range(COUNT):
        program, question = KINDS["chain"](rng, level)
        expression = question.removeprefix("Compute ").removesuffix(".")
        assert set(expression) <= set("0123456789+-*/mod() ")
        assert eval(expression.replace("mod", "%")) == values(program)[-1], question


@pytest.mark.parametrize("level", LEVELS)
def test_equation_holds_at_one_root_only(level: int) -> None:
    rng = Random(level)
    for _ in range(COUNT):
        program, question = KINDS["equation"](rng, level)
        equation, asked = re.fullmatch(r"Solve (.*)\. What is (.*)\?", question).groups()  # type: ignore[union-attr]
        left, right = (_line(side) for side in equation.split(" = "))
        root = Fraction(right[0] - left[0], left[1] - right[1])  # where two lines meet
        assert root.denominator == 1, question
        at_zero, slope = _line(asked)
        assert at_zero + slope * root == values(program)[-1], question


def _line(text: str) -> tuple[int, int]:
    """Value at x = 0, and slope, of a side that is linear in x."""
    python = re.sub(r"(\d+) (x|\()", r"\1 * \2", text)
    at_zero, at_one = (eval(python, {"x": x}) for x in (0, 1))
    return at_zero, at_one - at_zero


@pytest.mark.parametrize("level", LEVELS)
def test_story_tells_its_answer(level: int) -> None:
    rng = Random(level)
    for _ in range(COUNT):
        program, question = KINDS["story"](rng, level)
        assert _retold(question) == values(program)[-1], question


def _retold(question: str) -> int:
    """Read a story by what its verbs do."""
    first, *sentences = re.split(r"(?<=[.?]) ", question)
    have = int(re.search(r"\d+", first)[0])  # type: ignore[index]
    for sentence in sentences:
        found = re.search(r"\d+", sentence)
        if found is None:
            continue
        n = int(found[0])
        if re.search("gets|buys|brings", sentence):
            have += n
        elif re.search("gives|loses|sells", sentence):
            have -= n
        elif re.search("times as many|of each one", sentence):
            have *= n
        elif "bags of" in sentence:
            have %= n
        else:
            assert "equal" in sentence
            assert have % n == 0
            have //= n
    return have


def test_results_stay_within_the_level() -> None:
    for problem in islice(pocket_problems("chain"), 200):
        level = LEVELS[problem.extra["level"]]
        results = values(from_json(problem.extra["program"]))
        assert len(results) == level.steps
        assert all(0 <= result <= level.most for result in results)
