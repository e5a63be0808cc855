"""The command `reason`: one file a verb. Nothing heavy is imported until a verb runs.

Exit codes: 0 done; 1 the command's own "no" (`doctor` found a fault); 2 an error that the message explains; 130 and 143 stopped by a
signal, with everything finished kept; 70 a fault of the toolkit.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from reasoning_toolkit.cli import screen
from reasoning_toolkit.errors import ToolkitError
from reasoning_toolkit.lazy import load_row

app = typer.Typer(
    name="reason",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

PATIENCE = 5  # seconds from a signal to the end, whatever the engine does
VERBS = ("decode", "optimize", "score", "compare", "view", "import", "export", "list", "doctor")
AUDIT_VERBS = ("plan", "read", "report")
PROMPTS_VERBS = ("list", "show")


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """More, and more honest, accuracy from a language model at inference time."""
    screen.debug = debug
    if version:
        from reasoning_toolkit import __version__

        typer.echo(__version__)
        raise typer.Exit


for _verb in VERBS:
    app.command(_verb)(load_row(f"reasoning_toolkit.cli.{_verb}_verb:{_verb}_verb"))

_audit = typer.Typer(
    no_args_is_help=True, help="How much of pass@N is real: plan the reading of accepted samples, read, report."
)
for _verb in AUDIT_VERBS:
    _audit.command(_verb)(load_row(f"reasoning_toolkit.cli.audit_{_verb}_verb:audit_{_verb}_verb"))
app.add_typer(_audit, name="audit")

_prompts = typer.Typer(no_args_is_help=True, help="Families of prompts, and the prompt that a search found.")
for _verb in PROMPTS_VERBS:
    _prompts.command(_verb)(load_row(f"reasoning_toolkit.cli.prompts_verb:{_verb}_verb"))
app.add_typer(_prompts, name="prompts")


def main() -> None:
    """Run the command."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        app()
    except ToolkitError as error:
        if screen.debug:
            raise
        screen.say(f"error: {error}")
        sys.exit(2)
    except Exception as error:
        if screen.debug:
            raise
        screen.say(
            f"error: {type(error).__name__}: {error}\n  this is a fault of the toolkit; `reason --debug ...` shows where"
        )
        sys.exit(70)


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once
    # The signal may have caught a library between its own locks, which then never lets go. Everything is in the ledger
    # already, so after a while the process ends the hard way.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
    signal.alarm(PATIENCE)
    screen.say("stopped; everything finished is kept, the same command goes on")
    sys.exit(128 + number)
