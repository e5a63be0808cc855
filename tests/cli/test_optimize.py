"""`reason optimize` and `reason prompts` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reasoning_toolkit.cli import app
from reasoning_toolkit.errors import ToolkitError, UsageError

SCRIPT = """
def play(prompt, request):
    number = int(request.problem_id[1:])
    return f"The answer is {number + ('Everyone' in prompt or number % 3 == 0)}."
"""


@pytest.fixture
def call(tmp_path: Path) -> list[str]:
    """The arguments of a search that takes a second."""
    (tmp_path / "play.py").write_text(SCRIPT, encoding="utf-8")
    rows = [json.dumps({"id": f"p{i}", "question": f"What is {i} + 1?", "answer": str(i + 1)}) for i in range(120)]
    (tmp_path / "sums.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return [
        "optimize",
        str(tmp_path / "sums.jsonl"),
        "--model",
        f"scripted:{tmp_path / 'play.py'}@play",
        "--family",
        "negative",
        "--budget",
        "calls=400,seconds=600",
        "--run",
        str(tmp_path / "run"),
    ]


def test_a_search_from_the_command(call: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    assert "power:" in done.output
    assert "NP06” is better than the baseline" in " ".join(done.output.split())
    assert (tmp_path / "run" / "report.html").exists()
    shown = CliRunner().invoke(app, ["prompts", "show", str(tmp_path / "run")])
    assert "Everyone else managed to do it; why can't you?" in shown.output
    viewed = CliRunner().invoke(app, ["view", str(tmp_path / "run"), "--no-browser", "-o", str(tmp_path / "v.html")])
    assert viewed.exit_code == 0
    assert (tmp_path / "v.html").read_bytes() == (tmp_path / "run" / "report.html").read_bytes()


def test_a_dry_run_says_what_is_coming_and_spends_nothing(call: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*call, "--dry-run"])
    assert done.exit_code == 0
    assert "coming: about 400 replies" in done.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--family", "negativ"], "unknown family"),
        (["--set", "placment=system"], "unknown setting"),
        (["--allocator", "halvin"], "unknown allocator"),
        (["--allocator-set", "n0=many"], "expected a whole number"),
        (["--budget", "call=5"], "unknown budget"),
        (["--budget", "5900"], "not key=value"),
        (["--family", "auto:opra"], "unknown family of written prompts"),
    ],
)
def test_wrong_names_are_explained(call: list[str], changes: list[str], message: str) -> None:
    done = CliRunner().invoke(app, [*call, *changes])
    assert isinstance(done.exception, UsageError)
    assert message in str(done.exception)
    assert done.exception.hint


def test_families_and_prompts_are_listed_and_shown() -> None:
    listed = CliRunner().invoke(app, ["prompts", "list"]).output
    assert all(name in listed for name in ("positive", "negative", "emotion", "cycle", "auto:copro"))
    of_one = CliRunner().invoke(app, ["prompts", "list", "positive"]).output
    assert len(of_one.strip().splitlines()) == 60
    assert "[baseline]" in of_one
    shown = CliRunner().invoke(app, ["prompts", "show", "negative", "NP01"]).output
    assert shown.startswith("[user]\nYou've never been particularly good at this, have you?")
    for wrong in (["negative", "NP99"], ["negative"], ["negative", ""]):
        assert isinstance(CliRunner().invoke(app, ["prompts", "show", *wrong]).exception, ToolkitError)
