"""Pictures: how they stand in a chat, and a whole cycle over a scripted vision model."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.pictures import picture_of
from reasoning_toolkit.prompts.policies import Asking, Reply, find_policy
from reasoning_toolkit.prompts.render import Template, messages_of
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger

PICTURE = "data:image/png;base64,AAAA"
MADE = "data:image/png;base64,BBBB"
PROBLEM = Problem("cats", "Describe the picture.", "", "test", {"image": PICTURE})


class Server:
    """A scripted model that is sent chats, as a server's is."""

    identity, capacity, tags, tokenizer = "scripted vision", 1, None, None

    def __init__(self, replies: list[str]) -> None:
        self.inner = ScriptedEngine(replies)
        self.asked: list[Any] = []

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        tickets = list(tickets)
        self.asked += [request.messages[-1]["content"] for _, request in tickets]
        self.inner.submit(tickets)

    def wait(self) -> list[tuple[str, Completion]]:
        return self.inner.wait()

    def cancel(self, tickets: Iterable[str]) -> None:
        self.inner.cancel(tickets)

    def score(self, sequences: Any) -> list[tuple[float, ...]]:
        return self.inner.score(sequences)

    def close(self) -> None:
        self.inner.close()


def described(server: Server, path: Path) -> Reply:
    ledger = Ledger(path / "ledger.sqlite")
    pipeline = find_policy("cycle")(Candidate(policy="cycle"), PROBLEM, Asking(server, Template(form="Shortly.")))
    try:
        ((_, reply),) = drive(server, ledger, [("p", pipeline)])
    finally:
        ledger.close()
    return reply


def shown(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize("made", [MADE, "two dogs\na red ball"])
def test_a_cycle_over_a_picture(made: str, tmp_path: Path) -> None:
    replies = [
        "Two dogs.",
        made,
        "verdict: different\nhint: they are cats",
        "Two cats.",
        "cats",
        "verdict: same\nhint: none",
    ]
    server = Server(replies)
    assert described(server, tmp_path).text == "Two cats."
    forward, backward, compared, again = server.asked[:4]
    assert forward == [shown(PICTURE), {"type": "text", "text": "Describe the picture.\n\nShortly."}]
    assert isinstance(backward, str) and "Two dogs." in backward and PICTURE not in backward
    assert compared[1] == shown(PICTURE)
    assert compared[3] == (shown(MADE) if made == MADE else {"type": "text", "text": made})
    assert again[0] == shown(PICTURE)
    assert again[1]["text"].startswith("Note on an earlier try:\nthey are cats\n\nDescribe the picture.")
    afresh = Server([])
    assert described(afresh, tmp_path).text == "Two cats."
    assert afresh.inner.calls == 0


def test_an_engine_that_is_sent_tokens_says_what_it_needs(tmp_path: Path) -> None:
    pipeline = find_policy("single")(Candidate(), PROBLEM, Asking(ScriptedEngine(["x"]), Template()))
    with pytest.raises(UsageError, match="'cats' holds a picture") as caught:
        next(pipeline)
    assert "tokenizer=none" in str(caught.value.hint)


def test_a_file_becomes_a_data_url(tmp_path: Path) -> None:
    file = tmp_path / "cats.png"
    file.write_bytes(b"\x89PNG...")
    problem = Problem("cats", "Describe it.", "", "test", {"image": str(file)})
    assert picture_of(problem) == f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
    (message,) = messages_of(Candidate(), problem, Template())
    assert message["content"][0]["image_url"]["url"] == picture_of(problem)


@pytest.mark.parametrize("image", ["notes.txt", "missing.png", "no ending"])
def test_what_is_no_picture_is_refused_by_name(image: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="picture of problem 'cats'"):
        picture_of(Problem("cats", "Describe it.", "", "test", {"image": str(tmp_path / image)}))


@pytest.mark.parametrize("extra", [{}, {"image": ""}, {"image": None}, {"image": {"bytes": 1}}])
def test_a_problem_without_a_picture_is_text(extra: dict[str, Any]) -> None:
    (message,) = messages_of(Candidate(), Problem("p", "What?", "", "test", extra), Template())
    assert message["content"] == "What?"
