"""The command as a person meets it: exit codes, messages, tables, JSON, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
def reply(prompt, request):
    if "<think>" in prompt:
        return "so.</think>\\\\boxed{4}"
    return "<think>First 2. Then 2 more. So 4.</think>The answer is \\\\boxed{4}."

def broken(prompt, request):
    raise RuntimeError("the model fell over")
"""
HEAVY = (
    "torch",
    "vllm",
    "transformers",
    "datasets",
    "sympy",
    "pandas",
    "scipy",
    "numpy",
    "pyarrow",
    "openai",
    "math_verify",
)


def reason(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reasoning_toolkit.cli", *map(str, arguments)]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])} | environment
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(SCRIPT)
    rows = [{"id": f"q{i}", "problem": f"What is {i} + {4 - i}?", "answer": "4", "level": i} for i in range(4)]
    (tmp_path / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


MODEL = ("--model", "scripted:model.py@reply")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["decode", "--help"], ["list"], ["list", "rules"]])
def test_looking_around_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys, runpy\n"
        f"sys.argv = ['reason', *{arguments!r}]\n"
        "try:\n    runpy.run_module('reasoning_toolkit.cli', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('HEAVY', [h for h in {HEAVY!r} if h in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.rstrip().endswith("HEAVY []")


def test_decode_prints_what_is_coming_progress_and_a_table(folder: Path) -> None:
    done = reason("decode", "sums.jsonl", *MODEL, "--run", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "coming: 4 traces of at most 8,192 tokens" in done.stderr
    assert "4/4 problems" in done.stderr
    assert "tokens/s" in done.stderr
    for text in (
        "subthought vote",
        "100.0 %",
        "51.0 to 100.0",
        "4/4",
        "last answer",
        "self-consistency",
        "not significant",
    ):
        assert text in done.stdout
    assert sorted(p.name for p in (folder / "out").iterdir() if not p.name.startswith("ledger")) == [
        "config.json",
        "lock",
        "report.html",
        "report.json",
        "run.log",
    ]


def test_the_same_command_goes_on_and_says_so(folder: Path) -> None:
    reason("decode", "sums.jsonl", *MODEL, "--run", "out", cwd=folder)
    again = reason("decode", "sums.jsonl", *MODEL, "--run", "out", "--json", cwd=folder)
    assert again.returncode == 0
    assert "from the ledger, 0 waiting, 0 tokens/s" in again.stderr
    report = json.loads(again.stdout)
    assert report["methods"][0]["right"] == 4
    assert report["problems"][0]["answers"]["last answer"]["answer"] == "4"


def test_votes_that_end_early_are_said_to(folder: Path) -> None:
    done = reason("decode", "sums.jsonl", *MODEL, "--run", "out", "--stop", "exact", cwd=folder)
    assert done.returncode == 0
    assert "until the rule exact ends the vote" in done.stderr
    assert "votes stopped by exact (alpha 0.05) after" in " ".join(done.stdout.split())
    again = reason("decode", "sums.jsonl", *MODEL, "--run", "out", "--stop", "exact", "--json", cwd=folder)
    assert json.loads(again.stdout)["stopping"]["fired"].keys() <= {"exact", "full"}


def test_default_run_directory_is_named_after_what_is_decoded(folder: Path) -> None:
    done = reason("decode", "sums.jsonl", *MODEL, "--method", "last", "--where", "level=2", cwd=folder)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "runs").iterdir()
    assert made.name.startswith("sums-")
    assert made.name.endswith("-last")
    assert "1 problems from sums.jsonl" in done.stderr


