"""One self-contained HTML page from the report of a search for prompts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.reports.page import clean, render_page, write_page


def render_optimize(report: Mapping[str, Any]) -> str:
    """The page as text. Equal dictionaries give equal pages.

    Args:
        report: what `prompts.report.make_report` returns.
    """
    page = clean(report)
    levels = [level for factor in (page["effects"] or {"factors": []})["factors"] for level in factor["levels"]]
    widest = max((abs(level[end]) for level in levels for end in ("low", "high")), default=0.0) or 1.0
    return render_page("optimize.html.jinja", report=page, widest=widest)


def write_optimize(report: Mapping[str, Any], path: Path) -> Path:
    """Write the page to `path` in one step.

    Raises:
        DiskError: the page cannot be written.
    """
    return write_page(render_optimize(report), path)
