"""Real effects, end to end, on the packaged model: votes that disagree, entropy that warns, a resumed run that is the same."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import pytest

from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.runs.drive import Counts
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode

pytestmark = pytest.mark.model

COUNT = 40
CONFIG = DecodeConfig("pocket:mixed", "hf:pocket", "subthought", limit=COUNT, max_tokens=400)


@pytest.fixture(scope="module")
def decoded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    pytest.importorskip("transformers", reason="needs the extra hf")
    folder = tmp_path_factory.mktemp("pocket")
    return folder, run_decode(folder, Counts())


def run_decode(folder: Path, counts: Counts) -> dict[str, Any]:
    engine = open_engine("hf:pocket", {"batch_size": 64})
    try:
        with Run(folder) as run:
            return decode(run, load_problems("pocket:mixed", limit=COUNT), engine, CONFIG, counts=counts)
    finally:
        engine.close()


def test_traces_think_and_fall_into_subthoughts(decoded: tuple[Path, dict[str, Any]]) -> None:
    _, report = decoded
    assert not any("marks no thinking" in note for note in report["notes"])
    assert median(len(p["subthoughts"]) for p in report["problems"]) >= 7


def test_answers_disagree_and_entropy_warns(decoded: tuple[Path, dict[str, Any]]) -> None:
    _, report = decoded
    disagreeing = sum(len(p["votes"]) > 1 for p in report["problems"])
    assert disagreeing >= 0.15 * COUNT
    assert report["signals"]["entropy_wrong"] > report["signals"]["entropy_right"]
    assert report["signals"]["auroc"] > 0.5


def test_harder_levels_are_harder(decoded: tuple[Path, dict[str, Any]]) -> None:
    _, report = decoded
    right = dict.fromkeys(range(1, 6), 0)
    for problem in report["problems"]:
        right[problem["extra"]["level"]] += problem["answers"]["last answer"]["outcome"] == "right"
    assert right[1] + right[2] > right[4] + right[5]
    assert 0.2 * COUNT < sum(right.values()) < COUNT


def test_self_consistency_costs_no_more(decoded: tuple[Path, dict[str, Any]]) -> None:
    rows = {row["name"]: row for row in decoded[1]["methods"]}
    assert rows["self-consistency"]["tokens"] <= rows["subthought vote"]["tokens"]


def test_the_same_command_generates_nothing_more(decoded: tuple[Path, dict[str, Any]]) -> None:
    folder, report = decoded
    counts = Counts()
    assert run_decode(folder, counts) == report
    assert counts.made == 0
