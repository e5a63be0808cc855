"""A small run whose audit has been read by scripted readers who tell the truth that the texts hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.evidence import Audited, Evidence, read_evidence
from reasoning_toolkit.audit.plan import make_plan
from reasoning_toolkit.audit.pools import Pool, Sample
from reasoning_toolkit.audit.progress import read_progress
from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.audit.verdicts import Reading
from tests.audit.sample_run import write_run

FLAW = {"verdict": "flawed", "step": 0, "type": "logical", "seconds": 30}
N = 6
# Of each problem: of six samples the accepted ones, true for sound.
TRUTH = ([True, True, False], [False, False], [True], [], [False, True, False, False, True])
LEVELS = (1, 1, 2, 2, 3)


def planned_run(folder: Path, truth: Sequence[Sequence[bool]] = TRUTH, **settings: Any) -> Path:
    """A run with its plan, not read yet; problems have levels."""
    rows = [
        [(f"{i}.{j} {'sound' if j < len(row) and row[j] else 'flawed'}", j < len(row)) for j in range(N)]
        for i, row in enumerate(truth)
    ]
    run = write_run(folder, rows)
    path = run / "report.json"
    report = json.loads(path.read_text()) | {"title": "self-consistency on <b>some set</b>"}
    for number, problem in enumerate(report["problems"]):
        problem["extra"] = {"level": LEVELS[number % len(LEVELS)], "program": [1, 2]}
    path.write_text(json.dumps(report))
    plan_audit(run, **{"budget": 1000} | settings)
    return run


def read_all(run: Path, most: int = 1000, readers: Sequence[str] = ("anna", "bob"), **said: str) -> None:
    """Readers in turn, at most so many readings; `said` replaces what is said of a text's start, as `p="defective"`."""
    queue, count, idle = Queue(run), 0, 0
    while count < most and idle < len(readers):
        for reader in readers:
            handed = queue.take(reader)
            idle = 0 if handed else idle + 1
            if handed and count < most:
                name, verdict = handed.item.text.split()
                verdict = said.get("p" + name.split(".")[0], verdict)
                queue.answer(reader, handed.lease, FLAW if verdict == "flawed" else {"verdict": verdict, "seconds": 10})
                count += 1
    queue.close()


def read_run(folder: Path, **settings: Any) -> Evidence:
    """The evidence of a run that was read to its end."""
    run = planned_run(folder, **settings)
    read_all(run)
    return read_evidence(run)


def read_in_memory(seed: int, truth: Sequence[Sequence[bool]] = TRUTH, **settings: Any) -> list[Audited]:
    """The same without files: a plan of this seed, one reader who tells the truth."""
    pools = [
        Pool(f"p{i}", f"{i}?", "7", tuple(Sample(f"{i}.{j}", "7", j < len(row)) for j in range(N)))
        for i, row in enumerate(truth)
    ]
    plan = make_plan(pools, **{"budget": 1000, "seed": seed, "confirmations": 1} | settings)
    state = State()
    for problem, row in zip(plan.problems, truth, strict=True):
        for number, item in zip(problem.order, problem.items, strict=True):
            state.readings[item]["anna"] = Reading("sound") if row[number] else Reading("flawed", 0, "logical")
    progress = read_progress(plan, state)
    return [Audited(pool, reading, {}) for pool, reading in zip(pools, progress, strict=True)]
