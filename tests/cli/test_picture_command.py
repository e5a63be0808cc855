"""`reason optimize --family cycle` on pictures, against a scripted vision model behind a server on the loopback interface."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reasoning_toolkit.cli import app
from reasoning_toolkit.prompts.families.table import find_family
from reasoning_toolkit.runs.ledger import Ledger

Content = str | list[dict[str, Any]]


def reply(content: Content) -> str:
    """It sees a red cup once a hint told it to look at the colour, and draws what it is told."""
    parts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    pictures = (
        [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
        if isinstance(content, list)
        else []
    )  # type: ignore[index]
    asked = " ".join(parts)
    if "verdict: same, or different" in asked:
        return "verdict: same\nhint: none" if len(pictures) == 2 else "verdict: different\nhint: name the colour"
    if "Make the picture" in asked:
        return "data:image/png;base64,UkVE" if "red" in asked else "a cup"
    assert len(pictures) == 1
    return "a red cup" if "name the colour" in asked else "a cup"


@pytest.fixture
def server() -> Iterator[tuple[str, list[Content]]]:
    seen: list[Content] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Silence."""

        def do_GET(self) -> None:
            self.send({"object": "list", "data": [{"id": "eye", "object": "model", "created": 0, "owned_by": "x"}]})

        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][-1]["content"])
            message = {"role": "assistant", "content": reply(seen[-1])}
            usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
            choices = [{"index": 0, "finish_reason": "stop", "message": message}]
            self.send(
                {
                    "id": "1",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "eye",
                    "choices": choices,
                    "usage": usage,
                }
            )

        def send(self, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}/v1", seen
    http.shutdown()
    http.server_close()
    thread.join()


def test_the_cycle_sees_the_picture_and_finds_the_colour(
    server: tuple[str, list[Content]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = server
    monkeypatch.chdir(tmp_path)
    Path("cup.png").write_bytes(b"\x89PNG")
    scored = {"answer": "a red cup", "metric": "contains", "targets": ["red cup"]}
    lines = ({"id": str(i), "question": "What is it?", "image": "cup.png"} | scored for i in range(30))
    Path("pictures.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines))
    flags = [
        "--family",
        "cycle",
        "--model",
        f"openai:{url}",
        "--engine-arg",
        "tokenizer=none",
        "--budget",
        "calls=250",
        "--json",
    ]
    done = CliRunner().invoke(app, ["optimize", "pictures.jsonl", *flags, "--run", "run"])
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    row, settings = find_family("cycle")
    labels = {arm.id: arm.name for arm in row.candidates([], **settings).candidates}
    rows = Ledger(tmp_path / "run" / "ledger.sqlite", readonly=True).load_all("evaluation")
    scores: dict[str, set[float]] = {}
    for name, body in rows.items():
        scores.setdefault(labels[name.partition("/")[0]], set()).add(body["score"])
    assert scores["cycle, at most 3"] == {1} and scores["one call"] == {0}
    assert report["spent"]["total"]["calls"] <= 250
    assert [{"type": "image_url", "image_url": {"url": "data:image/png;base64,UkVE"}}] in [
        [part for part in content if part.get("image_url", {}).get("url", "").endswith("UkVE")]
        for content in seen
        if not isinstance(content, str)
    ]
