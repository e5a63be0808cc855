"""`reason view`: write the HTML report of a run and open it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from reasoning_toolkit.runs.ledger import Ledger


def view_verb(
    run: Annotated[Path, typer.Argument(help="Run directory; it may still be at work.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write. Default: RUN/report.html.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Write one self-contained HTML file with everything the run holds so far, and open it."""
    import webbrowser

    from reasoning_toolkit.runs.run import read_run

    config, ledger = read_run(run)
    page = output or run / "report.html"
    path = (_write_search if "family" in config["settings"] else _write_decode)(run, ledger, page)
    screen.say(f"report: {path}")
    if browser and not webbrowser.open(path.resolve().as_uri()):
        screen.say("no browser could be opened here; open the file yourself")


def _write_decode(run: Path, ledger: Ledger, page: Path) -> Path:
    from reasoning_toolkit.reports.html import write_html
    from reasoning_toolkit.subthought.decode import make_report

    return write_html(make_report(run, ledger), page)


def _write_search(run: Path, ledger: Ledger, page: Path) -> Path:
    from reasoning_toolkit.prompts.report import make_report
    from reasoning_toolkit.reports.optimize import write_optimize

    return write_optimize(make_report(run, ledger), page)
