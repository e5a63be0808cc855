"""`--scorer`, `--scorer-arg` and `reason list scorers`: what is chosen, what is refused and with which hint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from reasoning_toolkit.cli import app
from reasoning_toolkit.errors import ConfigChanged, ToolkitError, UsageError
from reasoning_toolkit.scoring import SCORERS

MODEL = """
def reply(prompt, request):
    steps = prompt.split("assistant")[-1].count("\\n")
    return f"step of {request.seed % 5}\\n" if steps % 5 < 4 else f"So \\\\boxed{{{request.seed % 3 + 3}}}"
"""
SCORER = """
def last_digit(problem, text):
    return [int(s.strip()[-1]) / 5 if s.strip()[-1].isdigit() else 0.5 for s in text.split("\\n") if s.strip()]

def ends_right(problem, text):
    return float(problem.answer in text)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "scorer.py").write_text(SCORER)
    rows = [{"id": f"q{i}", "problem": f"What is {i} + {4 - i}?", "answer": "4"} for i in range(3)]
    (tmp_path / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def reason(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def decode(*arguments: str) -> Result:
    return reason("decode", "sums.jsonl", "--model", "scripted:model.py@reply", "--run", "out", *arguments)


def decoded(*arguments: str) -> dict[str, Any]:
    done = decode("--json", *arguments)
    assert done.exit_code == 0, done.exception
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def refused(*arguments: str) -> ToolkitError:
    done = decode(*arguments)
    assert isinstance(done.exception, ToolkitError), (done.exception, done.output)
    return done.exception


SEARCH = ("--method", "dvts", "-n", "4", "--set", "width=2", "--scorer", "scorer.py@last_digit")


def test_the_scorers_are_listed(tmp_path: Path) -> None:
    done = reason("list", "scorers")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "scorers"
    assert [line.split()[0] for line in lines[1:]] == list(SCORERS)
    for text in ("prm:MODEL", "orm:MODEL", "file.py@function", "oracle"):
        assert text in done.stdout


def test_what_is_coming_names_the_scorer(folder: Path) -> None:
    done = decode(*SEARCH, "--dry-run")
    assert "4 responses a problem, grown step by step as scorer.py@last_digit scores them" in done.stderr
    assert not (folder / "out").exists()


def test_an_argument_changes_the_steps_of_a_search(folder: Path) -> None:
    report = decoded(*SEARCH, "--scorer-arg", "step=line")
    whole = json.loads((folder / "out" / "report.json").read_text())
    assert [len(problem["samples"]) for problem in whole["problems"]] == [4, 4, 4]
    assert all("step of" in problem["samples"][0]["text"] for problem in whole["problems"])
    assert {row["name"] for row in report["methods"]} == {"dvts", "self-consistency"}
    config = json.loads((folder / "out" / "config.json").read_text())
    assert config["settings"]["scorer_args"] == {"step": "line"}
    assert config["identity"]["scorer"].startswith("last_digit#")
    changed = refused(*SEARCH)
    assert isinstance(changed, ConfigChanged)
    assert r"separator was '\n'" in str(changed) or 'separator was "\\n"' in str(changed)


def test_a_scorer_votes_over_samples_that_are_there(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    samples = ("--method", "self-consistency", "-n", "6")
    decoded(*samples)
    report = decoded(*samples, "--scorer", "scorer.py@ends_right", "--vote", "best-of-n", "--vote", "weighted-min")
    assert "18 from the ledger" in capfd.readouterr().err
    right = {row["name"]: row["right"] for row in report["methods"]}
    assert (
        right["self-consistency"] < right["self-consistency, best-of-n"] == right["self-consistency, weighted-min"] == 3
    )


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("--method", "beam", "-n", "8"), "beam needs a scorer", "reason list scorers"),
        (("--method", "dvts", "-n", "8", "--scorer", "step-cheker"), "unknown scorer 'step-cheker'", "step-checker?"),
        (("--method", "dvts", "-n", "8", "--scorer", "rpm:x"), "unknown scorer 'rpm'", "did you mean prm"),
        (("--method", "dvts", "-n", "8", "--scorer", "prm"), "'prm' names no model", "prm:MODEL"),
        (("--method", "dvts", "-n", "8", "--scorer-arg", "step"), "--scorer-arg 'step' is not key=value", "--scorer-arg"),
        (("--method", "last", "--scorer-arg", "step=line"), "without a scorer", "--scorer NAME"),
        (("--method", "last", "--scorer", "step-checker"), "neither last nor a vote asks", "--vote best-of-n"),
        (("--method", "self-consistency", "-n", "4", "--vote", "weigted"), "unknown vote 'weigted'", "weighted"),
        ((*SEARCH, "--set", "agregate=min"), "unknown setting of dvts 'agregate'", "aggregate"),
        ((*SEARCH, "--set", "aggregate=median"), "unknown aggregate 'median'", "known: last, mean"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_anything_is_spent(
    folder: Path, arguments: tuple[str, ...], said: str, hint: str, dry: tuple[str, ...]
) -> None:
    error = refused(*arguments, *dry)
    assert isinstance(error, UsageError)
    assert said in error.message
    assert hint in str(error.hint)
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (("--scorer", "scorer.py@last_digt"), "unknown function in scorer.py 'last_digt'", "did you mean last_digit?"),
        (("--scorer", "scorers.py@last_digit"), "there is no file scorers.py", "file.py@function"),
        (("--scorer-arg", "step=lines"), "unknown step 'lines'", "did you mean line?"),
        (("--scorer-arg", "stp=line"), "unknown argument of the scorer 'stp'", "did you mean step?"),
        (("--scorer", "step-checker"), "problem 'q0' of sums.jsonl has no program", "pocket:"),
    ],
)
def test_what_the_scorer_refuses_is_said(folder: Path, arguments: tuple[str, ...], said: str, hint: str) -> None:
    error = refused(*SEARCH, *arguments)
    assert said in error.message
    assert hint in str(error.hint)
