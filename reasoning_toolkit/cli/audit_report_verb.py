"""`reason audit report`: how much of pass@k is real."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from reasoning_toolkit.cli import screen


def audit_report_verb(
    run: Annotated[Path, typer.Argument(help="Run directory with a plan.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Report on an audit as it stands: automatic and audited pass@k, false-positive shares, readers, detectors.

    Writes RUN/audit/report.json and RUN/audit/report.html, which opens without a network.
    """
    from reasoning_toolkit.audit.report import write_report

    report = write_report(run)
    if as_json:
        typer.echo(json.dumps(report, indent=1, sort_keys=True))
    else:
        _print(report, run / "audit")


def _print(report: Mapping[str, Any], folder: Path) -> None:
    from rich.table import Table

    out = screen.console(sys.stdout)
    table = Table(title=report["title"], title_justify="left", title_style="bold")
    for name in ("pass@k", "automatic", "95 % interval", "audited", "95 % interval", "these problems", "certain"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report["curves"]:
        figures = (_percent(row["automatic"]), _span(row["automatic_interval"]), _percent(row["audited"]))
        spans = (_span(row[name]) for name in ("interval", "audit_interval", "band"))
        table.add_row(str(row["k"]), *figures, *spans)
    out.print(table)
    for line in _lines(report):
        out.print(line, markup=False)
    out.print(f"report: {folder / 'report.html'}   details: {folder / 'report.json'}", markup=False)


def _lines(report: Mapping[str, Any]) -> list[str]:
    shares, read, agreement = report["shares"], report["readings"], report["agreement"]
    lines = [report["design"]["statement"]]
    if shares["by_solution"] is not None:
        lines.append(
            f"false positives: {_percent(shares['by_solution'])} of the accepted samples ({_span(shares['by_solution_interval'])}), "
            f"{_percent(shares['by_problem'])} of the solved problems ({_span(shares['by_problem_interval'])})"
        )
    lines.append(
        f"{read['readings']} readings (budget {read['budget']}) settled {read['texts_settled']} of {read['texts']} accepted solutions"
    )
    if agreement["agreement"] is not None:
        lines.append(
            f"readers agree on {_percent(agreement['agreement'])} of {agreement['pairs']} solutions read twice by plan"
        )
    return lines + [f"note: {note}" for note in report["notes"]]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _span(interval: Sequence[float] | None) -> str:
    return "–" if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"
