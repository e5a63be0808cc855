"""Runs and their methods, compared on the problems they share: whole, and at equal generated tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reasoning_toolkit.errors import DataError, UsageError, unknown
from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.stats.intervals import wilson_interval
from reasoning_toolkit.stats.paired import compare_paired, holm
from reasoning_toolkit.subthought.equal_tokens import shown, token_curves

Report = Mapping[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Contender:
    """A method of a run.

    Attributes:
        report: of the run; the same object for all methods of a run.
        method: a row of it (`methods_of`).
        pools: what the method drew for each problem, by id; empty where that does not tell its accuracy with fewer tokens.
    """

    report: Report
    method: str
    pools: Mapping[str, Pool] = field(default_factory=dict)


def compare_reports(contenders: Sequence[Contender]) -> dict[str, Any]:
    """Compare methods of runs with the first of them, problem by problem, as plain JSON data.

    Returns:
        `arms` with accuracy, interval and tokens; `comparisons` (exact McNemar, Holm-adjusted if several); `curves` at equal
        tokens, of the methods that allow them; `left_out`, problems that not all of the runs have.

    Raises:
        UsageError: fewer than two arms, one twice, or a report has no such method.
        DataError: no problem in common, or a problem with two different questions.
    """
    names = _names(contenders)
    if len(set(names)) < max(2, len(names)):
        raise UsageError(
            f"expected two or more different methods to compare, got {', '.join(names)}",
            hint="name another run, or a method of a run: RUN:METHOD",
        )
    problems = [{p["id"]: p for p in one.report["problems"]} for one in contenders]
    shared = _shared(problems)
    right = [
        [_outcome(own[i], one.method) == "right" for i in shared] for own, one in zip(problems, contenders, strict=True)
    ]
    found = holm([compare_paired(names[0], right[0], name, r) for name, r in zip(names[1:], right[1:], strict=True)])
    drawn = [
        Arm(name, {i: [one.pools[i]] for i in shared})
        for name, one in zip(names, contenders, strict=True)
        if one.pools.keys() >= set(shared)
    ]
    return {
        "title": "Comparison of " + " · ".join(names),
        "problems": len(shared),
        "left_out": len({i for own in problems for i in own}) - len(shared),
        "arms": [_arm(name, one, r) for name, one, r in zip(names, contenders, right, strict=True)],
        "comparisons": [shown(comparison) for comparison in found],
        "curves": token_curves(drawn),
    }


def methods_of(report: Report) -> list[str]:
    """The methods of a report that answer problems, its own first."""
    return [row["name"] for row in report["methods"] if any(row["name"] in p["answers"] for p in report["problems"])]


def _names(contenders: Sequence[Contender]) -> list[str]:
    """Each one's method, with what tells its run from the others: the model where that does, else a letter."""
    runs: list[Report] = []
    for one in contenders:
        if one.method not in methods_of(one.report):
            raise unknown("method of this run", one.method, methods_of(one.report))
        if not any(one.report is other for other in runs):
            runs.append(one.report)
    if len(runs) == 1:
        return [one.method for one in contenders]
    models = [report["run"]["model"] for report in runs]
    labels = models if len(set(models)) == len(models) else list(LETTERS)
    return [f"{one.method} ({labels[[run is one.report for run in runs].index(True)]})" for one in contenders]


def _shared(problems: Sequence[Mapping[str, Any]]) -> list[str]:
    shared = [i for i in problems[0] if all(i in own for own in problems)]
    if not shared:
        raise DataError("the runs have no problem in common", hint="decode the same problems with all of them")
    for i in shared:
        if len({own[i]["question"] for own in problems}) > 1:
            raise DataError(
                f"problem {i!r} has different questions in the runs", hint="they were made from different data"
            )
    return shared


def _outcome(problem: Mapping[str, Any], method: str) -> str:
    return str(problem["answers"][method]["outcome"]) if method in problem["answers"] else "error"


def _arm(name: str, one: Contender, right: Sequence[bool]) -> dict[str, Any]:
    row = next(row for row in one.report["methods"] if row["name"] == one.method)
    return {
        "name": name,
        "model": one.report["run"]["model"],
        "method": one.method,
        "right": sum(right),
        "total": len(right),
        "accuracy": sum(right) / len(right),
        "interval": list(wilson_interval(sum(right), len(right))),
        "tokens_per_problem": row["tokens_per_problem"],
    }
