"""The grid of positive thinking."""

import subprocess
import sys

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.families.positive import candidates
from reasoning_toolkit.prompts.families.table import FAMILIES, find_family
from reasoning_toolkit.prompts.render import Template, messages_of

PROBLEM = Problem("p", "What is 2 + 3?", "5", "test")


def test_sixty_cells_and_one_without_a_system_message() -> None:
    arms = candidates([])
    assert len({candidate.id for candidate in arms.candidates}) == 60
    bare = [i for i, c in enumerate(arms.candidates) if len(messages_of(c, PROBLEM, Template())) == 1]
    assert bare == [arms.baseline]
    assert len(set(map(tuple, arms.factors))) == 60


def test_the_parts_are_joined_by_one_space() -> None:
    last = candidates([]).candidates[-1]
    assert last.system == (
        "You are a professor of mathematics. Answer the following math question. I really need your help!"
    )


def test_ids_are_the_same_in_another_process() -> None:
    code = "from reasoning_toolkit.prompts.families.positive import candidates; print([c.id for c in candidates([]).candidates])"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == str([c.id for c in candidates([]).candidates])


@pytest.mark.parametrize(("placement", "expected"), [("user-start", "{text}\n\n{q}"), ("user-end", "{q}\n\n{text}")])
def test_placements_in_the_users_message(placement: str, expected: str) -> None:
    arms = candidates([], placement=placement)
    assert len({candidate.id for candidate in arms.candidates}) == 60
    (message,) = messages_of(arms.candidates[-1], PROBLEM, Template())
    assert message["content"] == expected.format(text=candidates([]).candidates[-1].system, q=PROBLEM.question)


def test_fewshot_alone_shows_examples() -> None:
    assert {c.shots for c in candidates([], cot="trigger").candidates} == {0}
    assert {c.shots for c in candidates([], cot="fewshot", shots=3).candidates} == {3}


def test_unknown_names_are_refused_with_the_nearest() -> None:
    for name, settings in (("positiv", {}), ("positive", {"plcement": "system"}), ("positive", {"shots": "four"})):
        with pytest.raises(UsageError):
            find_family(name, settings)
    with pytest.raises(UsageError, match="unknown placement 'sytem'"):
        candidates([], placement="sytem")
    assert find_family("positive", {"shots": "2"})[1]["shots"] == 2
    assert set(FAMILIES) >= {"positive", "negative", "emotion", "cycle"}
