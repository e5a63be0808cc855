"""The worker: killed, stopped, shared by threads, left behind by forks, and never left alive by anyone."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reasoning_toolkit.errors import GradingError
from reasoning_toolkit.grading.sympy_tier import TIMEOUT_S
from reasoning_toolkit.grading.verify import Decision, verify
from reasoning_toolkit.grading.verify import decide as decide_fully

module = importlib.import_module("reasoning_toolkit.grading.sympy_tier")
REPOSITORY = Path(__file__).resolve().parents[2]
YES, NO = (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}"), (r"\sum_{k=1}^{n} k", r"\frac{n(n+2)}{2}")
BOMB = r"\int_0^1 x^{x^{x^x}} dx"


def decide(gold: str, prediction: str) -> tuple[bool, str]:
    decision: Decision = decide_fully(gold, prediction)
    return decision.equal, decision.reason


def worker_pid() -> int:
    assert decide(*YES) == (True, "sympy: equal")
    return int(module._worker.process.pid)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_a_worker_killed_between_questions_is_replaced() -> None:
    killed = worker_pid()
    os.kill(killed, signal.SIGKILL)
    assert within(5, lambda: not alive(killed))
    assert (verify(*YES), verify(*NO)) == (True, False)
    assert worker_pid() != killed


def test_a_worker_killed_during_a_question_is_asked_again() -> None:
    killed = worker_pid()
    os.kill(killed, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(decide, *YES)
        time.sleep(0.3)
        assert not answer.done()
        os.kill(killed, signal.SIGKILL)
        assert answer.result(timeout=30) == (True, "sympy: equal")


def test_a_worker_that_does_not_answer_is_killed_in_time() -> None:
    stopped = worker_pid()
    os.kill(stopped, signal.SIGSTOP)
    start = time.monotonic()
    assert decide(*YES) == (False, f"undecided: timed out after {TIMEOUT_S:g} s")
    assert TIMEOUT_S <= time.monotonic() - start < TIMEOUT_S + 1
    assert not alive(stopped)
    assert (verify(*YES), verify(*NO)) == (True, False)


def test_a_worker_that_keeps_dying_leaves_the_question_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*_: object) -> dict[str, object]:
        raise EOFError

    monkeypatch.setattr(module, "_exchange", dead)
    assert decide(*YES) == (False, "undecided: the worker died 2 times")


def test_an_interrupt_does_not_leave_its_reply_to_the_next_question(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = worker_pid()

    def interrupt(*_: object) -> dict[str, object]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_read_reply", interrupt)
        with pytest.raises(KeyboardInterrupt):
            decide(*YES)
    assert decide(*NO) == (False, "sympy: different")
    assert worker_pid() != interrupted


def test_an_ambiguous_comma_does_not_cost_the_timeout_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask(trees: object) -> dict[str, object]:
        asked.append(trees)
        return {"undecided": "timed out"}

    monkeypatch.setattr(module._worker, "ask", ask)
    assert decide("7", rf"\log(1,234) + {BOMB}") == (False, "undecided: timed out")
    assert len(asked) == 1


def test_eight_threads_get_their_own_answers() -> None:
    questions = [(rf"\sum_{{k=1}}^{{n}} {m}k", rf"\frac{{{m + m % 2}n(n+1)}}{{2}}", m % 2 == 0) for m in range(2, 34)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda question: verify(question[0], question[1]), questions))
    assert answers == [expected for *_, expected in questions]


def test_a_bomb_in_one_thread_costs_the_others_nothing_but_time() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda prediction: verify(YES[1], prediction), [YES[0], BOMB, YES[0], BOMB, YES[0]]))
    assert answers == [True, False, True, False, True]


def test_from_a_coroutine() -> None:
    async def ask() -> list[bool]:
        others = asyncio.gather(*(asyncio.to_thread(verify, *question) for question in (YES, NO, YES)))
        return [verify(*YES), verify(*NO), *await others]

    assert asyncio.run(ask()) == [True, False, True, False, True]


def test_the_callers_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 60)
    try:
        verify("7", BOMB)
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def in_forked_child(job: Callable[[], object]) -> str:
    """Run the job in a forked child, return what it returned as JSON; the child leaves without any clean-up."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(job()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


