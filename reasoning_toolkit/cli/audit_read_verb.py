"""`reason audit read`: the reading page for one reader."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reasoning_toolkit.cli import screen


def audit_read_verb(
    run: Annotated[Path, typer.Argument(help="Run directory with a plan.")],
    reader: Annotated[str, typer.Option(help="Your name; each reader has their own.")],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="Where to listen; beyond this machine a token is asked for.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Open it in the browser.")] = True,
) -> None:
    """Read what the plan chose, in the browser, by keys alone; stop it with Ctrl-C, every verdict is kept."""
    import webbrowser

    from reasoning_toolkit.audit.queue import Queue
    from reasoning_toolkit.audit.serve import serve

    def ready(url: str) -> None:
        screen.say(f"reading page: {url}")
        if browser and not webbrowser.open(url):
            screen.say("no browser could be opened here; open the address yourself")

    queue = Queue(run)
    try:
        serve(queue, reader, host=host, port=port, ready=ready)
    finally:
        queue.close()
