"""The benchmark of cycles: a whole small one over a scripted model, with calls that are equal to the call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cycle_prompt import __main__ as command
from reasoning_toolkit.sandbox import sandbox_status
from tests.sandbox.problems import ADD, SPREAD

THIRD = {
    "task_id": "own/twice",
    "prompt": 'def twice(x: int) -> int:\n    """ Two times a number. """\n',
    "entry_point": "twice",
    "test": "\n\ndef check(candidate):\n    assert candidate(4) == 8\n",
}
MODEL = """
def reply(prompt, request):
    if "has lost its documentation" in prompt:
        return "It adds." if "x + y" in prompt or "2 * x" in prompt else "It does something else."
    if "verdict: same, or different" in prompt:
        wrong = "It does something else." in prompt
        task = "SPREAD" if "def spread" in prompt else "ADD" if "def add" in prompt else "TWICE"
        return f"verdict: {'different' if wrong else 'same'}\\nhint: {'use ' + task if wrong else 'none'}"
    if "def add" in prompt:
        return "    return x + y" if "use ADD" in prompt else "    return 5"
    if "def twice" in prompt:
        return "    return 2 * x"
    return "    return groups"
"""


def test_a_whole_one_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if sandbox_status().tier is None:
        pytest.skip(f"no tier of the sandbox holds here: {sandbox_status().refused}")
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in (ADD, SPREAD, THIRD)))
    (tmp_path / "model.py").write_text(MODEL)
    flags = [
        "--model",
        f"scripted:{tmp_path}/model.py@reply",
        "--problems",
        str(tmp_path / "own.jsonl"),
        "--name",
        "own",
    ]
    monkeypatch.setattr("sys.argv", ["cycle_prompt", *flags, "--run", str(tmp_path / "runs"), "--out", str(tmp_path)])
    results = []
    for _ in range(2):
        command.main()
        results.append(json.loads((tmp_path / "cycle_prompt_own.json").read_text(encoding="utf-8")))
    assert results[0] == results[1]
    rows = {row["name"]: row for row in results[0]["rows"]}
    assert {name: row["right"] for name, row in rows.items()} == {
        "one call": 1,
        "cycle": 2,
        "cycle, the same hint always": 1,
        "cycle, hints of other problems": 1,
        "best of as many calls": 1,
    }
    assert rows["cycle"]["closed"] == {"at 2": 1, "never": 1, "at 1": 1}
    assert rows["cycle"]["calls_per_problem"] == rows["best of as many calls"]["calls_per_problem"] == (6 + 9 + 3) / 3
    assert [c["gained"] for c in results[0]["comparisons"]] == [1, 1, 1, 1]
    assert all(c["p_holm"] == 1 for c in results[0]["comparisons"])
    assert "| cycle | 2/3 |" in capsys.readouterr().out