def test_a_forked_child_starts_a_worker_of_its_own_which_ends_with_it() -> None:
    mine = worker_pid()
    verdicts, childs = json.loads(in_forked_child(lambda: ([verify(*YES), verify(*NO)], worker_pid())))
    assert verdicts == [True, False]
    assert childs != mine
    assert within(10, lambda: not alive(childs))
    assert worker_pid() == mine


def test_a_fork_while_another_thread_holds_the_lock() -> None:
    worker_pid()
    asking = threading.Thread(target=decide, args=("7", BOMB))
    asking.start()
    assert within(1, module._worker.lock.locked)
    assert in_forked_child(lambda: verify(*YES)) == "true"
    asking.join()


POOL = r"""
import multiprocessing, sys
from reasoning_toolkit.grading.verify import verify
yes, no = (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}"), (r"\sum_{k=1}^{n} k", r"\frac{n(n+2)}{2}")
assert verify(*yes)  # the parent has a worker of its own by then
with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
    print(pool.starmap(verify, [yes, no, yes, no]))
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_from_a_process_pool(method: str) -> None:
    """In a process without the threads of a test runner: what they hold at a fork would stay held in the child."""
    command = [sys.executable, "-c", POOL, method]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY, timeout=300)
    assert done.stdout.split("\n")[0] == "[True, False, True, False]"


PARENT = r"""
import os, sys, threading, time
from reasoning_toolkit.grading.sympy_tier import _worker
from reasoning_toolkit.grading.verify import decide
assert decide(r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}").equal
if sys.argv[1] != "idle":
    threading.Thread(target=decide, args=("7", r"\int_0^1 x^{x^{x^x}} dx")).start()
    time.sleep(0.2)
child = os.fork() if sys.argv[1] == "asking, with a forked child" else 0
if child or sys.argv[1] != "asking, with a forked child":
    print(_worker.process.pid, child, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("doing", ["idle", "asking", "asking, with a forked child"])
def test_no_worker_outlives_a_parent_that_is_killed(doing: str) -> None:
    command = [sys.executable, "-c", PARENT, doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as parent:
        assert parent.stdout is not None
        worker, child = map(int, parent.stdout.readline().split())
        try:
            assert alive(worker)
            parent.kill()
            assert within(10, lambda: not alive(worker))
        finally:
            if child:
                os.kill(child, signal.SIGKILL)


def test_the_worker_ends_with_a_parent_that_exits() -> None:
    code = "from reasoning_toolkit.grading.verify import decide; from reasoning_toolkit.grading.sympy_tier import _worker\n"
    code += rf"decide(r'{YES[0]}', r'{YES[1]}'); print(_worker.process.pid)"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert not alive(int(done.stdout))
    assert done.stderr == ""


def test_no_descriptor_is_lost_when_workers_are_replaced() -> None:
    worker_pid()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        os.kill(worker_pid(), signal.SIGKILL)
    worker_pid()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_worker_may_run_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    module._worker.stop()
    monkeypatch.chdir(tmp_path)
    assert verify(*YES)


def test_without_sympy_the_question_is_undecided_and_the_rest_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sympy.py").write_text("raise ModuleNotFoundError(\"No module named 'sympy'\")")
    module._worker.stop()
    monkeypatch.syspath_prepend(tmp_path)
    for _ in range(2):
        assert decide(*YES) == (
            False,
            "undecided: sympy is needed: ModuleNotFoundError: No module named 'sympy'",
        )
    assert verify("x^2-1", "(x-1)(x+1)")
    module._worker.stop()


def test_a_worker_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    module._worker.stop()
    monkeypatch.setattr(module.sys, "executable", "/bin/true")
    with pytest.raises(GradingError, match="ended before it was ready"):
        decide(*YES)
