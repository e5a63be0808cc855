"""Runs and their methods, compared on the problems they share: whole, and at equal generated tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.errors import DataError, UsageError, unknown
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.stats.intervals import wilson_interval
from reasoning_toolkit.stats.paired import compare_paired, holm
from reasoning_toolkit.subthought.equal_tokens import shown, token_curves
from reasoning_toolkit.subthought.from_report import pool

Report = Mapping[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def compare_reports(arms: Sequence[tuple[Report, str]]) -> dict[str, Any]:
    """Compare methods of reports with the first of them, problem by problem, as plain JSON data.

    Args:
        arms: a report and the name of one of its methods (`methods_of`); the same report may stand there several times.

    Returns:
        `arms` with accuracy, interval and tokens; `comparisons` (exact McNemar, Holm-adjusted if several); `curves` at equal
        tokens, of the methods that allow them; `left_out`, problems that not all of the runs have.

    Raises:
        UsageError: fewer than two arms, one twice, or a report has no such method.
        DataError: no problem in common, or a problem with two different questions.
    """
    names = _names(arms)
    if len(set(names)) < max(2, len(names)):
        raise UsageError(
            f"expected two or more different methods to compare, got {', '.join(names)}",
            hint="name another run, or a method of a run: RUN:METHOD",
        )
    problems = [{p["id"]: p for p in report["problems"]} for report, _ in arms]
    shared = _shared(problems)
    right = [
        [_outcome(own[i], method) == "right" for i in shared] for own, (_, method) in zip(problems, arms, strict=True)
    ]
    found = holm([compare_paired(names[0], right[0], name, r) for name, r in zip(names[1:], right[1:], strict=True)])
    pools = [{i: pool(own[i], method) for i in shared} for own, (_, method) in zip(problems, arms, strict=True)]
    drawn = [Arm(name, {i: [p] for i, p in own.items() if p}) for name, own in zip(names, pools, strict=True)]
    return {
        "title": "Comparison of " + ", ".join(names),
        "problems": len(shared),
        "left_out": len({i for own in problems for i in own}) - len(shared),
        "arms": [_arm(name, arm, r) for name, arm, r in zip(names, arms, right, strict=True)],
        "comparisons": [shown(comparison) for comparison in found],
        "curves": token_curves([arm for arm in drawn if arm.pools]),
    }


def methods_of(report: Report) -> list[str]:
    """The methods of a report that answer problems, its own first."""
    return [row["name"] for row in report["methods"] if any(row["name"] in p["answers"] for p in report["problems"])]


def _names(arms: Sequence[tuple[Report, str]]) -> list[str]:
    """Each arm's method, with what tells its run from the others: the model where that does, else a letter."""
    runs: list[Report] = []
    for report, method in arms:
        if method not in methods_of(report):
            raise unknown("method of this run", method, methods_of(report))
        if not any(report is other for other in runs):
            runs.append(report)
    if len(runs) == 1:
        return [method for _, method in arms]
    models = [report["run"]["model"] for report in runs]
    labels = models if len(set(models)) == len(models) else list(LETTERS)
    return [f"{method} ({labels[[r is report for r in runs].index(True)]})" for report, method in arms]


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


def _arm(name: str, arm: tuple[Report, str], right: Sequence[bool]) -> dict[str, Any]:
    report, method = arm
    row = next(row for row in report["methods"] if row["name"] == method)
    return {
        "name": name,
        "model": report["run"]["model"],
        "method": method,
        "right": sum(right),
        "total": len(right),
        "accuracy": sum(right) / len(right),
        "interval": list(wilson_interval(sum(right), len(right))),
        "tokens_per_problem": row["tokens_per_problem"],
    }
