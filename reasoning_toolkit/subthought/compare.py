"""Two reports, compared on the problems they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reasoning_toolkit.errors import DataError, unknown
from reasoning_toolkit.stats.paired import compare_paired


def compare_reports(
    a: Mapping[str, Any], b: Mapping[str, Any], method_a: str | None = None, method_b: str | None = None
) -> dict[str, Any]:
    """Paired comparison of a method of each report (their first by default).

    Raises:
        UsageError: a report has no such method.
        DataError: no problem in common, or a problem with two different gold answers.
    """
    rows = [_row(report, name) for report, name in ((a, method_a), (b, method_b))]
    problems_a, problems_b = ({p["id"]: p for p in report["problems"]} for report in (a, b))
    shared = [i for i in problems_a if i in problems_b]
    if not shared:
        raise DataError("the runs have no problem in common", hint="decode the same problems with both")
    for i in shared:
        if problems_a[i]["question"] != problems_b[i]["question"]:
            raise DataError(
                f"problem {i!r} has different questions in the two runs", hint="they were made from different data"
            )
    right_a, right_b = (
        [problems[i]["answers"][row["name"]]["outcome"] == "right" for i in shared]
        for problems, row in ((problems_a, rows[0]), (problems_b, rows[1]))
    )
    names = [f"{row['name']} ({label})" for row, label in zip(rows, _labels(a, b), strict=True)]
    compared = compare_paired(names[0], right_a, names[1], right_b)
    found = asdict(compared) | {"sentence": compared.sentence}
    costs = {"tokens_a": rows[0]["tokens_per_problem"], "tokens_b": rows[1]["tokens_per_problem"]}
    left_out = len(problems_a) + len(problems_b) - 2 * len(shared)
    return {"a": names[0], "b": names[1], "left_out": left_out} | found | costs


def _row(report: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    answered: dict[str, Mapping[str, Any]] = {
        row["name"]: row for row in report["methods"] if row["name"] in report["problems"][0]["answers"]
    }
    if name is None:
        return next(iter(answered.values()))
    if name not in answered:
        raise unknown("method of this run", name, answered)
    return answered[name]


def _labels(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[str, str]:
    """What tells the two runs apart in a sentence."""
    models = a["run"]["model"], b["run"]["model"]
    return models if models[0] != models[1] else ("A", "B")
