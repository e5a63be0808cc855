"""Stopped at any moment, in any way, a run loses nothing, makes nothing twice, and ends with the same report."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from benchmarks.kill_resume import EARLY, Attempts, count_orphans, measure, write_problems
from reasoning_toolkit.runs.run import read_run

KILLS = int(os.environ.get("RT_KILLS", "16")) // 2


@pytest.mark.parametrize("workers", [1, 2])
def test_kill_9_at_random_moments(tmp_path: Path, workers: int) -> None:
    figures = measure(KILLS, workers, seed=7, folder=tmp_path)
    assert figures.kills == KILLS
    assert figures.completions >= 200
    assert (figures.lost, figures.duplicated, figures.different, figures.orphans) == (0, 0, [], 0)
    assert figures.remade <= 4 * (workers + 1) * figures.kills  # what was in flight


@pytest.mark.parametrize("options", EARLY, ids=lambda options: options[1])
def test_kill_9_in_the_middle_of_a_vote_that_ends_early(tmp_path: Path, options: tuple[str, ...]) -> None:
    """The resumed run stops at the same draws and returns the same answers: both are in report.json."""
    figures = measure(3, 2, seed=7, folder=tmp_path, options=options)
    assert figures.kills == 3
    assert (figures.lost, figures.duplicated, figures.different, figures.orphans) == (0, 0, [], 0)


def test_the_measure_sees_a_loss_a_repetition_and_a_difference(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path / "run", write_problems(tmp_path / "problems.jsonl", 2), workers=1)
    attempts.finish()
    report, made = attempts.results(), sum(attempts.calls().values())
    ledger = sqlite3.connect(tmp_path / "run" / "ledger.sqlite")
    with ledger:
        key = ledger.execute("SELECT min(key) FROM completions").fetchone()[0]
        ledger.execute("DELETE FROM completions WHERE key = ?", (key,))
    ledger.close()
    attempts.compare()
    assert (attempts.lost, attempts.duplicated) == (1, 0)
    assert attempts.results() != report
    attempts.kept = report["completions"]
    attempts.finish()
    assert sum(attempts.calls().values()) == made + 1
    assert (attempts.lost, attempts.duplicated) == (1, 1)  # back with the same bytes, but made again
    assert attempts.results() == report


def test_ten_kills_in_a_row_never_leave_less_than_before(tmp_path: Path) -> None:
    problems = write_problems(tmp_path / "problems.jsonl", 20)
    whole, nested = (Attempts(tmp_path / name, problems, workers=2) for name in ("whole", "nested"))
    whole.finish()
    total, held = len(whole.rows()), [0]
    for part in range(1, 11):
        process = nested.start()
        while process.poll() is None and len(nested.rows()) < total * part // 11:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert count_orphans(nested.run) == 0
        nested.compare()
        held.append(len(nested.rows()))
    assert held == sorted(held)
    nested.finish()
    assert (nested.lost, nested.duplicated) == (0, 0)
    assert nested.results() == whole.results()
    assert not list(nested.run.glob("*damaged*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_signal_ends_it_with_its_code_and_no_child(
    tmp_path: Path, number: signal.Signals, code: int, workers: int
) -> None:
    problems = write_problems(tmp_path / "problems.jsonl", 20)
    attempts = Attempts(tmp_path / "run", problems, workers)
    process = attempts.start()
    while process.poll() is None and len(attempts.rows()) < 20:
        time.sleep(0.002)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == code
    assert b"the same command goes on" in said
    assert b"Traceback" not in said
    assert count_orphans(attempts.run) == 0
    attempts.compare()
    assert 20 <= len(attempts.kept) < 250
    ((made,),) = sqlite3.connect(attempts.run / "ledger.sqlite").execute("SELECT made FROM attempts").fetchall()
    assert len(attempts.kept) - made in (0, 1)  # the signal may come between the commit and the count
    attempts.finish()
    assert (attempts.lost, attempts.duplicated) == (0, 0)


@pytest.mark.parametrize(("rule", "workers"), [("sharp", 1), ("hybrid", 2)])
def test_kill_9_in_a_run_whose_votes_end_early(tmp_path: Path, rule: str, workers: int) -> None:
    """What was under way when a vote was decided differs from run to run; records and reports do not."""
    problems = write_problems(tmp_path / "problems.jsonl", 12)
    whole, killed = (Attempts(tmp_path / name, problems, workers, ("--stop", rule, "-n", "4")) for name in "ab")
    seconds, draw, kills = whole.finish(), random.Random(rule), 0
    for _ in range(6):
        process = killed.start()
        time.sleep(draw.uniform(0.3, 0.9) * seconds)
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        killed.compare()
    killed.finish()
    assert kills >= 2
    assert (killed.lost, killed.duplicated, count_orphans(killed.run)) == (0, 0, 0)
    assert [killed.results()[name] for name in FILES] == [whole.results()[name] for name in FILES]
    assert records(killed.run) == records(whole.run)


FILES = ("report.json", "report.html")


def records(folder: Path) -> dict[str, object]:
    _, ledger = read_run(folder)
    found = ledger.load_all("record")
    ledger.close()
    assert all(record["stop"] for record in found.values())
    return found
