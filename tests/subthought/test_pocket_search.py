"""Tree search on the packaged model, by the command, with the exact checker in the place of a perfect reward model."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reasoning_toolkit.cli import app
from reasoning_toolkit.engines.types import Usage
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.subthought.record import record_from_json

pytestmark = pytest.mark.model

COUNT, N = 6, 4
COMMAND = (
    "decode", "pocket:mixed", "--model", "hf:pocket", "--engine-arg", "batch_size=32", "--where", "level=3", "--limit", str(COUNT),
    "-n", str(N), "--set", "width=2", "--scorer", "step-checker", "--max-tokens", "400", "--json",
)  # fmt: skip


def searched(folder: Path, method: str) -> dict[str, Any]:
    """The report of a run; the same folder goes on."""
    pytest.importorskip("transformers", reason="needs the extra hf")
    done = CliRunner().invoke(app, [*COMMAND, "--method", method, "--run", str(folder)])
    assert done.exit_code == 0, done.exception
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def completions(folder: Path) -> tuple[int, Usage]:
    ledger = Ledger(folder / "ledger.sqlite", readonly=True)
    try:
        return ledger.usage()
    finally:
        ledger.close()


@pytest.fixture(scope="module", params=["dvts", "beam"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("search") / request.param
    return folder, request.param, searched(folder, request.param)


def test_an_oracle_finds_right_answers_that_a_vote_misses(run: tuple[Path, str, dict[str, Any]]) -> None:
    _, method, report = run
    right = {row["name"]: row["right"] for row in report["methods"]}
    assert right[method] >= right["self-consistency"]
    assert right[method] >= COUNT / 2
    assert any("oracle" in note for note in report["notes"])
    assert all(len(problem["samples"]) == N for problem in report["problems"])


def test_every_token_is_counted_once(run: tuple[Path, str, dict[str, Any]]) -> None:
    folder, method, report = run
    rows = {row["name"]: row for row in report["methods"]}
    made, usage = completions(folder)
    assert (report["usage"]["completions"], report["usage"]["decoded"]) == (made, usage.decoded)
    ledger = Ledger(folder / "ledger.sqlite", readonly=True)
    records = [record_from_json(body) for body in ledger.load_all("record").values()]
    for name, part in ((method, "draws"), ("self-consistency", "samples")):
        keys = {key for record in records for draw in getattr(record, part) for key in draw.keys}
        assert rows[name]["tokens"] == ledger.usage(keys)[1].decoded
    ledger.close()
    assert rows["self-consistency"]["tokens"] <= rows[method]["tokens"]


def test_the_same_command_generates_nothing_more(run: tuple[Path, str, dict[str, Any]]) -> None:
    folder, method, report = run
    before = completions(folder)
    assert searched(folder, method) == report
    assert completions(folder) == before


def test_a_search_that_was_killed_ends_as_if_it_had_not_been(
    run: tuple[Path, str, dict[str, Any]], tmp_path: Path
) -> None:
    folder, method, report = run
    total, killed = completions(folder)[0], tmp_path / method
    command = [sys.executable, "-m", "reasoning_toolkit.cli", *COMMAND, "--method", method, "--run", str(killed)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (killed / "ledger.sqlite").exists():
        time.sleep(0.02)
    while process.poll() is None and completions(killed)[0] < total / 4:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -9
    assert 0 < completions(killed)[0] < total
    assert searched(killed, method) == report
    assert completions(killed) == completions(folder)
