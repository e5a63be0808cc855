"""A run directory through its life: made, refused, grown, shrunk, scored again, read by others."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import ConfigChanged, DiskError, NothingToShow, RunError, RunLocked
from reasoning_toolkit.problems.problem import Kind, Problem
from reasoning_toolkit.runs.drive import Counts
from reasoning_toolkit.runs.run import Run, problem_from_json, problem_to_json, read_problems, read_run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, make_report, score
from tests.scripts.reasoner import question, reply

PROBLEMS = [Problem(f"p{i}", question(i, 2 * i), str(3 * i), "test") for i in range(4)]
CONFIG = DecodeConfig(problems="test", model="scripted", method="self-consistency", n=2, max_tokens=600)
COMMAND = (sys.executable, "-c", "from reasoning_toolkit.cli import main; main()")
PROJECT = Path(__file__).resolve().parents[2]


def work(
    folder: Path, config: DecodeConfig = CONFIG, problems: list[Problem] = PROBLEMS, identity: str = "scripted"
) -> tuple[int, dict[str, Any]]:
    """Decode into a folder; the calls of the engine and the report."""
    engine = ScriptedEngine(reply, identity=identity)
    with Run(folder) as run:
        report = decode(run, problems, engine, config)
    return engine.calls, report


def test_growing_makes_exactly_what_is_new_and_equals_a_run_of_that_size(tmp_path: Path) -> None:
    assert work(tmp_path / "grown")[0] == 4 * 2
    grown = work(tmp_path / "grown", replace(CONFIG, n=5))
    assert grown[0] == 4 * 3
    direct = work(tmp_path / "direct", replace(CONFIG, n=5))
    assert direct[0] == 4 * 5
    for name in ("report.json", "report.html"):
        assert (tmp_path / "grown" / name).read_bytes() == (tmp_path / "direct" / name).read_bytes()


def test_growing_a_vote_makes_only_new_continuations(tmp_path: Path) -> None:
    vote = replace(CONFIG, method="subthought", n=1, baselines=False)
    calls, report = work(tmp_path, vote)
    subthoughts = sum(len(p["subthoughts"]) for p in report["problems"])
    assert calls == len(PROBLEMS) + subthoughts
    assert work(tmp_path, replace(vote, n=3))[0] == 2 * subthoughts


def test_shrinking_reads_a_prefix_and_makes_nothing(tmp_path: Path) -> None:
    _, whole = work(tmp_path, replace(CONFIG, n=5))
    calls, report = work(tmp_path)
    assert calls == 0
    for few, many in zip(report["problems"], whole["problems"], strict=True):
        assert few["samples"] == many["samples"][:2]


def test_more_problems_and_fewer_are_growing_too(tmp_path: Path) -> None:
    assert work(tmp_path, problems=PROBLEMS[:2])[0] == 4
    assert work(tmp_path)[0] == 4
    calls, report = work(tmp_path, problems=PROBLEMS[1:2])
    assert calls == 0
    assert [p["id"] for p in report["problems"]] == ["p1"]


def test_another_engine_is_refused_with_both_identities(tmp_path: Path) -> None:
    work(tmp_path)
    with pytest.raises(ConfigChanged, match='model was "scripted", now "other@main"'):
        work(tmp_path, identity="other@main")


def test_a_changed_question_is_refused_by_id_before_anything_is_made(tmp_path: Path) -> None:
    work(tmp_path)
    changed = [replace(p, question=p.question + " ") if p.id == "p2" else p for p in PROBLEMS]
    with pytest.raises(ConfigChanged, match="'p2' has another question"):
        work(tmp_path, problems=changed)
    assert work(tmp_path)[0] == 0


def test_a_changed_gold_answer_is_graded_again_without_the_engine(tmp_path: Path) -> None:
    _, before = work(tmp_path)
    wrong = [replace(p, answer="-1") for p in PROBLEMS]
    calls, report = work(tmp_path, problems=wrong)
    assert calls == 0
    assert before["methods"][0]["right"] > 0 == report["methods"][0]["right"]
    with Run(tmp_path) as run:
        run.keep_problems(PROBLEMS)
        scored, changed = score(run)
    assert changed > 0
    assert scored == before
    with Run(tmp_path) as run:
        assert score(run) == (before, 0)


def test_two_parts_of_one_process_cannot_open_a_run(tmp_path: Path) -> None:
    with Run(tmp_path), pytest.raises(RunLocked, match=str(os.getpid())):
        Run(tmp_path)
    Run(tmp_path).close()


def test_the_command_on_a_run_at_work_ends_with_2_and_names_the_holder(tmp_path: Path) -> None:
    work(tmp_path / "run")
    with Run(tmp_path / "run"):
        ended = subprocess.run(
            (*COMMAND, "score", str(tmp_path / "run")), capture_output=True, text=True, cwd=PROJECT, check=False
        )
    assert ended.returncode == 2
    assert f"another process (pid {os.getpid()} on " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_run_that_cannot_be_opened_is_not_left_locked(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").mkdir()
    for _ in range(2):
        with pytest.raises(DiskError):
            Run(tmp_path)
    (tmp_path / "ledger.sqlite").rmdir()
    Run(tmp_path).close()


def test_a_file_in_the_place_of_the_folder_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here first")
    for folder in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(DiskError):
            Run(folder)


def test_a_reader_sees_a_run_at_work(tmp_path: Path) -> None:
    engine = ScriptedEngine(reply)
    seen = []

    def look(decoded: object) -> None:
        _, ledger = read_run(tmp_path)
        seen.append(len(make_report(tmp_path, ledger)["problems"]))
        ledger.close()

    with Run(tmp_path) as run:
        decode(run, PROBLEMS, engine, CONFIG, finished=look)
    assert seen == [1, 2, 3, 4]


def test_runs_that_are_not_there_or_hold_nothing_say_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no run"):
        read_run(tmp_path)
    with Run(tmp_path) as run:
        run.configure(CONFIG, {"model": "m", "tags": None})
        with pytest.raises(NothingToShow):
            make_report(tmp_path, run.ledger)
    (tmp_path / "ledger.sqlite").unlink()
    with pytest.raises(RunError, match="has no ledger"):
        read_run(tmp_path)


def test_a_damaged_problem_is_never_left_out_silently(tmp_path: Path) -> None:
    _, before = work(tmp_path)
    with Run(tmp_path) as run:
        with run.ledger.connection:
            run.ledger.connection.execute("UPDATE documents SET body = '{}' WHERE kind = 'problem' AND name = 'p1'")
        with pytest.raises(RunError, match=r"1 problems .* 'p1'"):
            score(run)
    calls, after = work(tmp_path)
    assert calls == 0
    assert after["problems"] == before["problems"]


def test_attempts_are_noted_however_they_end(tmp_path: Path) -> None:
    work(tmp_path)
    counts = Counts(made=3, reused=2, decoded=1)
    with pytest.raises(KeyboardInterrupt), Run(tmp_path) as run, run.attempt(counts):
        raise KeyboardInterrupt
    _, ledger = read_run(tmp_path)
    rows = ledger.connection.execute("SELECT pid, made, reused, seconds >= 0 FROM attempts ORDER BY id").fetchall()
    assert rows == [(os.getpid(), 8, 0, 1), (os.getpid(), 3, 2, 1)]


def test_problems_come_back_in_their_order_with_everything_json_can_hold(tmp_path: Path) -> None:
    extra = {"level": 3, "tests": ["\0", "é"], "made": datetime.date(2026, 1, 2)}
    problems = [Problem("b\0", "q\ud800", "1", "s", extra), Problem("a", "q", "2", "s")]
    with Run(tmp_path) as run:
        run.keep_problems(problems)
        read = read_problems(run.ledger)
    assert read == [replace(problems[0], extra=extra | {"made": "2026-01-02"}), problems[1]]
    assert problem_from_json("a", json.loads(json.dumps(problem_to_json(problems[1])))) == problems[1]


@pytest.mark.parametrize("kind", ["value", "code"])
def test_a_problem_keeps_its_kind(kind: Kind, tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run:
        run.keep_problems([Problem("a", "q", "g", "s", {"level": 1}, kind)])
        assert read_problems(run.ledger) == [Problem("a", "q", "g", "s", {"level": 1}, kind)]
        assert ("kind" in run.ledger.load_all("problem")["a"]) is (kind == "code")
