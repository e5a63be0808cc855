"""The benchmark of races: its last line is its result, and the same seed gives the same figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.prompt_racing import __main__ as command
from benchmarks.prompt_racing.arms import ENTRIES


def test_it_prints_json_last_and_repeats_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    few = ("grid n=25", "halving n0=16, eta 2, to 4, cap 800")
    monkeypatch.setattr(command, "ENTRIES", {name: ENTRIES[name] for name in few})
    monkeypatch.setattr(command, "SPREADS", (0.02,))
    monkeypatch.setattr("sys.argv", ["prompt_racing", "--runs", "3", "--seed", "7", "--out", str(tmp_path)])
    results = []
    for _ in range(2):
        command.main()
        results.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert results[0] == results[1] == json.loads((tmp_path / "prompt_racing.json").read_text(encoding="utf-8"))
    assert [row["evaluations"] for row in results[0]["allocators"]] == [1500, 2944, 1500, 2944]
    assert {row["estimator"] for row in results[0]["estimators"]} >= {"naive", "bbc", "confirm set"}
