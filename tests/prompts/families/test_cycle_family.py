"""The arms of the family: all different, all runnable, controls that spend no less."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.families.table import find_family
from reasoning_toolkit.prompts.policies import Asking, find_policy, most_calls
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.search import optimize
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run

PROBLEMS = [Problem(f"p{i}", f"What is {i} + {i}?", str(2 * i), "test") for i in range(4)]


def test_the_arms_are_a_baseline_the_cycle_and_its_controls() -> None:
    row, settings = find_family("cycle", {"cycles": "2", "accumulate": "1"})
    arms = row.candidates(PROBLEMS, **settings)
    assert len({candidate.id for candidate in arms.candidates}) == len(arms.candidates) == 6
    assert arms.candidates[arms.baseline].policy == "single"
    assert arms.neutral is not None
    assert arms.candidates[arms.neutral].settings["hint"] == "fixed"
    samples = [c.settings["samples"] for c in arms.candidates if c.policy == "best-of"]
    assert samples == [2, 6]
    assert all(c.settings["accumulate"] is True for c in arms.candidates if c.policy == "cycle")


def test_every_arm_answers_and_none_of_the_controls_has_fewer_calls_than_it_should(tmp_path: Path) -> None:
    def reply(prompt: str, request: object) -> str:
        return (
            "verdict: different\nhint: double it"
            if "verdict: same, or different" in prompt
            else f"It is {len(prompt)}."
        )

    engine = ScriptedEngine(reply)
    row, settings = find_family("cycle")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    asking = Asking(engine, Template(), PROBLEMS[1:])
    arms = row.candidates(PROBLEMS, **settings).candidates
    pipelines = [(c.name, find_policy(c.policy)(c, PROBLEMS[0], asking)) for c in arms]
    calls = {name: len(reply.keys) for name, reply in drive(engine, ledger, pipelines)}
    ledger.close()
    assert [calls[c.name] for c in arms] == [1, 9, 9, 9 + 2 * 3, 3, 9] == [most_calls(c) for c in arms]


def test_a_search_among_arms_of_many_calls_keeps_to_its_calls(tmp_path: Path) -> None:
    def reply(prompt: str, request: Request) -> str:
        said = hashlib.sha256(f"{request.seed} {prompt}".encode()).digest()[0]
        verdict = "same" if said % 3 else "different"
        return (
            f"verdict: {verdict}\nhint: try {said}" if "verdict: same, or different" in prompt else f"It is {said % 4}."
        )

    problems = [Problem(f"q{i}", f"What is {i} modulo 4?", str(i % 4), "test") for i in range(120)]
    config = OptimizeConfig("own", "scripted", "cycle", budget={"calls": 600})
    with Run(tmp_path / "run") as run:
        report = optimize(run, problems, ScriptedEngine(reply), config)
    assert 0 < report["spent"]["total"]["calls"] <= 600
    assert [phase["phase"] for phase in report["spent"]["phases"]][:2] == ["search", "confirm"]
