"""Methods that stop sampling early, over a scripted model with known answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, score
from reasoning_toolkit.subthought.methods import METHODS, find_method, resolved, votes_of

PROBLEM = Problem("p", "Which?", "4", "test")


def decoded(folder: Path, answers: list[str], method: str, **settings: Any) -> tuple[dict[str, Any], ScriptedEngine]:
    """A decode of one problem whose sample i answers `answers[i]`."""
    engine = ScriptedEngine(lambda prompt, request: _say(answers[request.index]), slots=4)
    config = DecodeConfig(problems="p", model="scripted", method=method, n=len(answers), max_tokens=200, **settings)
    with Run(folder) as run:
        return decode(run, [PROBLEM], engine, config), engine


def _say(answer: str) -> str:
    return f"<think>Well.</think>The answer is \\boxed{{{answer}}}." if answer else "<think>Well.</think>I do not know."


def test_adaptive_consistency_stops_after_four_equal_answers(tmp_path: Path) -> None:
    """Pr[Bin(5, 1/2) ≤ 4] = 31/32 ≥ .95; after three it is 15/16."""
    report, _ = decoded(tmp_path, ["4"] * 40, "adaptive-consistency")
    stop = report["problems"][0]["stop"]
    assert (stop["rule"], stop["draws"], stop["total"]) == ("adaptive-consistency", 4, 40)
    row = report["methods"][0]
    assert (row["name"], row["right"]) == ("adaptive-consistency", 1)
    assert len(report["problems"][0]["samples"]) == 4


def test_answers_of_equal_value_are_one_and_none_is_no_vote(tmp_path: Path) -> None:
    report, _ = decoded(tmp_path, ["4", "", "4.0", "8/2", "", "\\frac{4}{1}", *["5"] * 34], "adaptive-consistency")
    assert report["problems"][0]["stop"]["draws"] == 6
    assert report["problems"][0]["votes"] == [["4", 4]]


def test_esc_elects_the_unanimous_window_even_against_the_plurality(tmp_path: Path) -> None:
    answers = ["5", "5", "5", "5", "4", "5", "5", "4", "5", "5", *["4"] * 30]
    report, _ = decoded(tmp_path, answers, "esc", votes=("plurality",))
    problem = report["problems"][0]
    assert problem["stop"]["draws"] == 15
    assert problem["answers"]["esc"]["answer"] == "4"
    assert problem["answers"]["esc, plurality"]["answer"] == "5"


def test_esc_without_a_window_is_the_plurality_of_all(tmp_path: Path) -> None:
    report, _ = decoded(tmp_path, ["4", "5"] * 6, "esc")
    assert report["problems"][0]["stop"]["rule"] == "full"
    assert report["problems"][0]["answers"]["esc"]["answer"] == "4"


def test_what_finished_first_changes_nothing_and_grading_again_neither(tmp_path: Path) -> None:
    answers = ["5", "4", "5", "4", "4", "4", "4", "4", "4", "4"] * 4

    def run(folder: Path, delay: Any) -> dict[str, Any]:
        engine = ScriptedEngine(lambda prompt, request: _say(answers[request.index]), slots=8, delay=delay)
        config = DecodeConfig(problems="p", model="scripted", method="adaptive-consistency", n=40, max_tokens=200)
        with Run(folder) as opened:
            report = decode(opened, [PROBLEM], engine, config)
            assert score(opened) == (report, 0)
        return report

    def late_first(request: Request) -> float:
        return 0.01 if request.index % 3 == 0 else 0.0

    assert run(tmp_path / "a", lambda request: 0.0) == run(tmp_path / "b", late_first)


def test_one_sample_is_refused_with_the_number_of_the_source() -> None:
    with pytest.raises(UsageError, match="several samples") as error:
        find_method(DecodeConfig(problems="p", model="m", method="esc"))
    assert "--n 40" in str(error.value.hint)


def test_a_setting_is_checked_by_name_and_kind() -> None:
    def config(**settings: Any) -> DecodeConfig:
        return DecodeConfig(problems="p", model="m", method="subthought", settings=settings)

    assert resolved(config(mode="probe")).settings == {"mode": "probe"}
    with pytest.raises(UsageError, match="mode"):
        find_method(config(mod="probe"))
    with pytest.raises(UsageError, match="probe"):
        find_method(config(mode="probes"))


def test_votes_ask_for_the_log_probabilities_that_they_weigh() -> None:
    config = DecodeConfig(problems="p", model="m", method="self-consistency", n=4, votes=("cisc", "deepconf-tail"))
    assert resolved(config).logprobs == 20
    assert votes_of("self-consistency", config.votes) == ["plurality", "cisc", "deepconf-tail"]
    with pytest.raises(UsageError, match="cisc"):
        resolved(DecodeConfig(problems="p", model="m", method="last", votes=("cisk",)))


def test_every_method_of_the_table_can_be_loaded() -> None:
    assert all(callable(method.run) for method in METHODS.values())
