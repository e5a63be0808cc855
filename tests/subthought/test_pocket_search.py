"""Tree search on the packaged model, with the exact checker in the place of a perfect reward model."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode

pytestmark = pytest.mark.model

COUNT = 6


@pytest.mark.parametrize("method", ["dvts", "beam"])
def test_an_oracle_finds_more_right_answers_than_a_vote_at_equal_tokens(tmp_path: Path, method: str) -> None:
    pytest.importorskip("transformers", reason="needs the extra hf")
    problems = load_problems("pocket:mixed", where={"level": "3"}, limit=COUNT)
    config = DecodeConfig(
        "pocket:mixed", "hf:pocket", method, n=4, max_tokens=400, scorer="step-checker", settings={"width": 2}
    )
    engine = open_engine("hf:pocket", {"batch_size": 32})
    with Run(tmp_path) as run:
        report = decode(run, problems, engine, config)
        assert decode(run, problems, engine, config) == report
    engine.close()
    right = {row["name"]: row["right"] for row in report["methods"]}
    assert right[method] >= right["self-consistency"]
    assert right[method] >= COUNT / 2
    assert any("oracle" in note for note in report["notes"])
    assert all(len(p["samples"]) == 4 for p in report["problems"])
