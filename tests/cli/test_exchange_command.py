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

from tests.cli.test_command import reason
from tests.exchange import sources
from tests.exchange.sources import write


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an imported run of pools in it."""
    folder = tmp_path_factory.mktemp("pools")
    write("false-positives-pools", folder)
    done = reason("import", "pass_at_n.jsonl", "--run", "run", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "imported 40 completions of 2 problems as false-positives-pools → run" in done.stderr
    assert "the source's verdict on 4 answers: our grader agrees on 4" in done.stderr
    assert "single sample" in done.stdout
    return folder


def test_an_import_says_where_the_source_differs_and_what_is_unsound(tmp_path: Path) -> None:
    rows = [*sources.ANALYSIS, sources.ANALYSIS[0] | {"label": 2}]
    source = sources.lines(tmp_path / "analysis.jsonl", rows)
    done = reason("import", source, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "→ runs/analysis-imported" in done.stderr
    assert "our grader agrees on 3; not on 0 sample 3: wrong there" in done.stderr
    assert "1 answers are right there by reasoning that a person rejected: false positives" in done.stderr
    assert json.loads(done.stdout)["run"]["method"] == "imported"


def test_an_import_is_scored_and_viewed(pools: Path) -> None:
    done = reason("score", "run", cwd=pools)
    assert done.returncode == 0, done.stderr
    assert "the verdicts of 0 problems changed" in done.stderr
    done = reason("view", "run", "--no-browser", "-o", "page.html", cwd=pools)
    assert done.returncode == 0, done.stderr
    page = (pools / "page.html").read_text(encoding="utf-8")
    assert "imported on pass_at_n.jsonl" in page
    assert sources.QUESTION in page


def test_an_import_is_planned_read_and_reported(pools: Path) -> None:
    pytest.importorskip("uvicorn", reason="the reading page needs it")
    done = reason("audit", "plan", "run", "--budget", "20", "--confirmations", "1", cwd=pools)
    assert done.returncode == 0, done.stderr
    assert "4 samples were accepted" in done.stdout
    assert served(pools, "audit", "read", "run", "--reader", "anna", "--no-browser") == 200
    done = reason("audit", "report", "run", cwd=pools)
    assert done.returncode == 0, done.stderr
    assert "whether they are, only their source can say" in " ".join(done.stdout.split())


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


def test_a_run_goes_out_and_comes_back(pools: Path) -> None:
    done = reason("export", "run", "out.jsonl", cwd=pools)
    assert done.returncode == 0, done.stderr
    assert "40 completions → out.jsonl" in done.stderr
    done = reason("import", "out.jsonl", "--as", "jsonl", "--run", "again", cwd=pools)
    assert done.returncode == 0, done.stderr
    assert "our grader agrees on 4" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 0, "problem": "a", "ground_truth": 4, "sol', "rows.jsonl, line 1: expected JSON"),
        ('{"problem": "a"}', "got the columns problem"),
        ('{"problem": "a", "ground_truth": [], "solution": "b", "false_positive": true}', "expected Unicode text"),
        (
            '{"problem": "a", "ground_truth": 4, "solution": "b", "false_positive": 1}',
            "false_positive to be true or false",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_made(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(content)
    done = reason("import", "rows.jsonl", "--run", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "hint:" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_wrong_word_names_the_nearest(tmp_path: Path) -> None:
    write("processbench", tmp_path)
    done = reason("import", "sums.jsonl", "--as", "procesbench", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean processbench" in done.stderr
    done = reason("list", "formats", cwd=tmp_path)
    assert done.returncode == 0
    assert re.search(r"lm-eval +lm-evaluation-harness.*; import and export", done.stdout)
    assert re.search(r"prm800k .*; import\n", done.stdout)
