"""Families whose prompts a model writes, in rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import EngineError
from tests.prompts.played import play, searched

OPRO = {"family": "auto:opro", "settings": {"rounds": 2, "proposals": 4}, "budget": {"calls": 600}}


def both(prompt: str, request: Request) -> str:
    """Writes prompts where it is asked for one, of which every other one names an expert; else plays."""
    if request.problem_id != "proposal":
        return play(prompt, request)
    return (
        f"<prompt>Work with care, number {request.seed % 1000}{' as an expert' if request.seed % 2 else ''}.</prompt>"
    )


def test_what_was_written_is_raced_and_tested(tmp_path: Path) -> None:
    report = searched(tmp_path, both, **OPRO)
    assert len(report["dev"]["rows"]) > 3
    assert report["verdict"]["supported"]
    assert "expert" in report["prompts"][0]["system"]
    assert report["spent"]["total"]["calls"] <= 600


def test_calls_of_the_writer_are_counted(tmp_path: Path) -> None:
    engine = ScriptedEngine(both, slots=64)
    report = searched(tmp_path, engine=engine, **OPRO)
    assert report["spent"]["total"]["calls"] == engine.calls


def test_rounds_that_died_come_to_the_same_end(tmp_path: Path) -> None:
    calls = 0

    def dying(prompt: str, request: Request) -> Any:
        nonlocal calls
        calls += 1
        return EngineError("gone") if calls > 150 else both(prompt, request)

    with pytest.raises(EngineError):
        searched(tmp_path / "a", dying, **OPRO)
    ends = [searched(tmp_path / name, both, **OPRO) for name in ("a", "b")]
    assert ends[0]["dev"] == ends[1]["dev"]
    assert ends[0]["verdict"] == ends[1]["verdict"]


def test_a_writer_that_writes_nothing_leaves_the_start(tmp_path: Path) -> None:
    def silent(prompt: str, request: Request) -> str:
        return "" if request.problem_id == "proposal" else play(prompt, request)

    report = searched(tmp_path, silent, **OPRO)
    assert not report["verdict"]["supported"]
    assert report["verdict"]["sentence"].startswith("Keep the baseline")
