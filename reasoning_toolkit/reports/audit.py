"""One self-contained HTML page from the report of an audit; no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.reports.chart import Axis, Series, line_chart, percent_axis
from reasoning_toolkit.reports.page import clean, render_page, write_page

Rows = Sequence[Mapping[str, Any]]


def render_audit(report: Mapping[str, Any]) -> str:
    """The page as text. Equal dictionaries give equal pages.

    Args:
        report: what `audit.report.audit_report` returns.
    """
    report = clean(report)
    return render_page("audit.html.jinja", report=report, pass_chart=_pass_chart(report["curves"]))


def write_audit(report: Mapping[str, Any], path: Path) -> Path:
    """Write the page to `path` in one step.

    Raises:
        DiskError: the page cannot be written.
    """
    return write_page(render_audit(report), path)


def _pass_chart(rows: Rows) -> dict[str, Any]:
    """Automatic and audited pass@k with their intervals over problems, and between which ends the audited one must lie."""
    ks = [row["k"] for row in rows]
    axis = Axis(ks[0], ks[-1], [(k, str(k)) for k in ks], logarithmic=True)
    certain = Series(
        "certain, whatever was not read",
        "k2",
        [(r["k"], r["band"][0]) for r in rows],
        [r["band"] for r in rows],
        band=True,
        dashed=True,
    )
    lines = [_line("automatic", "k1", rows, "automatic", "automatic_interval")]
    lines += [_line(_audited_name(rows), "k4", rows, "audited", "interval")] if rows[0]["audited"] is not None else []
    ends = [end for row in rows for name in ("automatic_interval", "band", "interval") for end in row[name] or ()]
    return line_chart(
        "Automatic and audited pass@k", axis, percent_axis(ends), [certain, *lines], "k, logarithmic", "pass@k"
    )


def _line(name: str, colour: str, rows: Rows, value: str, interval: str) -> Series:
    titles = [f"{name}, k = {r['k']}: {r[value]:.1%}{_span(r[interval])}" for r in rows]
    return Series(name, colour, [(r["k"], r[value]) for r in rows], [r[interval] for r in rows], titles=titles)


def _span(interval: Sequence[float] | None) -> str:
    return f", interval {interval[0]:.1%} to {interval[1]:.1%}" if interval else ""


def _audited_name(rows: Rows) -> str:
    return "audited, by a model" if rows[0]["design"] == "model" else "audited"
