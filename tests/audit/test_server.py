from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.audit.serve import is_local, serve
from reasoning_toolkit.audit.server import make_app
from reasoning_toolkit.errors import UsageError
from tests.audit.sample_run import sound_at, write_run

pytest.importorskip("fastapi")
from fastapi.testclient import TestClient

HOSTILE = "</script><script>alert(1)</script> \ud800 <img src=x onerror=alert(1)> ${7*7} {{7*7}}"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = write_run(tmp_path, [*sound_at([[False, True]]), [(HOSTILE, True)]])
    plan_audit(folder, budget=100)
    return folder


@pytest.fixture
def client(run: Path) -> Iterator[TestClient]:
    with TestClient(make_app(Queue(run), "anna"), base_url="http://127.0.0.1:8000") as found:
        yield found


def test_a_reading_from_hand_to_file(run: Path, client: TestClient) -> None:
    shown = client.post("/api/next").json()
    assert (shown["reader"], shown["problems"], shown["settled"], shown["readings"]) == ("anna", 2, 0, 0)
    body = {
        "lease": shown["item"]["lease"],
        "verdict": "flawed",
        "step": 0,
        "type": "other",
        "note": "n",
        "seconds": 2.5,
    }
    after = client.post("/api/answer", json=body).json()
    assert (after["readings"], after["item"]["lease"] != shown["item"]["lease"]) == (1, True)
    back = client.post("/api/undo").json()
    assert (back["undone"], back["readings"], back["item"]["question"]) == (True, 0, shown["item"]["question"])
    assert client.post("/api/undo").json() == {"undone": False}
    kinds = [e.kind for e in Queue(run).store.events()]
    assert kinds.count("reading") == kinds.count("undo") == 1


def test_the_page_learns_nothing_that_could_lean_on_a_verdict(run: Path) -> None:
    queue = Queue(run)
    handed = queue.take("bob")
    assert handed
    queue.answer("bob", handed.lease, {"verdict": "sound", "note": "bob's note"})
    with TestClient(make_app(queue, "anna"), base_url="http://localhost") as client:
        shown = client.post("/api/next").json()
        assert shown["item"]["question"] == handed.item.question  # what another began comes first
        assert set(shown["item"]) == {"lease", "question", "reference", "answer", "steps"}
        text = json.dumps(shown)
        for hidden in ("bob", "hidden-model-name", "pocket", "self-consistency", "gold", "known", "sound"):
            assert hidden not in text.replace(json.dumps(shown["item"]["steps"]), "")


def test_every_answer_carries_the_policy(client: TestClient) -> None:
    for answer in (client.get("/"), client.get("/web/read.js"), client.post("/api/next"), client.get("/nothing")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe-eval" not in policy
        assert "script-src 'self' 'unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


def test_all_that_the_page_loads_is_in_the_package(client: TestClient) -> None:
    import re

    page = client.get("/").text
    assert "//" not in page.replace("<!doctype", "")
    for path in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert client.get(path).status_code == 200, path
    style = client.get("/web/katex/katex.min.css").text
    fonts = set(re.findall(r"url\(([^)]+)\)", style))
    assert len(fonts) == 20
    assert all(client.get(f"/web/katex/{font}").status_code == 200 for font in fonts)
    assert "MIT" in client.get("/web/katex/LICENSE").text


@pytest.mark.parametrize(
    "path",
    ["/web/../server.py", "/web/%2e%2e/server.py", "/web/..%2fserver.py", "/docs", "/openapi.json", "//etc/passwd"],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8000"},
        {"host": "127.0.0.1.evil.example:8000"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_a_page_elsewhere_can_neither_read_nor_write(run: Path, client: TestClient, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/"), ("POST", "/api/next"), ("POST", "/api/undo")):
        assert client.request(method, path, headers=headers).status_code == 403
    assert [e.kind for e in Queue(run).store.events()] == ["plan"]


def test_own_origin_is_let_in(client: TestClient) -> None:
    assert client.post("/api/next", headers={"origin": "http://127.0.0.1:8000"}).status_code == 200


def test_away_from_this_machine_a_token_is_asked_for(run: Path) -> None:
    def at(**options: Any) -> TestClient:
        return TestClient(make_app(Queue(run), "anna", "secret"), base_url="http://10.0.0.5:8000", **options)

    assert at().get("/").status_code == 403
    assert at().post("/api/next").status_code == 403
    for wrong in ("", "secre", "secret2", "sécret"):
        assert at().get("/", params={"token": wrong}).status_code == 403
    client = at(follow_redirects=False)
    first = client.get("/?token=secret")
    assert (first.status_code, first.headers["location"]) == (303, "/")  # the token does not stay in the address
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "samesite=strict" in first.headers["set-cookie"].lower()
    assert client.get("/").status_code == 200
    assert client.post("/api/next").status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lease": 10**9, "verdict": "sound"}, 409),
        ({}, 409),
        ({"lease": None}, 409),
        ([1], 422),
        ("x", 422),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(client: TestClient, body: Any, code: int) -> None:
    client.post("/api/next")
    assert client.post("/api/answer", json=body).status_code == code


def test_bad_fields_torn_json_and_huge_bodies_are_refused_and_the_item_stays(client: TestClient) -> None:
    lease = client.post("/api/next").json()["item"]["lease"]
    assert client.post("/api/answer", json={"lease": lease, "verdict": "fine"}).status_code == 400
    head = {"content-type": "application/json"}
    assert client.post("/api/answer", content=b'{"lease":', headers=head).status_code == 422
    assert client.post("/api/answer", content=b"{" * 200_000, headers=head).status_code == 403
    assert client.post("/api/answer", content=b"[" * 90_000, headers=head).status_code in (400, 422)
    form = {"content-type": "text/plain"}  # what a form elsewhere could send unasked
    text = json.dumps({"lease": lease, "verdict": "sound"}).encode()
    assert client.post("/api/answer", content=text, headers=form).status_code == 422
    assert client.post("/api/answer", json={"lease": lease, "verdict": "sound"}).status_code == 200


def test_a_hostile_text_arrives_as_data(client: TestClient) -> None:
    first = client.post("/api/next").json()["item"]
    seen = [first]
    while seen[-1]:
        seen.append(client.post("/api/answer", json={"lease": seen[-1]["lease"], "verdict": "skip"}).json()["item"])
    steps = [s for item in seen if item for s in item["steps"]]
    assert HOSTILE.replace("\ud800", "\ufffd") in steps


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("10.1.1.1", False),
        ("box", False),
    ],
)
def test_what_counts_as_this_machine(host: str, local: bool) -> None:
    assert is_local(host) == local


def test_a_reader_needs_a_name_and_an_address_that_can_be_listened_on(run: Path) -> None:
    for name in ("", "  ", "a\nb", "x" * 61):
        with pytest.raises(UsageError, match="reader's name"):
            serve(Queue(run), name)
    with pytest.raises(UsageError, match="cannot listen"):
        serve(Queue(run), "anna", host="203.0.113.7")
