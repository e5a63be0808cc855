"""Hostile answers: what the grader takes for each, printing included, and that no code in one is run.

    python -m benchmarks.grading_hostile [--repeats 5] [--cases ../shared/data/grading/public.jsonl] [--out results]

The answers are those of `hostile_answers.py` and, where they are there, the public cases tagged as hostile. Each goes through
every operation of `OPERATIONS` in each repeat, with nothing remembered from before; in the first repeat the sympy worker has
to start anew for each operation. Wall times, in this one process and its worker.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import reasoning_toolkit.grading.sympy_tier as sympy_tier
from benchmarks.grading import CASES
from benchmarks.grading import HOSTILE as HOSTILE_TAGS
from benchmarks.hostile_answers import HOSTILE, MARKER
from benchmarks.machine import machine, write_result
from reasoning_toolkit.grading import GRADER_VERSION, decide, extract_answer, grade
from reasoning_toolkit.grading.canonical import _form
from reasoning_toolkit.grading.grade import _remembered
from reasoning_toolkit.grading.statements import parse

GOLD = "7"
MEDIAN_S, WORST_S = 0.05, 2.0  # what the grader is to keep to
OPERATIONS: dict[str, Callable[[str, str], object]] = {
    "as prediction": decide,
    "as gold": lambda gold, answer: decide(answer, gold),
    "with itself": lambda _, answer: decide(answer, answer),
    "extract": lambda _, answer: extract_answer(answer),
    "grade": lambda gold, answer: grade(gold, answer, "stop"),
    "grade, boxed": lambda gold, answer: grade(gold, rf"So \boxed{{{answer}}}.", "stop"),
}


class Timing(NamedTuple):
    """One operation on one answer, in seconds."""

    kind: str
    answer: str
    operation: str
    seconds: float


def main() -> int:
    """Measure all. Returns 1 if an answer's code ran or a limit was passed."""
    arguments = _arguments()
    cases, out = list(_cases(arguments.cases)), arguments.out.resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        timings = [timing for repeat in range(arguments.repeats) for timing in measure(cases, cold=repeat == 0)]
        ran = Path(MARKER).exists()
        os.chdir(out.anchor)
    payload: dict[str, Any] = {
        "machine": machine(["sympy", "mpmath"]),
        "grader": GRADER_VERSION,
        "answers": len(cases),
        "repeats": arguments.repeats,
        "code_ran": ran,
        "all": summary(timings),
        "slower_than_limit": slow(timings),
        "kinds": {
            kind: summary([t for t in timings if t.kind == kind]) for kind in dict.fromkeys(t.kind for t in timings)
        },
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    path = write_result("grading_hostile", payload, out)
    print(json.dumps({key: payload[key] for key in payload if key != "machine"}, indent=2))
    print(f"written to {path}")
    everything = payload["all"]
    return int(ran or everything["median_ms"] > MEDIAN_S * 1000 or everything["worst_ms"] > WORST_S * 1000)


def measure(cases: list[tuple[str, str, str]], *, cold: bool) -> Iterator[Timing]:
    """Every operation on every answer, once."""
    for kind, gold, answer in cases:
        for name, operation in OPERATIONS.items():
            for remembered in (_remembered, _form, parse):
                remembered.cache_clear()
            if cold:
                sympy_tier._worker.stop()
            started = time.perf_counter()
            repr(operation(gold, answer))
            yield Timing(kind, answer, name, time.perf_counter() - started)


def summary(timings: list[Timing]) -> dict[str, Any]:
    """Median and worst of these timings, and where the worst came from."""
    worst = max(timings, key=lambda timing: timing.seconds)
    return {
        "answers": len({timing.answer for timing in timings}),
        "median_ms": statistics.median(timing.seconds for timing in timings) * 1000,
        "worst_ms": worst.seconds * 1000,
        "worst": f"{worst.operation}: {worst.answer[:60]!a}",
    }


def slow(timings: list[Timing]) -> dict[str, float]:
    """The answers whose own median over operations and repeats is above the limit, in milliseconds."""
    by_answer: dict[str, list[float]] = {}
    for timing in timings:
        by_answer.setdefault(f"{timing.kind}, {len(timing.answer):,} characters: {timing.answer[:40]!a}", []).append(
            timing.seconds
        )
    medians = {name: statistics.median(seconds) for name, seconds in by_answer.items()}
    return {name: median * 1000 for name, median in medians.items() if median > MEDIAN_S}


def _cases(path: Path) -> Iterator[tuple[str, str, str]]:
    """Kind, gold answer and hostile answer."""
    for kind, answers in HOSTILE.items():
        yield from ((kind, GOLD, answer) for answer in answers)
    lines = path.read_text("utf-8").splitlines() if path.exists() else ()
    for case in map(json.loads, lines):
        answer = case.get("prediction") or case.get("text")
        if answer and HOSTILE_TAGS & set(case["tags"]):
            yield "public", case.get("gold") or GOLD, answer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the grader on hostile answers.")
    parser.add_argument("--repeats", type=int, default=5, help="times that each is measured (default: 5)")
    parser.add_argument("--cases", type=Path, default=CASES, help="JSONL of cases (default: beside the repository)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
