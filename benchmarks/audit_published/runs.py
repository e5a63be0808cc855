"""Automatic and audited accuracy of each run: one selected solution a problem, accepted or not, sound or not."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.audit_published.reading import Data
from reasoning_toolkit.stats.gaps import gap_change
from reasoning_toolkit.stats.intervals import wilson_interval
from reasoning_toolkit.stats.paired import compare_paired, holm


def run_figures(data: Data) -> dict[str, Any]:
    """Counts, both accuracies and the false-positive share of each run with 95 % Wilson intervals."""
    problems = Counter(row["dataset"] for row in data["problems"])
    return {run["run_id"]: _figures(data, run["run_id"], problems[run["dataset"]]) for run in data["runs"]}


def run_tests(data: Data) -> dict[str, Any]:
    """Of each configuration, its fewest samples against its most: audited accuracy (exact McNemar, Holm) and the gap."""
    ladders: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for run in data["runs"]:
        key = tuple(str(run[name]) for name in ("model", "generator", "selector", "dataset"))
        ladders.setdefault(key, []).append(run)
    ends = [(key, min(runs, key=_samples), max(runs, key=_samples)) for key, runs in ladders.items() if len(runs) > 1]
    outcomes = [(key, _outcomes(data, few), _outcomes(data, many), few, many) for key, few, many in ends]
    compared = holm(
        [
            compare_paired(few["run_id"], [a > b for a, b in first], many["run_id"], [a > b for a, b in last])
            for _, first, last, few, many in outcomes
        ]
    )
    rows = {}
    for (key, first, last, few, many), audited in zip(outcomes, compared, strict=True):
        gap = gap_change([float(b) for _, b in first], [float(b) for _, b in last])
        rows["|".join(key)] = {
            "samples": [few["n_samples"], many["n_samples"]],
            "audited_gained": audited.gained,
            "audited_lost": audited.lost,
            "audited_p": audited.p_value,
            "audited_p_holm": audited.p_holm,
            "gap_change": gap.change,
            "gap_interval": list(gap.interval),
            "gap_p": gap.p_value,
        }
    return rows


def _samples(run: dict[str, Any]) -> int:
    return int(run["n_samples"])


def _figures(data: Data, run_id: str, problems: int) -> dict[str, Any]:
    rows = [row for row in data["run_rows"] if row["run_id"] == run_id and row["auto_correct"]]
    accepted, flawed = len(rows), sum(row["false_positive"] for row in rows)
    return {
        "n_problems": problems,
        "auto_correct": accepted,
        "false_positives": flawed,
        "auto_acc": accepted / problems,
        "auto_interval": list(wilson_interval(accepted, problems)),
        "manual_acc": (accepted - flawed) / problems,
        "manual_interval": list(wilson_interval(accepted - flawed, problems)),
        "false_positive_share": flawed / accepted if accepted else None,
        "false_positive_interval": list(wilson_interval(flawed, accepted)) if accepted else None,
    }


def _outcomes(data: Data, run: dict[str, Any]) -> list[tuple[bool, bool]]:
    """(accepted, false positive) of each problem of the data set; one that a run does not list was answered wrongly."""
    rows = {row["pid"]: row for row in data["run_rows"] if row["run_id"] == run["run_id"]}
    pids = [row["pid"] for row in data["problems"] if row["dataset"] == run["dataset"]]
    return [(pid in rows and rows[pid]["auto_correct"], pid in rows and rows[pid]["false_positive"]) for pid in pids]
