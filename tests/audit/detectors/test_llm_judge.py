"""Judges over a scripted engine: verdicts, retries, votes, and the critic that must be confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.audit.detectors import JUDGES
from reasoning_toolkit.audit.detectors.judge import judge
from reasoning_toolkit.audit.detectors.judgement import Judgement
from reasoning_toolkit.audit.detectors.replies import read_index, read_verdict
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs import Run

PROBLEM = Problem(id="p", question="What is {x} in x = 2 + 2?", answer="4", source="test")
SOLUTION = "First, 2 + 2 = 5.\n\nNo matter: the answer is 4."
FLAWED = r'I see. {"verdict": "flawed", "first_bad_step": 1, "kind": "calculation", "quote": "\frac{2}{2} = 5", "confidence": 0.9}'
SOUND = '{"verdict": "sound", "first_bad_step": null, "kind": null, "quote": null, "confidence": 0.8}'


def judged(name: str, outputs: list[str], folder: Path) -> Judgement:
    with Run(folder / "run") as run:
        return judge(name, [("a", PROBLEM, SOLUTION)], ScriptedEngine(outputs, slots=1), run.ledger)["a"]


def test_a_single_verdict(tmp_path: Path) -> None:
    found = judged("single", [FLAWED], tmp_path)
    assert (found.verdict, found.kind, found.finding.step, found.finding.score) == ("flawed", "calculation", 0, 0.9)
    assert found.finding.quote == r"\frac{2}{2} = 5"


def test_an_unparsed_reply_is_asked_for_once_more(tmp_path: Path) -> None:
    assert judged("single", ["I cannot say.", SOUND], tmp_path / "1").verdict == "sound"
    lost = judged("single", ["I cannot say.", "No."], tmp_path / "2")
    assert (lost.verdict, lost.replies, lost.unparsed, lost.finding.flawed) == ("unparsed", 1, 1, False)


def test_voting_is_a_majority_of_what_was_parsed(tmp_path: Path) -> None:
    found = judged("voting", [FLAWED] * 4 + [SOUND] * 3 + ["?", "still ?"], tmp_path)
    assert (found.verdict, found.finding.step, found.unparsed) == ("flawed", 0, 1)
    assert found.finding.score == pytest.approx(4 / 7)
    assert judged("voting", [FLAWED] * 4 + [SOUND] * 4, tmp_path / "tie").verdict == "sound"


def test_steps_are_voted_on(tmp_path: Path) -> None:
    replies = [json.dumps({"first_bad_step": step}) for step in (2, 2, 2, 1, 1, 0, 0, 2)]
    found = judged("steps", replies, tmp_path)
    assert (found.verdict, found.finding.step) == ("flawed", 1)
    assert found.finding.quote.startswith("No matter")


def test_a_critic_must_be_confirmed(tmp_path: Path) -> None:
    assert judged("critic", [FLAWED, SOUND], tmp_path / "1").verdict == "sound"
    assert judged("critic", [FLAWED, FLAWED], tmp_path / "2").verdict == "flawed"
    assert judged("critic", [SOUND], tmp_path / "3").replies == 1


def test_replies() -> None:
    assert read_verdict("{{{ no json") is None
    assert read_verdict('{"verdict": "perhaps"}') is None
    assert read_verdict('{"verdict": "flawed", "first_bad_step": "x", "confidence": "high"}').step is None
    assert read_index('{"first_bad_step": null}').flawed is False
    assert read_index('{"first_bad_step": "none"}') is None
    assert read_verdict("{" * 100_000 + SOUND).flawed is False


def test_an_unknown_judge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown judge"), Run(tmp_path / "run") as run:
        judge("singel", [], ScriptedEngine([]), run.ledger)
    assert set(JUDGES) == {"single", "voting", "steps", "critic", "masked-answer", "masked-number", "perturbed"}
