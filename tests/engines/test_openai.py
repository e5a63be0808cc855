"""The HTTP engine against a server that misbehaves on purpose, on the loopback interface."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from conftest import free_port

from reasoning_toolkit.engines import Completion, Engine, Request, Sampling, Usage, open_engine
from reasoning_toolkit.engines.engine import render
from reasoning_toolkit.engines.think import THINK_TAGS
from reasoning_toolkit.errors import EngineError, UsageError

Reply = tuple[int, dict[str, str], bytes] | None  # status, headers, body; None closes the connection


class FakeServer:
    """Answers `/models`, and everything else from a list of replies (the last one for ever)."""

    def __init__(self) -> None:
        self.replies: list[Reply | Callable[[dict[str, Any]], Reply]] = []
        self.models = models("tiny")
        self.seen: list[dict[str, Any]] = []
        self.release = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                """Silence."""

            def do_GET(self) -> None:
                self.send(fake.models)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.seen.append(body)
                reply = fake.replies.pop(0) if len(fake.replies) > 1 else fake.replies[0]
                self.send(reply(body) if callable(reply) else reply)

            def send(self, reply: Reply) -> None:
                self.close_connection = True
                if reply is None:
                    return
                status, headers, body = reply
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def close(self) -> None:
        self.release.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def hang(self, body: dict[str, Any]) -> Reply:
        self.release.wait(60)
        return None


def ok(value: Any, **headers: str) -> Reply:
    return 200, {"Content-Type": "application/json"} | headers, json.dumps(value).encode()


def models(*names: str) -> Reply:
    return ok({"object": "list", "data": [{"id": n, "object": "model", "created": 0, "owned_by": "x"} for n in names]})


def chat(content: str | None, finish: str = "stop", **message: Any) -> Reply:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content} | message}
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    return ok(
        {"id": "1", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice], "usage": usage}
    )


def fault(status: int, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json"} | headers, b'{"error": {"message": "no: because"}}'


TORN: Reply = (200, {"Content-Type": "application/json", "Content-Length": "5000"}, b'{"id": "1", "choi')
REQUEST = Request((), Sampling(max_tokens=1), 7, messages=({"role": "user", "content": "2 + 2"},))


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def engine(fake: FakeServer) -> Iterator[Engine]:
    found = open_engine("openai:tiny", {"base_url": fake.url, "timeout": 0.2})
    yield found
    found.close()
    found.close()  # twice does no harm


def answer(engine: Engine, request: Request = REQUEST) -> Completion:
    engine.submit([("t", request)])
    ((ticket, completion),) = engine.wait()
    assert ticket == "t" and engine.wait() == []
    return completion


def test_without_a_tokenizer_chat_messages_are_sent(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [chat("four 🤖")]
    assert engine.tokenizer is None and engine.tags == THINK_TAGS["think"]
    assert render(engine, REQUEST.messages) == ((), REQUEST.messages)
    assert answer(engine) == Completion((), "four 🤖", "stop", Usage(9, 0, 4))
    (sent,) = fake.seen
    assert sent["messages"] == [{"role": "user", "content": "2 + 2"}]
    assert (sent["model"], sent["seed"], sent["max_tokens"], sent["temperature"]) == ("tiny", 7, 1, 1.0)
    assert not {"top_k", "min_p", "ignore_eos"} & sent.keys()  # not every server knows them


def test_pictures_are_sent_as_parts_of_a_message(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [chat("a cat")]
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "text", "text": "What?"},
    ]
    assert (
        answer(engine, Request((), REQUEST.sampling, 7, messages=({"role": "user", "content": parts},))).text == "a cat"
    )
    assert fake.seen[0]["messages"] == [{"role": "user", "content": parts}]


def test_no_sampling_parameter_is_dropped_in_silence(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [chat("4")]
    sampling = Sampling(0.6, 0.9, 20, 0.1, max_tokens=2, stop=("x",), ignore_eos=True)
    answer(engine, Request((), sampling, 1, messages=REQUEST.messages))
    (sent,) = fake.seen
    expected = {"temperature": 0.6, "top_p": 0.9, "top_k": 20, "min_p": 0.1, "stop": ["x"], "ignore_eos": True}
    assert {name: sent[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("content", "finish", "message", "text", "reason"),
    [
        ("4", "stop", {"reasoning": "so"}, "<think>so</think>4", "stop"),
        ("4", "stop", {"reasoning_content": "so"}, "<think>so</think>4", "stop"),
        (None, "stop", {"reasoning": "so"}, "<think>so</think>", "stop"),
        (None, "length", {"reasoning": "so"}, "<think>so", "length"),
        ("cut of", "length", {}, "cut of", "length"),
        (None, "stop", {}, "", "stop"),
        ("", "stop", {"reasoning": ""}, "", "stop"),
    ],
)
def test_a_reasoning_channel_is_put_back_in_tags(
    fake: FakeServer, engine: Engine, content: str | None, finish: str, message: dict, text: str, reason: str
) -> None:
    fake.replies = [chat(content, finish, **message)]
    done = answer(engine)
    assert (done.text, done.finish_reason) == (text, reason)


@pytest.mark.parametrize(
    "faults",
    [
        [fault(429, **{"Retry-After": "0.05"})],
        [fault(500, **{"Retry-After": "0.05"}), fault(502, **{"Retry-After": "0.05"})],
        [TORN],
        [None],
    ],
    ids=["429", "500 twice", "torn body", "no answer"],
)
def test_passing_faults_are_tried_again(fake: FakeServer, engine: Engine, faults: list[Reply]) -> None:
    fake.replies = [*faults, chat("4")]
    assert answer(engine).text == "4"
    assert len(fake.seen) == len(faults) + 1
    assert all(sent == fake.seen[0] for sent in fake.seen)


def test_retry_after_is_obeyed(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [fault(429, **{"Retry-After": "1"}), chat("4")]
    begin = time.monotonic()
    answer(engine)
    assert 1 <= time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, {"Content-Type": "application/json"}, b'{"choices": [{'), "JSON"),
        ((200, {"Content-Type": "text/html"}, b"<html>a page</html>"), "without a choice"),
        (ok({"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": []}), "without a choice"),
        (ok({"id": "1", "object": "chat.completion", "created": 0, "model": "m"}), "without a choice"),
        (fault(401), "AuthenticationError"),
        (fault(404), "NotFoundError"),
        (fault(422), "UnprocessableEntityError"),
    ],
    ids=["invalid JSON", "HTML", "empty choices", "no choices", "401", "404", "422"],
)
def test_faults_for_good_are_engine_errors(fake: FakeServer, engine: Engine, reply: Reply, said: str) -> None:
    fake.replies = [reply]
    engine.submit([("t", REQUEST)])
    with pytest.raises(EngineError, match=said) as caught:
        engine.wait()
    assert fake.url in str(caught.value) and caught.value.hint
    assert "\n" not in caught.value.message
    fake.replies = [chat("4")]
    assert answer(engine).text == "4"  # and the engine can still be used


def test_a_key_that_is_refused_says_how_to_give_one(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [fault(401)]
    engine.submit([("t", REQUEST)])
    with pytest.raises(EngineError) as caught:
        engine.wait()
    assert caught.value.hint == "set OPENAI_API_KEY"


def test_a_bad_request_is_an_error_of_its_own(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [lambda body: fault(400) if body["seed"] == 1 else chat("4")]
    engine.submit((str(s), Request((), Sampling(max_tokens=1), s, messages=REQUEST.messages)) for s in range(3))
    found: dict[str, Completion] = {}
    while finished := engine.wait():
        found |= dict(finished)
    assert {t: c.finish_reason for t, c in found.items()} == {"0": "stop", "1": "error", "2": "stop"}
    assert "no: because" in str(found["1"].error)


def test_what_is_finished_is_handed_over_before_a_fault_is_raised(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [lambda body: fault(404) if body["seed"] == 9 else chat("4")]
    seeds = [0, 1, 9, 2, 3]
    engine.submit((str(s), Request((), Sampling(max_tokens=1), s, messages=REQUEST.messages)) for s in seeds)
    time.sleep(1)  # all are answered before the first `wait`
    found, faults = [], 0
    for _ in range(len(seeds) + 1):
        try:
            found += [t for t, _ in engine.wait()]
        except EngineError:
            faults += 1
    assert sorted(found) == ["0", "1", "2", "3"] and faults == 1


def test_a_server_that_never_answers_is_given_up(fake: FakeServer, engine: Engine) -> None:
    fake.replies = [fake.hang]
    engine.submit([("t", REQUEST)])
    begin = time.monotonic()
    with pytest.raises(EngineError, match="APITimeoutError"):
        engine.wait()
    assert time.monotonic() - begin < 30  # five tries of 0.7 s, with pauses
    assert len(fake.seen) == 5


def test_time_allowed_grows_with_the_tokens_asked_for(engine: Engine) -> None:
    limits = [engine._limit(Request((), Sampling(max_tokens=n), 0)) for n in (1, 8192)]  # type: ignore[attr-defined]
    assert [limit.read for limit in limits] == [pytest.approx(0.7), pytest.approx(4096.2)]
    assert {limit.connect for limit in limits} == {10.0}  # a dead host is noticed at once all the same


def test_cancelling_leaves_the_others_and_frees_their_place(fake: FakeServer) -> None:
    fake.replies = [lambda body: fake.hang(body) if body["seed"] == 1 else chat("4")]
    engine = open_engine("openai:tiny", {"base_url": fake.url, "concurrency": 1})
    hung, fine = (Request((), Sampling(max_tokens=1), s, messages=REQUEST.messages) for s in (1, 2))
    engine.submit([("hung", hung), ("fine", fine)])
    engine.cancel(["hung", "unknown"])
    assert [t for t, _ in engine.wait()] == ["fine"]
    assert engine.wait() == []
    engine.close()


def test_closing_does_not_wait_for_a_hanging_server(fake: FakeServer) -> None:
    fake.replies = [fake.hang]
    engine = open_engine("openai:tiny", {"base_url": fake.url})
    engine.submit([("t", REQUEST)])
    begin = time.monotonic()
    engine.close()
    assert time.monotonic() - begin < 3
    assert not engine._thread.is_alive()  # type: ignore[attr-defined]


def test_a_server_that_cannot_score_says_so(fake: FakeServer, engine: Engine) -> None:
    choice = {"index": 0, "finish_reason": "length", "text": "x", "logprobs": None}
    fake.replies = [ok({"id": "1", "object": "text_completion", "created": 0, "model": "tiny", "choices": [choice]})]
    with pytest.raises(EngineError, match="does not score given tokens"):
        engine.score([((1, 2), (3,))])


def test_a_dead_port_fails_soon() -> None:
    begin = time.monotonic()
    with pytest.raises(EngineError, match="APIConnectionError") as caught:
        open_engine("openai:tiny", {"base_url": f"http://127.0.0.1:{free_port()}/v1"})
    assert time.monotonic() - begin < 30
    assert "is the server running?" in str(caught.value.hint)


def test_a_server_that_dies_between_requests_fails_soon(fake: FakeServer, engine: Engine) -> None:
    fake.close()
    engine.submit([("t", REQUEST)])
    begin = time.monotonic()
    with pytest.raises(EngineError, match="APIConnectionError"):
        engine.wait()
    assert time.monotonic() - begin < 30


def test_a_wrong_model_name_lists_what_is_served(fake: FakeServer) -> None:
    fake.models = models("big", "tiny")
    with pytest.raises(UsageError, match="serves no model 'huge'") as caught:
        open_engine("openai:huge", {"base_url": fake.url})
    assert caught.value.hint == "it serves: big, tiny"
    with pytest.raises(UsageError, match="serves no model ''"):
        open_engine(f"openai:{fake.url}")


def test_a_page_that_is_no_api_is_an_engine_error(fake: FakeServer) -> None:
    for body in (b"<html>", b"{"):
        for kind in ("text/html", "application/json"):
            fake.models = (200, {"Content-Type": kind}, body)
            with pytest.raises(EngineError, match=r"127\.0\.0\.1"):
                open_engine("openai:tiny", {"base_url": fake.url})


def test_an_address_is_enough_for_a_server_of_one_model(fake: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    for arguments in ({}, {"base_url": "http://127.0.0.1:1/v1"}):  # the address in the model's name goes first
        engine = open_engine(f"openai:{fake.url}", arguments)
        assert json.loads(engine.identity)["model"] == "tiny"
        engine.close()
    monkeypatch.setenv("OPENAI_BASE_URL", fake.url)
    open_engine("openai:tiny").close()


def test_arguments_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UsageError, match="no server for the openai engine"):
        open_engine("openai:tiny")
    with pytest.raises(UsageError, match="tensor_parallel_size"):
        open_engine("openai:tiny", {"tensor_parallel_size": 2})


def test_a_model_folder_of_another_machine_says_how_to_name_the_tokenizer(fake: FakeServer) -> None:
    model = {"id": "tiny", "object": "model", "created": 0, "owned_by": "vllm", "root": "/no/such/folder"}
    fake.models = ok({"object": "list", "data": [model]})
    with pytest.raises(EngineError, match="/no/such/folder") as caught:
        open_engine("openai:tiny", {"base_url": fake.url})
    assert "tokenizer=FOLDER_OR_NAME" in str(caught.value.hint) and "tokenizer=none" in str(caught.value.hint)
    engine = open_engine("openai:tiny", {"base_url": fake.url, "tokenizer": "none"})
    assert engine.tokenizer is None
    engine.close()
