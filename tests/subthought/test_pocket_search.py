"""Tree search on the packaged model, by the command, with the exact checker in the place of a perfect reward model."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from reasoning_toolkit.cli import app
from reasoning_toolkit.engines.hf import HuggingFaceEngine
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.runs.encoding import unpack

pytestmark = pytest.mark.model

COUNT, N = 2, 4
# In bfloat16 a draw may depend on the rest of the batch, which a run that goes on fills otherwise.
COMMAND = (
    "decode", "pocket:mixed", "--model", "hf:pocket", "--engine-arg", "batch_size=32", "--engine-arg", "dtype=float32",
    "--where", "level=1", "--limit", str(COUNT), "-n", str(N), "--set", "width=2",
    "--scorer", "step-checker", "--max-tokens", "200", "--json",
)  # fmt: skip
SEARCHES = {"dvts": ("--method", "dvts"), "beam": ("--method", "beam", "--set", "lookahead=0", "--no-baselines")}

Searched = tuple[Path, str, dict[str, Any]]  # folder, method, report


def search(folder: Path, method: str) -> Result:
    return CliRunner().invoke(app, [*COMMAND, *SEARCHES[method], "--run", str(folder)])


def report_of(folder: Path, method: str) -> dict[str, Any]:
    """The report of a run; the same folder goes on."""
    done = search(folder, method)
    assert done.exit_code == 0, done.exception
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


def completions(folder: Path) -> dict[str, tuple[Any, ...]]:
    """The ledger's rows as they are: key → request, body, tokens kept."""
    connection = sqlite3.connect(folder / "ledger.sqlite")
    rows = connection.execute("SELECT key, request, body, length(tokens) / 4 FROM completions").fetchall()
    connection.close()
    return {key: tuple(row) for key, *row in rows}


@pytest.fixture(scope="module", params=list(SEARCHES))
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    pytest.importorskip("transformers", reason="needs the extra hf")
    folder = tmp_path_factory.mktemp("search") / request.param
    return folder, request.param, report_of(folder, request.param)


def test_an_oracle_finds_the_right_answers(searched: Searched) -> None:
    _, method, report = searched
    right = {row["name"]: row["right"] for row in report["methods"]}
    assert right[method] >= right.get("self-consistency", 1)
    assert any("oracle" in note for note in report["notes"])
    assert all(len(problem["samples"]) == N for problem in report["problems"])


def test_every_token_is_counted_once(searched: Searched) -> None:
    """A search asks with the separator as its stop, samples without one."""
    folder, method, report = searched
    tokens = {row["name"]: row["tokens"] for row in report["methods"]}
    steps: list[int] = []
    samples: list[int] = []
    for asked, body, kept in completions(folder).values():
        decoded = unpack(body)["usage"]["decoded"]
        assert decoded - kept in (0, 1)  # the end's token is generated and not kept
        (steps if unpack(asked)["sampling"]["stop"] else samples).append(decoded)
    assert tokens[method] == sum(steps) > 0
    baseline = tokens.get("self-consistency", 0)
    assert baseline <= min(sum(samples), tokens[method])
    assert report["usage"]["decoded"] == tokens[method] + baseline


def test_a_search_that_was_stopped_goes_the_same_way(
    searched: Searched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, method, report = searched
    whole, wait, made = completions(folder), HuggingFaceEngine.wait, 0

    def dies(engine: HuggingFaceEngine) -> list[tuple[str, Completion]]:
        nonlocal made
        if made > 2 * len(whole) / 3:
            raise EngineError("dead")
        found = wait(engine)
        made += len(found)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(HuggingFaceEngine, "wait", dies)
        assert "dead" in str(search(tmp_path, method).exception)
    kept = completions(tmp_path)
    assert 0 < len(kept) < len(whole)
    assert report_of(tmp_path, method) == report
    assert kept.items() <= completions(tmp_path).items()
    assert {key: row[2] for key, row in completions(tmp_path).items()} == {key: row[2] for key, row in whole.items()}
    # Nothing is left to do.
    monkeypatch.setattr(HuggingFaceEngine, "wait", lambda engine: pytest.fail("a completion was made again"))
    assert report_of(folder, method) == report
