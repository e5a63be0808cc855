"""kill -9 at random moments: what a run loses, makes twice, or reports differently. It should be nothing.

    python -m benchmarks.kill_resume [--kills 100] [--seed 0] [--out results]

The command `reason decode` runs over a scripted model with one and with two worker processes, is killed at seeded random moments
(starting, working, resuming, and once in five while it writes its report), and is given again until it ends; up to ten kills in
a row for one run. After every kill the ledger is read and the model's own count of its calls is compared with it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, write_result

PROJECT = Path(__file__).resolve().parents[1]
PROBLEMS = 20
DELAY = 0.002
LONGEST_CHAIN = 10
EARLY = (("--stop", "sharp", "--n", "4"), ("--method", "adaptive-consistency", "--n", "20"))  # votes that end early
COMMAND = (sys.executable, "-c", "from reasoning_toolkit.cli import main; main()", "decode")
MODEL = "scripted:tests/scripts/reasoner.py@counted_reply"


@dataclass(slots=True)
class Figures:
    """What many kills did, with one number of worker processes.

    Attributes:
        options: further options of the command. A vote that ends early leaves in the ledger what else was under way, which depends on
            timing; its draws, answers and report must not.
        kills: processes that were killed before they ended.
        while_reporting: those of them that had begun to write the report.
        runs: runs that were killed at least once and then finished.
        completions: completions of the uninterrupted run.
        lost: completions that were in the ledger after a kill and not, or not the same, later.
        duplicated: completions made again though the ledger had them when the process began, or kept twice.
        remade: completions that were in flight at a kill, and so made again.
        different: files of finished runs (keys, report.json, report.html) that differ from the uninterrupted run's.
        orphans: processes that still lived five seconds after their parent was killed.
    """

    workers: int
    options: tuple[str, ...] = ()
    kills: int = 0
    while_reporting: int = 0
    runs: int = 0
    completions: int = 0
    lost: int = 0
    duplicated: int = 0
    remade: int = 0
    different: list[str] = field(default_factory=list)
    orphans: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=PROJECT / "results")
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rows = [measure(arguments.kills // 2, workers, arguments.seed, Path(folder)) for workers in (1, 2)]
        rows += [measure(arguments.kills // 4, 2, arguments.seed, Path(folder), options) for options in EARLY]
    settings = {"seed": arguments.seed, "kills": arguments.kills, "seconds": round(time.monotonic() - started, 1)}
    payload = {"machine": machine(), **settings, "rows": [asdict(row) for row in rows]}
    path = write_result("kill_resume", payload, arguments.out)
    for row in rows:
        print(json.dumps(asdict(row)))
    print(f"written to {path}")


def measure(kills: int, workers: int, seed: int, folder: Path, options: tuple[str, ...] = ()) -> Figures:
    """Kill runs until `kills` processes were killed.

    Args:
        folder: where problems and runs are put.
        options: further options of the command.
    """
    draw, figures = random.Random(f"{seed} {workers}"), Figures(workers, options)
    name = "-".join([str(workers), *(o.strip("-") for o in options)])
    problems = write_problems(folder / "problems.jsonl", PROBLEMS)
    whole = Attempts(folder / f"whole-{name}", problems, workers, options)
    seconds = whole.finish()
    expected = whole.results()
    figures.completions = len(whole.rows())
    while figures.kills < kills:
        figures.runs += 1
        chain = Attempts(folder / f"killed-{name}-{figures.runs}", problems, workers, options)
        for _ in range(min(draw.randint(1, LONGEST_CHAIN), kills - figures.kills)):
            if not _kill_once(chain, draw, seconds, figures):
                break
        chain.finish()
        figures.lost += chain.lost
        figures.duplicated += chain.duplicated
        figures.remade += sum(chain.calls().values()) - figures.completions
        found = chain.results()
        figures.different += [f"{chain.run.name}/{name}" for name in expected if found[name] != expected[name]]
    return figures


def _kill_once(chain: Attempts, draw: random.Random, seconds: float, figures: Figures) -> bool:
    """Start the command and kill it; whether it was killed before it ended."""
    process = chain.start()
    if draw.random() < 0.2:
        chain.await_report(process)
        time.sleep(draw.uniform(0, 0.004))
    else:
        time.sleep(draw.uniform(0.2 * seconds, seconds))
    process.kill()
    killed = process.wait() == -signal.SIGKILL
    figures.orphans += count_orphans(chain.run)
    figures.kills += killed
    figures.while_reporting += killed and chain.reporting()
    chain.compare()
    return killed


class Attempts:
    """One run directory, the attempts at it, and what the ledger held after each.

    Args:
        options: more options of the command.
    """

    def __init__(self, run: Path, problems: Path, workers: int, options: tuple[str, ...] = ()) -> None:
        self.run, self.problems, self.workers, self.options = run, problems, workers, options
        self.calls_file = run.with_suffix(".calls")
        self.kept: dict[str, tuple[Any, ...]] = {}
        self.called: Counter[str] = Counter()
        self.lost = self.duplicated = 0

    def start(self) -> subprocess.Popen[bytes]:
        """The command, in a process of its own."""
        options = ("--model", MODEL, "--engine-arg", f"delay={DELAY}", "--engine-arg", f"workers={self.workers}")
        command = (*COMMAND, str(self.problems), *options, "--run", str(self.run), "--max-tokens", "600", *self.options)
        environment = os.environ | {"CALLS_FILE": str(self.calls_file), "KILL_RESUME_RUN": str(self.run)}
        return subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def finish(self) -> float:
        """Let the command end; the seconds it took."""
        started = time.monotonic()
        process = self.start()
        _, said = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the command ended with {process.returncode}: {said.decode(errors='replace')}")
        self.compare()
        return time.monotonic() - started

    def await_report(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the report is being written, or the process ends."""
        while process.poll() is None and not self.reporting():
            time.sleep(0.0003)

    def reporting(self) -> bool:
        """Whether a part of the report has been written."""
        return any((self.run / name).exists() for name in (".report.json.part", "report.json"))

    def compare(self) -> None:
        """Hold the ledger and the calls of the last attempt against what was in the ledger before it."""
        rows, calls = self.rows(), self.calls()
        self.lost += sum(rows.get(key) != row for key, row in self.kept.items())
        self.duplicated += sum(key in self.kept for key in calls - self.called)
        self.kept, self.called = rows, calls

    def rows(self) -> dict[str, tuple[Any, ...]]:
        """The completions in the ledger by key."""
        path = self.run / "ledger.sqlite"
        if not path.exists():
            return {}
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'completions'").fetchall()
            found = connection.execute("SELECT * FROM completions").fetchall() if tables else []
        finally:
            connection.close()
        self.duplicated += len(found) - len({row[0] for row in found})
        return {row[0]: row for row in found}

    def calls(self) -> Counter[str]:
        """How often the model was called for each completion, over all attempts."""
        return Counter(self.calls_file.read_text().split()) if self.calls_file.exists() else Counter()

    def results(self) -> dict[str, Any]:
        """What must not depend on kills."""
        names = ("report.json", "report.html")
        files = {name: (self.run / name).read_bytes() for name in names}
        return files if self.options else files | {"completions": self.rows()}


def write_problems(path: Path, count: int) -> Path:
    """Sums that the scripted model can answer."""
    rows = [
        {"id": f"sum-{i}", "question": f"What is {7 * i + 3} + {5 * i + 8}?", "answer": str(12 * i + 11)}
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def count_orphans(run: Path, patience: float = 5.0) -> int:
    """Processes of a run that still live after so many seconds (Linux)."""
    mark = f"KILL_RESUME_RUN={run}\0".encode()
    deadline = time.monotonic() + patience
    while (alive := sum(_has(environ, mark) for environ in Path("/proc").glob("[0-9]*/environ"))) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.01)
    return alive


def _has(environ: Path, mark: bytes) -> bool:
    try:
        return mark in environ.read_bytes()
    except OSError:  # ended meanwhile, or another user's
        return False


if __name__ == "__main__":
    main()
