"""Written prompts in a whole search: the planted one is found, confirmed and paid for; a kill changes nothing."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.search import optimize, prepare
from reasoning_toolkit.runs.run import Run
from tests.prompts.bridges.bridged import PLANTED
from tests.prompts.proposers.planted import WORDS, writer

PROBLEMS = [Problem(f"s{i}", f"What is item {i:03d}?", str(i), "planted") for i in range(80)]


def student(prompt, request):
    number = int(re.findall(r"item (\d{3})", prompt)[-1])
    held = sum(word in prompt for word in WORDS)
    return f"The answer is {number}." if number % 4 <= held else "The answer is 999."


def fenced(prompt, request):
    return f"```\n{PLANTED if 'item' in prompt else 'Nothing.'}\n```"


def config(family: str = "auto:opro", budget: int = 700, **settings) -> OptimizeConfig:
    return OptimizeConfig(
        problems="planted", model="scripted", family=family, settings=settings, budget={"calls": budget}, max_tokens=64
    )


def searched(folder: Path, config: OptimizeConfig, script=writer) -> dict:
    with Run(folder) as run:
        return optimize(
            run,
            PROBLEMS,
            ScriptedEngine(student, identity="student"),
            config,
            ScriptedEngine(script, identity="writer"),
        )


@pytest.mark.parametrize("family", ["auto:opro", "auto:gepa-reflect", "auto:gepa"])
def test_the_planted_prompt_is_kept(family: str, tmp_path: Path) -> None:
    if family == "auto:gepa" and not importlib.util.find_spec("gepa"):
        pytest.skip("the package gepa is not installed: it is an extra")
    settings = {"calls": 60, "validation": 10} if family == "auto:gepa" else {"rounds": 3}
    report = searched(tmp_path, config(family, **settings), fenced if family == "auto:gepa" else writer)
    kept = report["prompts"][0]["system"]
    assert sum(word in kept for word in WORDS) >= 2
    assert json.loads((tmp_path / "report.json").read_text()) == report


def test_no_call_is_made_beyond_the_budget(tmp_path: Path) -> None:
    engines = [ScriptedEngine(student, identity="student"), ScriptedEngine(writer, identity="writer")]
    with Run(tmp_path) as run:
        optimize(run, PROBLEMS, engines[0], config(budget=400, rounds=2), engines[1])
    assert engines[0].calls + engines[1].calls <= 400


def test_a_search_that_was_killed_ends_with_the_same_report(tmp_path: Path) -> None:
    left = [3]

    def dying(prompt, request):
        left[0] -= 1
        return EngineError("gone") if left[0] < 0 else writer(prompt, request)

    whole = searched(tmp_path / "whole", config(budget=300, rounds=1))
    with pytest.raises(EngineError, match="gone"):
        searched(tmp_path / "killed", config(budget=300, rounds=1), dying)
    again = searched(tmp_path / "killed", config(budget=300, rounds=1))
    times = re.compile(r'"seconds[^"]*": [0-9.e+-]+')
    assert times.sub("", json.dumps(again)) == times.sub("", json.dumps(whole))


def test_unknown_writers_are_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError, match="did you mean opro"):
        prepare(config("auto:oprro"), PROBLEMS)
    with pytest.raises(UsageError, match="setting of gepa"):
        prepare(config("auto:gepa", breadth=3), PROBLEMS)
