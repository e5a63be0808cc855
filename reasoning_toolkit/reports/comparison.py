"""One self-contained HTML page from a comparison of runs: methods, sentences, accuracy against tokens; no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.reports.curves import curves_chart
from reasoning_toolkit.reports.page import clean, render_page, write_page


def render_comparison(result: Mapping[str, Any]) -> str:
    """The page as text. Equal dictionaries give equal pages.

    Args:
        result: what `reason compare --json` prints.
    """
    result = clean(result)
    return render_page("comparison.html.jinja", result=result, curves_chart=curves_chart(result["curves"]))


def write_comparison(result: Mapping[str, Any], path: Path) -> Path:
    """Write the page to `path` in one step.

    Raises:
        DiskError: the page cannot be written.
    """
    return write_page(render_comparison(result), path)
