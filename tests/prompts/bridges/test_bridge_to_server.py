"""DSPy over a server on the loopback interface: one request a reply, no other host, and no prefix that a chat cannot begin with."""

from __future__ import annotations

import importlib.util
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines import open_engine
from reasoning_toolkit.engines.types import Request, Sampling
from reasoning_toolkit.prompts.bridges.bridge import BRIDGES
from tests.prompts.bridges.bridged import PLANTED, bridging, open_ledger, scaffolded, writer

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@pytest.fixture
def served() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An OpenAI-compatible server that plays student and writer; its address, and what it was asked."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Silence."""

        def do_GET(self) -> None:
            self.answer({"object": "list", "data": [{"id": "tiny", "object": "model", "created": 0, "owned_by": "x"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append(body)
            prompt = "\n".join(message["content"] for message in body["messages"])
            request = Request((), Sampling(temperature=body["temperature"]), 0)
            text = (writer if "proposed_instruction" in prompt else scaffolded)(prompt, request)
            message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
            head = {"id": "1", "object": "chat.completion", "created": 0, "model": "tiny"}
            self.answer(head | {"choices": [message], "usage": usage})

        def answer(self, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", seen
    server.shutdown()
    server.server_close()
    thread.join()


def test_dspy_reaches_a_server_through_our_engine_alone(served, tmp_path: Path, monkeypatch, capfd) -> None:
    if not importlib.util.find_spec("dspy"):
        pytest.skip("the package dspy is not installed: it is an extra")
    looked_up: list[str] = []
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: (looked_up.append(host), real(host, *a, **k))[1])
    url, seen = served
    engine = open_engine("openai:tiny", {"base_url": url})
    settings = {"breadth": 3, "rounds": 1}
    ledger = open_ledger(tmp_path)
    view = bridging("dspy-copro", ledger, settings, engine=engine, optimizer=engine)
    found = BRIDGES["dspy-copro"].find(view)
    assert PLANTED in [candidate.system for candidate in found]
    assert not any(candidate.slot("prefix") for candidate in found)
    assert set(looked_up) <= set(LOOPBACK)
    assert len(seen) == view.desk.counts.made  # one request a reply, none behind our back
    assert all(body["max_tokens"] in (64, 1024) and "n" not in body for body in seen)
    proposals = [body for body in seen if "proposed_instruction" in str(body["messages"])]
    assert len(proposals) == 2  # breadth - 1
    again = bridging("dspy-copro", ledger, settings, engine=engine, optimizer=engine)
    asked = len(seen)
    assert BRIDGES["dspy-copro"].find(again) == found
    assert len(seen) == asked
    assert capfd.readouterr().out == ""  # a library's chatter is not the command's
    engine.close()
