"""The command on problems whose answers are programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reasoning_toolkit.sandbox import sandbox_status
from tests.sandbox.problems import ROWS

ROOT = Path(__file__).resolve().parents[2]
MODEL = "def reply(prompt, request):\n    assert 'one fenced block' in prompt\n    return '    return x + y'\n"
NO_SANDBOX = "import reasoning_toolkit.sandbox.probe as probe\nprobe.why_refused = lambda tier: 'broken by hand'\n"
DECODE = (
    "decode",
    "own.jsonl",
    "--model",
    "scripted:model.py@reply",
    "--method",
    "self-consistency",
    "-n",
    "2",
    "--run",
    "run",
)


def reason(*arguments: str, cwd: Path, first: str = "") -> subprocess.CompletedProcess[str]:
    """The command, in a process that does something else first."""
    code = f"{first}\nimport sys\nfrom reasoning_toolkit.cli import main\nsys.argv = ['reason', *{arguments!r}]\nsys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return tmp_path


def test_a_code_problem_is_asked_for_as_one_and_judged(folder: Path) -> None:
    if (status := sandbox_status()).tier is None:
        pytest.skip(f"no tier of the sandbox holds here: {status.refused}")
    done = reason(*DECODE, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "run" / "report.json").read_text())
    outcomes = [[sample["outcome"] for sample in problem["samples"]] for problem in report["problems"]]
    assert outcomes == [["right", "right"], ["wrong", "wrong"]]


def test_without_a_sandbox_it_stops_before_it_begins_and_says_what_to_do(folder: Path) -> None:
    done = reason(*DECODE, cwd=folder, first=NO_SANDBOX)
    assert done.returncode == 2
    assert "none holds here (A+B: broken by hand" in done.stderr
    assert "install bubblewrap" in " ".join(done.stderr.split())
    assert not (folder / "run").exists()
    done = reason(*DECODE, "--unsafe-exec", cwd=folder, first=NO_SANDBOX)
    assert done.returncode == 0, done.stderr
    assert "code run without a sandbox" in " ".join(done.stdout.split())
    done = reason("score", "run", cwd=folder, first=NO_SANDBOX)
    assert done.returncode == 2


def test_doctor_names_the_tier_and_its_guarantees(tmp_path: Path) -> None:
    said = reason("doctor", cwd=tmp_path).stdout
    (line,) = [line for line in said.splitlines() if " sandbox: " in line]
    tier = sandbox_status().tier
    assert line.strip().startswith(
        f"ok  sandbox: tier {tier} holds: reading, writing, network" if tier else "missing  sandbox:"
    )
    assert "none holds, so no generated code is run" in reason("doctor", cwd=tmp_path, first=NO_SANDBOX).stdout
