"""`reason import`: completions that others made, as a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from reasoning_toolkit.exchange.imports import Imported

SHOWN = 3  # differences with the source that are named on the screen


def import_verb(
    path: Annotated[Path, typer.Argument(help="File or folder of completions.")],
    format_name: Annotated[
        str | None, typer.Option("--as", help="Its format: see `reason list formats`. Default: by its columns.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Run directory to make. Default: runs/NAME-imported.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of a table.")] = False,
) -> None:
    """Make a run of completions from elsewhere, and grade them. What their source said of them is kept as a label beside."""
    from reasoning_toolkit.cli.tables import report_table, summary_json
    from reasoning_toolkit.exchange.gather import gather
    from reasoning_toolkit.exchange.imports import import_run
    from reasoning_toolkit.runs.run import Run

    read = gather(path, format_name)  # what cannot be read is refused before anything is made
    folder = run or Path("runs") / f"{read.name.split('.')[0]}-imported"
    with Run(folder) as opened:
        found = import_run(opened, read)
    screen.say(f"imported {found.completions} completions of {len(read.problems)} problems as {read.format} → {folder}")
    for line in _lines(found):
        screen.say(line)
    if json_out:
        typer.echo(summary_json(found.report))
    else:
        report_table(found.report, folder)


def _lines(found: Imported) -> list[str]:
    """What the source says beside our grader."""
    lines = []
    if found.recorded:
        named = "; ".join(
            f"{name} sample {number}: {'right' if right else 'wrong'} there"
            for name, number, right in found.differ[:SHOWN]
        )
        more = f" and {len(found.differ) - SHOWN} more" if len(found.differ) > SHOWN else ""
        lines.append(
            f"the source's verdict on {found.recorded} answers: our grader agrees on {found.recorded - len(found.differ)}"
            + (f"; not on {named}{more}" if named else "")
        )
    if found.unsound:
        lines.append(f"{found.unsound} answers are right there by reasoning that a person rejected: false positives")
    return lines
