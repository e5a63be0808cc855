"""The scripted engine: every kind of script, faults, delays, and worker processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines import Completion, Engine, Request, Sampling, Usage, generate, open_engine
from reasoning_toolkit.engines.bytes_tokenizer import BytesTokenizer
from reasoning_toolkit.engines.engine import render
from reasoning_toolkit.engines.scripted import ScriptedEngine, ScriptedWorkers
from reasoning_toolkit.errors import EngineError

ENCODE = BytesTokenizer().encode


def ask(text: str = "2 + 2", seed: int = 0, **sampling: object) -> Request:
    return Request(ENCODE(text), Sampling(**sampling), seed)  # type: ignore[arg-type]


def texts(engine: Engine, requests: list[Request]) -> list[str]:
    done = dict(generate(engine, requests))
    return [done[i].text for i in range(len(requests))]


def test_a_list_is_played_in_order_of_submission_and_then_ends() -> None:
    engine = ScriptedEngine(["a", "b"])
    assert texts(engine, [ask(), ask()]) == ["a", "b"]
    engine.submit([("x", ask())])
    with pytest.raises(EngineError, match="no more outputs"):
        engine.wait()


def test_a_mapping_is_looked_up_in_the_prompt_first_key_first() -> None:
    engine = ScriptedEngine({"2 + 2": "4", "2": "two"})
    assert texts(engine, [ask("2"), ask("What is 2 + 2?")]) == ["two", "4"]
    engine.submit([("x", ask("none"))])
    with pytest.raises(EngineError, match="no output for the prompt 'none'"):
        engine.wait()


def test_a_function_and_a_generator() -> None:
    assert texts(ScriptedEngine(lambda prompt, request: f"{prompt}:{request.seed}"), [ask("q", 7)]) == ["q:7"]
    assert texts(ScriptedEngine(str(i) for i in range(3)), [ask()] * 3) == ["0", "1", "2"]


def test_a_chat_is_seen_as_its_contents() -> None:
    engine = ScriptedEngine(lambda prompt, request: prompt)
    request = Request(
        (), Sampling(), 0, messages=({"role": "system", "content": "S"}, {"role": "user", "content": "Q"})
    )
    assert texts(engine, [request]) == ["S\nQ"]
    prompt, messages = render(engine, request.messages)
    assert messages == () and "<|user|>\nQ" in engine.tokenizer.decode(prompt)


def test_a_ready_completion_is_handed_over_as_it_is() -> None:
    ready = Completion((1, 2), "x", "error", Usage(1, 2, 3), error="why")
    engine = ScriptedEngine([ready])
    engine.submit([("t", ask(max_tokens=1))])
    assert engine.wait() == [("t", ready)]


def test_limits_stop_texts_and_counts() -> None:
    engine = ScriptedEngine(lambda prompt, request: "abc END def")
    whole, cut, stopped, exact = (
        c for _, c in sorted(generate(engine, [ask(), ask(max_tokens=2), ask(stop=("END", "b")), ask(max_tokens=11)]))
    )
    assert (whole.text, whole.finish_reason, whole.usage) == ("abc END def", "stop", Usage(5, 0, 11))
    assert (cut.text, cut.finish_reason, cut.tokens) == ("ab", "length", (97, 98))
    assert (stopped.text, stopped.finish_reason) == ("a", "stop")
    assert (
        stopped.tokens == tuple(b"ab") and stopped.usage.decoded == 2
    )  # real engines count the stop text's tokens too
    assert (exact.text, exact.finish_reason) == ("abc END def", "stop")


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_fault_on_the_nth_request_surfaces_and_leaves_the_rest(n: int) -> None:
    fault = MemoryError("out of memory")
    engine = ScriptedEngine([*["ok"] * (n - 1), fault, "after", "after"])
    engine.submit((str(i), ask()) for i in range(1, n + 2))
    for i in range(1, n):
        assert [(t, c.text) for t, c in engine.wait()] == [(str(i), "ok")]
    with pytest.raises(MemoryError) as caught:
        engine.wait()
    assert caught.value is fault
    assert [(t, c.text) for t, c in engine.wait()] == [(str(n + 1), "after")]
    assert engine.wait() == []
    assert texts(engine, [ask()]) == ["after"]


def test_a_script_that_raises_is_a_fault_too() -> None:
    def script(prompt: str, request: Request) -> str:
        if request.seed == 1:
            raise ZeroDivisionError("seed 1")
        return "ok"

    engine = ScriptedEngine(script, slots=1)
    engine.submit([("0", ask()), ("1", ask(seed=1)), ("2", ask())])
    assert [t for t, _ in engine.wait()] == ["0"]
    with pytest.raises(ZeroDivisionError):
        engine.wait()
    assert [t for t, _ in engine.wait()] == ["2"]


def test_delays_order_completions_and_slots_limit_them() -> None:
    delays = [0.09, 0.03, 0.0]
    order = []
    engine = ScriptedEngine(lambda prompt, request: "x", delay=lambda request: delays[request.seed], slots=2)
    begin = time.monotonic()
    for i, _ in generate(engine, [ask(seed=s) for s in range(3)]):
        order.append(i)
    assert order == [1, 2, 0]  # the third starts when the second has left its slot
    assert 0.09 <= time.monotonic() - begin < 1
    assert engine.capacity == 2


def test_cancelled_requests_are_never_handed_over() -> None:
    engine = ScriptedEngine(lambda prompt, request: str(request.seed), delay=lambda r: 0.001 * r.seed, slots=2)
    engine.submit((str(i), ask(seed=i)) for i in range(5))
    assert [t for t, _ in engine.wait()] == ["0"]
    engine.cancel(["1", "3", "unknown"])  # one being worked on, one waiting
    assert [t for _ in range(2) for t, _ in engine.wait()] == ["2", "4"]
    assert engine.wait() == []


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_survives(text: str) -> None:
    assert texts(ScriptedEngine([text]), [ask(max_tokens=10**9)]) == [text]


def test_ten_megabytes_in_one_line() -> None:
    line = "é🤖\x00 " * 1_250_000
    assert texts(ScriptedEngine([line]), [ask(max_tokens=10**9)]) == [line]


def test_score_is_one_number_a_token() -> None:
    assert ScriptedEngine([], log_probability=-2.0).score([((1,), (1, 2)), ((1,), ())]) == [(-2.0, -2.0), ()]


SCRIPT = """
import os, signal, time

