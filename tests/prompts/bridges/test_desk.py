"""The desk: threads are answered together, from the ledger where it can be, and never left waiting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Sampling
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.prompts.bridges.desk import Desk, Question
from reasoning_toolkit.runs.ledger import Ledger

WARM = Sampling(temperature=1.0, max_tokens=32)


def question(engine: ScriptedEngine, text: str, sampling: Sampling = WARM) -> Question:
    return Question(engine, ({"role": "user", "content": text},), sampling)


def engine_of(seen: list[str] | None = None) -> ScriptedEngine:
    def script(prompt, request):
        if seen is not None:
            seen.append(prompt)
        return f"{prompt.count('x')} {request.seed % 1000}"

    return ScriptedEngine(script, slots=64)


def test_many_threads_are_answered_together_each_with_its_own(tmp_path: Path) -> None:
    engine, desk = engine_of(), Desk(Ledger(tmp_path / "l"), 0)
    sizes: list[int] = []
    whole = desk.answer
    desk.answer = lambda questions: (sizes.append(len(questions)), whole(questions))[1]  # type: ignore[method-assign]

    def work():
        with ThreadPoolExecutor(16) as pool:
            return list(pool.map(lambda i: desk.ask(question(engine, "x" * i)).text.split()[0], range(16)))

    assert desk.serve(work) == [str(i) for i in range(16)]
    assert max(sizes) > 4  # not one by one
    assert sum(sizes) == engine.calls == desk.counts.made == 16


def test_what_is_drawn_is_drawn_anew_and_found_again(tmp_path: Path) -> None:
    ledger, engine = Ledger(tmp_path / "l"), engine_of()
    first = [Desk(ledger, 0).answer([question(engine, "x")] * 3) for _ in range(2)]
    assert first[0] == first[1]
    assert len({completion.text for completion in first[0]}) == 3
    assert engine.calls == 3
    greedy = Sampling(temperature=0.0, max_tokens=32)
    desk = Desk(ledger, 0)
    assert desk.ask(question(engine, "x", greedy)) == desk.ask(question(engine, "x", greedy))
    assert engine.calls == 4


def test_calls_are_made_in_the_owners_thread(tmp_path: Path) -> None:
    desk = Desk(Ledger(tmp_path / "l"), 0)
    assert desk.serve(lambda: desk.do(threading.get_ident)) == threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        desk.serve(lambda: desk.do(lambda: 1 // 0))


def test_what_the_work_raises_comes_out(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        Desk(Ledger(tmp_path / "l"), 0).serve(lambda: {}["mine"])


def test_a_dead_engine_ends_everything_and_leaves_no_thread_waiting(tmp_path: Path) -> None:
    engine = ScriptedEngine(lambda prompt, request: EngineError("out of memory"))
    desk = Desk(Ledger(tmp_path / "l"), 0)

    def work():
        with ThreadPoolExecutor(8, "asking") as pool:
            return list(pool.map(lambda i: desk.ask(question(engine, "x" * i)), range(40)))

    with pytest.raises(EngineError, match="out of memory"):
        desk.serve(work)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "asking" in thread.name:
            thread.join(5)
    assert not any("asking" in thread.name for thread in threading.enumerate())


def test_two_engines_are_asked_at_once(tmp_path: Path) -> None:
    one, two = engine_of(), ScriptedEngine(lambda prompt, request: "two", identity="two")
    desk = Desk(Ledger(tmp_path / "l"), 0)
    answers = desk.answer([question(two, "x"), question(one, "xx"), question(two, "xxx")])
    assert [answer.text.split()[0] for answer in answers] == ["two", "2", "two"]


def test_a_spent_budget_answers_with_errors_and_asks_nobody(tmp_path: Path) -> None:
    engine = engine_of()
    desk = Desk(Ledger(tmp_path / "l"), 0, most_calls=3)
    reasons = [answer.finish_reason for answer in desk.answer([question(engine, "x")] * 5)]
    assert reasons == ["stop"] * 3 + ["error"] * 2
    assert "budget of 3 calls" in (desk.ask(question(engine, "xx")).error or "")
    assert engine.calls == len(desk.used) == 3
