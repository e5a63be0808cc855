"""`reason export`: the completions of a run as a file that others read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reasoning_toolkit.cli import screen


def export_verb(
    run: Annotated[Path, typer.Argument(help="Run directory; it may still be at work.")],
    output: Annotated[Path, typer.Argument(help="File to write.")],
    format_name: Annotated[
        str | None, typer.Option("--as", help="jsonl, parquet, lm-eval or inspect. Default: by the file's ending.")
    ] = None,
) -> None:
    """Write every response of a run, one a row: problem, kind, text, answer, verdict, tokens, keys."""
    from reasoning_toolkit.exchange.exports import export_run

    count = export_run(run, output, format_name)
    screen.say(f"{count} completions → {output}")
