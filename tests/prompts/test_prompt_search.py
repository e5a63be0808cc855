"""The search: what it finds, what it refuses to claim, that it stays in its budget and comes back from anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import ConfigChanged, EngineError, UsageError
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.runs.run import Run
from tests.prompts.played import deaf, play, searched


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The report of a search that nothing stopped, without its times."""
    return _without_seconds(searched(tmp_path_factory.mktemp("whole")))


def test_a_planted_difference_is_found_and_the_test_supports_it(tmp_path: Path) -> None:
    report = searched(tmp_path, family="positive", settings={"cot": "off"}, budget={"calls": 1000})
    assert report["verdict"]["supported"]
    assert "expert" in report["prompts"][0]["system"]
    assert report["test"]["comparisons"][0]["p_holm"] < 0.05
    openers = {level["text"]: level["effect"] for level in report["effects"]["factors"][0]["levels"]}
    assert max(openers, key=openers.__getitem__) == "You are an expert mathematician."


def test_noise_is_not_crowned(tmp_path: Path) -> None:
    report = searched(tmp_path, deaf)
    assert not report["verdict"]["supported"]
    assert report["prompts"][0]["role"] == "kept"
    assert report["prompts"][0]["slots"] == {}  # the baseline
    best = report["dev"]["rows"][0]
    assert best["naive"] > best["shrunk"]


def test_the_same_ledger_gives_the_same_bytes_and_nothing_is_asked_twice(tmp_path: Path, whole: dict[str, Any]) -> None:
    report = searched(tmp_path)
    first = {name: (tmp_path / name).read_bytes() for name in ("report.json", "report.html")}
    again = ScriptedEngine(play, slots=64)
    searched(tmp_path, engine=again)
    assert again.calls == 0
    assert {name: (tmp_path / name).read_bytes() for name in first} == first
    assert _without_seconds(report) == whole


@pytest.mark.parametrize("after", [1, 150, 400])
def test_a_search_that_died_comes_to_the_same_end(tmp_path: Path, whole: dict[str, Any], after: int) -> None:
    calls = 0

    def dying(prompt: str, request: Request) -> Any:
        nonlocal calls
        calls += 1
        return EngineError("the machine is gone") if calls > after else play(prompt, request)

    with pytest.raises(EngineError):
        searched(tmp_path, dying)
    assert _without_seconds(searched(tmp_path)) == whole


def test_the_splits_do_not_mix(tmp_path: Path) -> None:
    searched(tmp_path)
    with Run(tmp_path) as run:
        phases = run.ledger.load_all("phase")
    items = {name: set(phases[name]["items"]) for name in ("search", "confirm", "test")}
    assert not items["search"] & items["confirm"]
    assert not items["confirm"] & items["test"]
    assert set(phases["repeat"]["items"]) <= items["confirm"]


@pytest.mark.parametrize(("calls", "family"), [(90, "negative"), (400, "positive")])
def test_calls_are_never_overspent(tmp_path: Path, calls: int, family: str) -> None:
    engine = ScriptedEngine(play, slots=64)
    report = searched(tmp_path, engine=engine, budget={"calls": calls}, family=family)
    assert engine.calls <= calls
    assert report["spent"]["total"]["calls"] == engine.calls
    assert {row["phase"] for row in report["spent"]["phases"]} >= {"search", "confirm"}


def test_tokens_end_a_search_early_and_the_report_says_so(tmp_path: Path) -> None:
    report = searched(tmp_path, budget={"calls": 500, "output_tokens": 4000})
    assert report["spent"]["total"]["output_tokens"] <= 4000 * 1.1
    assert any("budget" in note for note in report["notes"])


def test_looks_are_counted_once_each(tmp_path: Path) -> None:
    assert searched(tmp_path)["looks"] == {"confirm": 1, "test": 1}
    assert searched(tmp_path)["looks"] == {"confirm": 1, "test": 1}  # the same look again
    other = searched(tmp_path, allocator="uniform", allocator_settings={"n": 3})
    assert other["looks"]["confirm"] == 2
    assert any("looked at 2 times" in note for note in other["notes"])


def test_the_state_of_reasoning_is_screened(tmp_path: Path) -> None:
    def thinker(prompt: str, request: Request) -> str:
        number = int(request.problem_id[1:])
        return f"The answer is {number + ('step by step' in prompt)}."

    report = searched(tmp_path, thinker, family="positive", budget={"calls": 800})
    assert {row["cot"] for row in report["screen"]} == {"off", "trigger", "fewshot"}
    assert report["prompts"][0]["cot"] == "trigger"


def test_an_engine_that_differs_from_itself_is_seen(tmp_path: Path) -> None:
    seen: dict[str, int] = {}

    def moody(prompt: str, request: Request) -> str:
        seen[prompt] = seen.get(prompt, -1) + 1
        return f"The answer is {int(request.problem_id[1:]) + (seen[prompt] + len(prompt)) % 2}."

    report = searched(tmp_path, moody)
    assert report["noise"]["rate"] == 1.0
    assert not report["verdict"]["supported"]
    assert any("run again" in note for note in report["notes"])


def test_errors_of_the_engine_are_missing_scores_not_wrong_answers(tmp_path: Path) -> None:
    def faulty(prompt: str, request: Request) -> Any:
        if request.problem_id.endswith("7"):
            return Completion((), "", "error", error="too long")
        return play(prompt, request)

    report = searched(tmp_path, faulty)
    row = report["leaders"][0]
    assert row["outcomes"]["error"] > 0
    assert row["problems"] == sum(count for name, count in row["outcomes"].items() if name != "error")


def test_another_family_or_template_is_refused_by_name(tmp_path: Path) -> None:
    searched(tmp_path)
    with pytest.raises(ConfigChanged, match="form was"):
        searched(tmp_path, form="Answer with a number.")
    with pytest.raises(ConfigChanged, match="family was"):
        searched(tmp_path, family="emotion")


def test_families_without_a_grid(tmp_path: Path) -> None:
    report = searched(tmp_path)
    assert report["effects"] is None
    assert {row["role"] for row in report["leaders"]} >= {"baseline", "neutral"}


def test_samples_of_one_problem_are_one_item(tmp_path: Path) -> None:
    report = searched(tmp_path, temperature=1.0, samples=2)
    assert report["test"]["rows"][0]["problems"] == report["test"]["problems"]
    assert report["spent"]["total"]["calls"] <= 500


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": {"tokens": 5}}, "unknown budget"),
        ({"budget": {"calls": 0}}, "above 0"),
        ({"budget": {"calls": "many"}}, "expected a number"),
        ({"samples": 4}, "same reply"),
        ({"confirm": 0}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        OptimizeConfig(**{"problems": "p", "model": "m", "family": "positive"} | changes)


def _without_seconds(report: Any) -> Any:
    if isinstance(report, dict):
        return {key: _without_seconds(value) for key, value in report.items() if key != "seconds"}
    return [_without_seconds(value) for value in report] if isinstance(report, list) else report
