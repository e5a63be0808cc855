"""One self-contained HTML page from the report of a decode run.

The template draws every summary on the server, so the page reads without JavaScript. Each problem travels once, as its
own JSON block, which the script parses when the problem is opened: a large page opens without reading its traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.reports.curves import curves_chart
from reasoning_toolkit.reports.diagnostics import diagnostic_charts
from reasoning_toolkit.reports.page import clean, read_script, render_page, write_page
from reasoning_toolkit.reports.strip import strip_plot

SCHEMA = 1
_REQUIRED = ("methods", "problems", "run", "title")
_OPTIONAL: Mapping[str, Any] = {
    "comparisons": [],
    "curves": {},
    "diagnostics": {},
    "notes": [],
    "signals": {},
    "stopping": {},
    "usage": {},
}


def render_html(report: Mapping[str, Any]) -> str:
    """The page as text, ready to be written as UTF-8.

    Args:
        report: the content of ``report.json``, schema 1.

    Raises:
        DataError: another schema, or a field that the page needs is missing.
    """
    page = _checked(clean(report))
    try:
        return render_page(
            "decode.html.jinja",
            read_script("decode.js"),
            report=page,
            columns=_columns(page),
            strip=strip_plot(page["problems"]),
            curves_chart=curves_chart(page["curves"]),
            charts=diagnostic_charts(page["diagnostics"]),
        )
    except (jinja2.UndefinedError, KeyError) as error:
        raise _not_a_report(f"a field is missing: {error}") from error


def write_html(report: Mapping[str, Any], path: Path) -> Path:
    """Write the page to `path` in one step.

    Raises:
        DataError: see `render_html`.
        DiskError: the page cannot be written.
    """
    return write_page(render_html(report), path)


def _checked(report: dict[str, Any]) -> dict[str, Any]:
    if report.get("schema") != SCHEMA:
        raise _not_a_report(f"expected schema {SCHEMA}, came {report.get('schema')!r}")
    missing = [key for key in _REQUIRED if key not in report]
    if missing:
        raise _not_a_report(f"expected the keys {', '.join(_REQUIRED)}, came none of {', '.join(missing)}")
    return {**_OPTIONAL, **report}


def _not_a_report(what: str) -> DataError:
    return DataError(f"report of a decode run: {what}", hint="make the report again from its run directory")


def _columns(report: Mapping[str, Any]) -> list[str]:
    """Methods that answered at least one problem: in the order of the methods table, unlisted ones after."""
    listed = [method["name"] for method in report["methods"]]
    answered = {name for problem in report["problems"] for name in problem.get("answers", {})}
    return [name for name in listed if name in answered] + sorted(answered - set(listed))
