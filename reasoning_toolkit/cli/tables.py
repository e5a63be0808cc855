"""Results as tables and as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.cli import screen


def report_table(report: Mapping[str, Any], folder: Path) -> None:
    """Print a decode's report: methods with intervals and costs, comparisons, notes, where to look."""
    from rich.table import Table

    out = screen.console(sys.stdout)
    table = Table(title=report["title"], title_justify="left", title_style="bold")
    for name in ("method", "accuracy", "95 % interval", "right", "unanswered", "cut off", "tokens/problem"):
        table.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for row in report["methods"]:
        table.add_row(*_cells(row))
    out.print(table)
    lines = _stopping_lines(report.get("stopping") or {}) + _signal_lines(report.get("signals") or {})
    for line in [c["sentence"] for c in report["comparisons"]] + lines:
        out.print(line, markup=False)
    for note in report["notes"]:
        out.print(f"note: {note}", markup=False)
    out.print(f"report: {folder / 'report.html'}   details: {folder / 'report.json'}", markup=False)


def summary_json(report: Mapping[str, Any]) -> str:
    """The report without the problems' texts: one line for each problem's answers."""
    short = {key: value for key, value in report.items() if key != "problems"}
    problems = [{"id": p["id"], "gold": p["gold"], "answers": p["answers"]} for p in report["problems"]]
    return json.dumps(short | {"problems": problems}, indent=1, sort_keys=True)


def _cells(row: Mapping[str, Any]) -> list[str]:
    low, high = row["interval"]
    return [
        row["name"],
        f"{100 * row['accuracy']:.1f} %",
        f"{100 * low:.1f} to {100 * high:.1f}",
        f"{row['right']}/{row['total']}",
        f"{100 * row['unanswered']:.1f} %",
        f"{100 * row['truncated']:.1f} %",
        f"{row['tokens_per_problem']:,.0f}",
    ]


def _stopping_lines(stopping: Mapping[str, Any]) -> list[str]:
    if not stopping:
        return []
    fired = ", ".join(f"{name} {count}" for name, count in stopping["fired"].items())
    alpha = "" if stopping["alpha"] is None else f" (alpha {stopping['alpha']})"
    share = 100 * stopping["drawn"] / stopping["total"]
    return [
        f"votes stopped by {stopping['rule']}{alpha} after {stopping['drawn']:,} of {stopping['total']:,} "
        f"draws ({share:.0f} %): {fired}; about {stopping['tokens_saved']:,} tokens saved"
    ]


def _signal_lines(signals: Mapping[str, Any]) -> list[str]:
    if not signals:
        return []
    means = [
        (f"{signals[key]:.2f} bits where the last answer is {word}")
        for key, word in _SPLITS
        if signals[key] is not None
    ]
    lines = [f"entropy of the answers: {', '.join(means)}; {signals['mean_subthoughts']:.1f} subthoughts a trace"]
    if signals["auroc"] is not None:
        interval = signals["auroc_interval"]
        bounds = (
            f" (95 % interval {interval[0]:.2f} to {interval[1]:.2f})"
            if interval
            else " (too few problems for an interval)"
        )
        lines.append(f"low entropy as a sign of a right last answer: AUROC {signals['auroc']:.2f}{bounds}")
    return lines


_SPLITS = (("entropy_right", "right"), ("entropy_wrong", "wrong"))
