"""Serve the reading page until it is stopped."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Callable

from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.server import make_app
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.lazy import require


def serve(
    queue: Queue,
    reader: str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] = lambda url: None,
) -> None:
    """Answer one reader's browser until the process is stopped.

    Args:
        host: where to listen; anything but this machine asks for a token, which is in the address given to `ready`.
        port: 0 for any free one.
        ready: called with the page's address.

    Raises:
        UsageError: the address cannot be listened on, or the reader has no name.
        MissingPackage: FastAPI or uvicorn is not installed.
    """
    uvicorn = require("uvicorn", "view")
    if not reader.isprintable() or not 0 < len(reader.strip()) <= 60:
        raise UsageError(f"expected a reader's name of 1 to 60 printable characters, came {reader!r}")
    token = None if is_local(host) else secrets.token_urlsafe(24)
    app = make_app(queue, reader, token)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen()  # a browser that is quicker than the server then waits, and is not refused
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host}, port {port}: {error}", hint="--port 0 takes a free one"
            ) from error
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{listening.getsockname()[1]}/" + (f"?token={token}" if token else ""))
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def is_local(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
