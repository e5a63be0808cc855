"""`reason import` and `reason export`, and what comes after an import, as a person meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from reasoning_toolkit.cli import app
from reasoning_toolkit.errors import UsageError
from tests.cli.test_command import reason
from tests.exchange import sources
from tests.exchange.sources import write


def run(*arguments: str | Path) -> None:
    """A command in this process, which spares it the start; how errors end one is shown below and in test_command."""
    app([str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture
def pools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with an imported run of pools in it."""
    write("false-positives-pools", tmp_path)
    monkeypatch.chdir(tmp_path)
    run("import", "pass_at_n.jsonl", "--run", "run")
    said = capsys.readouterr()
    assert "imported 40 completions of 2 problems as false-positives-pools → run" in said.err
    assert "the source's verdict on 4 answers: our grader agrees on 4" in said.err
    assert "single sample" in said.out
    return tmp_path


def test_an_import_says_where_the_source_differs_and_what_is_unsound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(
        "import",
        sources.lines(tmp_path / "analysis.jsonl", [*sources.ANALYSIS, sources.ANALYSIS[0] | {"label": 2}]),
        "--json",
    )
    said = capsys.readouterr()
    assert "→ runs/analysis-imported" in said.err
    assert "our grader agrees on 3; not on 0 sample 3: wrong there" in said.err
    assert "1 answers are right there by reasoning that a person rejected: false positives" in said.err
    assert json.loads(said.out)["run"]["method"] == "imported"


def test_an_import_is_scored_and_viewed(pools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("score", "run")
    assert "the verdicts of 0 problems changed" in capsys.readouterr().err
    run("view", "run", "--no-browser", "-o", "page.html")
    page = (pools / "page.html").read_text(encoding="utf-8")
    assert "imported on pass_at_n.jsonl" in page
    assert sources.QUESTION in page


def test_an_import_is_planned_read_and_reported(pools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("uvicorn", reason="the reading page needs it")
    run("audit", "plan", "run", "--budget", "20", "--confirmations", "1")
    assert "4 samples were accepted" in capsys.readouterr().out
    assert served(pools, "audit", "read", "run", "--reader", "anna", "--no-browser") == 200
    run("audit", "report", "run")
    assert "whether they are, only their source can say" in " ".join(capsys.readouterr().out.split())


def served(folder: Path, *arguments: str) -> int:
    """The status of the page that a command serves, which is then stopped."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-m", "reasoning_toolkit.cli", *arguments]
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://\S+", process.stderr.readline())
            assert found is not None
            with urllib.request.urlopen(found.group(), timeout=20) as page:
                return int(page.status)
        finally:
            process.send_signal(signal.SIGINT)


def test_a_run_goes_out_and_comes_back(pools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("export", "run", "out.jsonl")
    run("import", "out.jsonl", "--as", "jsonl", "--run", "again")
    said = capsys.readouterr().err
    assert "40 completions → out.jsonl" in said
    assert "our grader agrees on 4" in said


def test_what_cannot_be_read_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"problem": "a", "ground_truth": 4, "solution": "b"}\n{"problem": "a", "grou')
    done = reason("import", "rows.jsonl", "--run", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "rows.jsonl, line 2: expected JSON" in done.stderr
    assert "hint:" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_wrong_word_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="did you mean processbench"):
        run("import", write("processbench", tmp_path), "--as", "procesbench")
    run("list", "formats")
    said = capsys.readouterr().out
    assert re.search(r"lm-eval +lm-evaluation-harness.*; import and export", said)
    assert re.search(r"prm800k .*; import\n", said)