def test_dry_run_makes_nothing(folder: Path) -> None:
    done = reason("decode", "sums.jsonl", *MODEL, "--method", "self-consistency", "-n", "16", "--dry-run", cwd=folder)
    assert done.returncode == 0
    assert "coming: up to 16 samples a problem" in done.stderr
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["decode", "sums.jsonl", *MODEL, "--method", "subthougt"],
            ["unknown method 'subthougt'", "did you mean subthought?"],
        ),
        (["decode", "gsm9k", *MODEL], ["unknown problem set 'gsm9k'", "gsm8k"]),
        (["decode", "missing.jsonl", *MODEL], ["missing.jsonl"]),
        (["decode", "sums.jsonl", "--model", "vlm:x"], ["unknown engine 'vlm'", "vllm"]),
        (["decode", "sums.jsonl", "--model", "scripted:model.py@replay"], ["'replay'", "did you mean reply?"]),
        (["decode", "sums.jsonl", *MODEL, "--rule", "anywher"], ["'anywher'", "anywhere"]),
        (["decode", "sums.jsonl", *MODEL, "--stop", "certifed"], ["stopping rule 'certifed'", "certified"]),
        (["decode", "sums.jsonl", *MODEL, "--alpha", "5"], ["alpha is 5.0", "0.05"]),
        (["decode", "sums.jsonl", *MODEL, "--engine-arg", "delay"], ["--engine-arg 'delay' is not key=value"]),
        (["decode", "sums.jsonl", *MODEL, "--engine-arg", "speed=2"], ["does not know ['speed']"]),
        (["decode", "sums.jsonl", *MODEL, "--column", "question"], ["--column 'question' is not name=value"]),
        (["decode", "sums.jsonl", *MODEL, "--top-p", "1.5"], ["top_p is 1.5"]),
        (["decode", "sums.jsonl", "--model", "scripted:model.py@broken"], ["the model fell over"]),
        (["score", "nowhere"], ["nowhere holds no run", "--run"]),
        (["view", "nowhere"], ["nowhere holds no run"]),
        (["list", "problem"], ["unknown list 'problem'", "problems"]),
        (["decode"], ["Missing argument"]),
    ],
)
def test_an_error_helps(folder: Path, arguments: list[str], said: list[str]) -> None:
    done = reason(*arguments, cwd=folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for text in said:
        assert text in done.stderr


def test_debug_shows_the_traceback(folder: Path) -> None:
    done = reason("--debug", "decode", "sums.jsonl", "--model", "scripted:model.py@broken", cwd=folder)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_score_view_and_compare(folder: Path) -> None:
    reason("decode", "sums.jsonl", *MODEL, "--run", "a", cwd=folder)
    reason("decode", "sums.jsonl", *MODEL, "--method", "last", "--run", "b", cwd=folder)
    scored = reason("score", "a", cwd=folder)
    assert "0 completions generated; the verdicts of 0 problems changed" in scored.stderr
    assert "subthought vote" in scored.stdout
    viewed = reason("view", "a", "--no-browser", "-o", "page.html", cwd=folder)
    assert viewed.returncode == 0, viewed.stderr
    assert "<html" in (folder / "page.html").read_text(encoding="utf-8")
    compared = reason("compare", "a", "b", cwd=folder)
    assert compared.returncode == 0, compared.stderr
    assert "not significant" in compared.stdout
    assert "tokens a problem" in compared.stdout
    as_json = json.loads(reason("compare", "a", "b", "--json", cwd=folder).stdout)
    assert (as_json["problems"], as_json["comparisons"][0]["difference"]) == (4, 0)
    several = reason("compare", "a:all", "b", "--html", "page.html", cwd=folder)
    assert several.returncode == 0, several.stderr
    assert "Holm-adjusted p" in several.stdout
    assert "self-consistency (A)" in (folder / "page.html").read_text(encoding="utf-8")
    unknown = reason("compare", "a:last", "b", cwd=folder)
    assert "did you mean last answer?" in unknown.stderr


def test_a_second_verifier_lists_what_to_read(folder: Path) -> None:
    pytest.importorskip("math_verify")
    reason("decode", "sums.jsonl", *MODEL, "--run", "a", cwd=folder)
    done = reason("score", "a", "--also", "math-verify", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "math-verify differs on 0 of 1 different answers" in done.stderr
    assert json.loads((folder / "a" / "disagreements.json").read_text()) == []
    wrong = reason("score", "a", "--also", "mathverify", cwd=folder)
    assert wrong.returncode == 2
    assert "did you mean math-verify?" in wrong.stderr


def test_doctor_names_the_fix_and_checks_a_run(folder: Path) -> None:
    reason("decode", "sums.jsonl", *MODEL, "--run", "a", cwd=folder)
    done = reason("doctor", "a", cwd=folder)
    assert "grader: its worker answers" in done.stdout
    assert "0 damaged rows now" in done.stdout
    bad = reason("doctor", cwd=folder, REASONING_TOOLKIT_DATA="/does/not/exist")
    assert bad.returncode == 1
    assert "broken  data" in bad.stdout
    assert "fix: " in bad.stdout


def test_a_signal_ends_the_command_even_if_a_library_never_lets_go(folder: Path) -> None:
    """The engine's clean-up hangs: the process ends by itself with the signal's code, and what was finished is kept."""
    stuck = (
        "import sys, time\nimport reasoning_toolkit.engines.scripted as scripted\nimport reasoning_toolkit.cli as cli\n"
        "scripted.ScriptedEngine.close = lambda self: time.sleep(600)\ncli.PATIENCE = 1\n"
        "sys.argv = ['reason', 'decode', 'sums.jsonl', '--model', 'scripted:model.py@reply', '--engine-arg', 'delay=0.2',"
        " '--engine-arg', 'slots=1', '--run', 'out']\ncli.main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", stuck], cwd=folder, stderr=subprocess.PIPE, text=True)
    while not (folder / "out" / "ledger.sqlite").exists():
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert reason("decode", "sums.jsonl", *MODEL, "--run", "out", cwd=folder).returncode == 0


def test_list_names_what_there_is(folder: Path) -> None:
    text = reason("list", cwd=folder).stdout
    for name in (
        "gsm8k",
        "math500",
        "aime24",
        "builtin",
        "vllm",
        "smollm2",
        "subthought",
        "line_compat",
        "certified",
        "<think> … </think>",
    ):
        assert name in text


def test_a_torn_data_file_is_refused_with_line_and_id(folder: Path) -> None:
    data = (folder / "sums.jsonl").read_text()
    (folder / "torn.jsonl").write_text(data[:-20])
    done = reason("decode", "torn.jsonl", *MODEL, cwd=folder)
    assert done.returncode == 2
    assert "torn.jsonl" in done.stderr
    assert "line 4" in done.stderr
