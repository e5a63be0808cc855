"""Written prompts in a whole search: every proposer and a bridge find the planted one there, within the budget."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import MissingPackage, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.bridges.bridge import BRIDGES
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.families.auto import WRITERS, most_candidates
from reasoning_toolkit.prompts.families.table import AUTO, family_arms
from reasoning_toolkit.prompts.proposers.proposer import PROPOSERS
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


def config(family: str, budget: int = 500, **settings) -> OptimizeConfig:
    return OptimizeConfig(
        problems="planted",
        model="scripted",
        family=f"{AUTO}{family}",
        settings=settings,
        budget={"calls": budget},
        max_tokens=64,
    )


def searched(folder: Path, config: OptimizeConfig, script=writer) -> tuple[dict, int]:
    """The report, and the calls that were made for it."""
    engines = ScriptedEngine(student, identity="student"), ScriptedEngine(script, identity="writer")
    with Run(folder) as run:
        report = optimize(run, PROBLEMS, engines[0], config, engines[1])
    return report, engines[0].calls + engines[1].calls


def test_a_proposer_finds_it_within_the_budget(tmp_path: Path) -> None:
    report, calls = searched(tmp_path, config("gepa-reflect", rounds=4))
    assert any(word in report["prompts"][0]["system"] for word in WORDS)
    assert calls == report["spent"]["total"]["calls"] <= 500


@pytest.mark.parametrize("budget", [500, 120])
def test_a_bridge_finds_it_within_the_budget(budget: int, tmp_path: Path) -> None:
    if not importlib.util.find_spec("gepa"):
        pytest.skip("the package gepa is not installed: it is an extra")
    report, calls = searched(tmp_path, config("gepa", budget, calls=60, validation=10), fenced)
    assert calls == report["spent"]["total"]["calls"] <= budget
    if budget == 500:
        assert report["prompts"][0]["system"] == PLANTED


def test_a_missing_library_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gepa", None)
    with pytest.raises(MissingPackage, match=r"reasoning-toolkit\[gepa\]"):
        searched(tmp_path, config("gepa", 200))


def test_every_writer_starts_beside_a_neutral_control() -> None:
    assert not PROPOSERS.keys() & BRIDGES.keys()
    for name in WRITERS:
        arms = family_arms(f"{AUTO}{name}", {}, ())
        start, neutral = arms.candidates[arms.baseline], arms.candidates[arms.neutral]
        assert (start.system, bool(neutral.system)) == ("", True)
        assert most_candidates(name, {}) >= 1


def test_unknown_writers_and_settings_are_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError, match="did you mean opro"):
        prepare(config("oprro"), PROBLEMS)
    with pytest.raises(UsageError, match="setting of gepa"):
        prepare(config("gepa", breadth=3), PROBLEMS)