class OwnFault(Exception):
    pass

def reply(prompt, request):
    if prompt == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if prompt == "fault":
        return OwnFault("on purpose")
    if prompt == "raise":
        raise ValueError("raised")
    if prompt == "hang":
        time.sleep(600)
    if prompt == "pid":
        time.sleep(0.2)
        return str(os.getpid())
    return prompt
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    (tmp_path / "model.py").write_text(SCRIPT)
    return f"{tmp_path}/model.py@reply"


@pytest.fixture
def workers(script: str) -> Iterator[ScriptedWorkers]:
    engine = open_engine(f"scripted:{script}", {"workers": 2})
    assert isinstance(engine, ScriptedWorkers)
    yield engine
    engine.close()


def test_workers_answer_from_processes_of_their_own(workers: ScriptedWorkers) -> None:
    pids = set(texts(workers, [ask("pid")] * 6))
    assert len(pids) == 2 and str(os.getpid()) not in pids
    odd = "\x00🤖\ud800 \udfff"
    assert texts(workers, [ask(odd)]) == [odd]
    assert workers.wait() == []


def test_workers_keep_what_is_finished_when_one_request_fails(workers: ScriptedWorkers) -> None:
    workers.submit([("a", ask("a")), ("bad", ask("fault")), ("b", ask("b")), ("worse", ask("raise")), ("c", ask("c"))])
    time.sleep(1.5)  # all are finished before the first `wait`
    found, faults = [], []
    for _ in range(10):
        try:
            found += [t for t, _ in workers.wait()]
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
    assert sorted(found) == ["a", "b", "c"]
    raised, returned = sorted(faults)
    assert "failed: ValueError: raised" in raised
    assert returned == "OwnFault: on purpose"
    assert texts(workers, [ask("after")]) == ["after"]


def test_a_killed_worker_is_an_error_with_a_hint(workers: ScriptedWorkers) -> None:
    assert texts(workers, [ask("first")]) == ["first"]
    workers.submit([("x", ask("die"))])
    with pytest.raises(EngineError, match="a worker process of the engine died") as caught:
        workers.wait()
    assert caught.value.hint == "run the same command again to go on"
    with pytest.raises(EngineError, match="a worker process of the engine died"):
        workers.submit([("y", ask("later"))])


def test_cancelled_work_of_workers_is_never_handed_over(workers: ScriptedWorkers) -> None:
    workers.submit((str(i), ask("pid")) for i in range(6))
    workers.cancel(["0", "3", "5", "unknown"])
    found = []
    while finished := workers.wait():
        found += [t for t, _ in finished]
    assert sorted(found) == ["1", "2", "4"]


def test_workers_end_when_their_parent_is_killed(script: str, tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(
        "from reasoning_toolkit.engines import Request, Sampling, generate, open_engine\n"
        "if __name__ == '__main__':\n"
        f"    engine = open_engine({f'scripted:{script}'!r}, {{'workers': 2}})\n"
        "    ask = lambda text: Request(tuple(text.encode()), Sampling(), 0)\n"
        "    print(*{c.text for _, c in generate(engine, [ask('pid')] * 6)}, flush=True)\n"
        "    list(generate(engine, [ask('hang')] * 2))\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2 and all(alive(pid) for pid in pids)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    assert until(lambda: not any(alive(pid) for pid in pids), seconds=5)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
