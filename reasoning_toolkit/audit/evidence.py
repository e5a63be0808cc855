"""All that an audit's report rests on: of each problem its samples, what was planned for it and what its readers settled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.manifest import Manifest
from reasoning_toolkit.audit.pools import Pool, read_pools
from reasoning_toolkit.audit.progress import ProblemReading
from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.errors import RunError

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Audited:
    """One problem: its samples, where its reading stands, what else the data set knows of it, which votes elected the right answer."""

    pool: Pool
    reading: ProblemReading
    extra: Mapping[str, Any]
    votes: Mapping[str, bool] = field(default_factory=dict)

    @property
    def first_sound(self) -> int | None:
        """Place of the first sound solution in reading order, from 1; None where there is none, or the problem is defective."""
        return self.reading.verdicts.index(True) + 1 if any(self.reading.verdicts) else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The problems of a run under audit, its plan and its readings.

    Attributes:
        problems: in the order of the run.
        manifest: the plan in force.
        state: all that readers said.
        gold: known verdicts of the items that were mixed in.
        title: what was run, as the run's report says it.
        settings: of the run.
    """

    problems: Sequence[Audited]
    manifest: Manifest
    state: State
    gold: Mapping[str, str]
    title: str
    settings: Mapping[str, Any]


def read_evidence(run: Path) -> Evidence:
    """The evidence in a run directory.

    Raises:
        RunError: there is no plan, it was changed, or samples came after it.
    """
    queue = Queue(run)
    try:
        manifest, progress, state = queue.manifest, queue.progress(), queue.state()
        gold = {item: known for item, known in queue.gold.items() if known is not None}
    finally:
        queue.close()
    pools = read_pools(run, after_thinking=manifest.after_thinking)
    if [(p.problem, len(p.samples), accepted(p)) for p in pools] != [(p.problem, p.n, p.c) for p in manifest.problems]:
        raise RunError(
            f"the samples of {run} are not those of its plan", hint="`reason audit plan` again; every verdict is kept"
        )
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    problems = [
        Audited(pool, reading, row.get("extra") or {}, _votes(row))
        for pool, reading, row in zip(pools, progress, report["problems"], strict=True)
    ]
    return Evidence(problems, manifest, state, gold, str(report["title"]), report["run"]["config"])


def _votes(problem: Mapping[str, Any]) -> dict[str, bool]:
    return {name: verdict["outcome"] == "right" for name, verdict in problem.get("answers", {}).items()}


def accepted(pool: Pool) -> int:
    """Samples of a problem that the grader accepted."""
    return sum(sample.accepted for sample in pool.samples)


def counts(problems: Sequence[Audited]) -> tuple[Whole, Whole]:
    """Samples and accepted ones of each problem, shapes (problems,)."""
    plans = [problem.reading.plan for problem in problems]
    return np.array([plan.n for plan in plans]), np.array([plan.c for plan in plans])


def still_open(problems: Sequence[Audited]) -> int:
    """Problems that were drawn and are not read to their end: while there is one, no figure is unbiased."""
    return sum(problem.reading.standing == "open" for problem in problems)
