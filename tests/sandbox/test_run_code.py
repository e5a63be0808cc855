"""How a program ends, and what is kept of it."""

from __future__ import annotations

import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reasoning_toolkit.errors import SandboxError, UsageError
from reasoning_toolkit.sandbox import Finished, Limits, run_code, tiers
from reasoning_toolkit.sandbox import run as running
from reasoning_toolkit.sandbox.run import CORES, Task, run_together
from reasoning_toolkit.sandbox.tiers import ENVIRONMENT, find_tier

KILOBYTE = 1 << 10


def test_what_a_program_prints_is_kept(tier: str) -> None:
    finished = run_code("import sys; print('ü', 1 + 1); print('oh', file=sys.stderr)", tier=tier)
    assert (finished.stdout, finished.stderr, finished.exit) == ("ü 2\n", "oh\n", 0)
    assert (finished.reason, finished.tier) == ("done", tier)
    assert 0 < finished.seconds < 10


@pytest.mark.parametrize(
    ("program", "exit_code", "reason"),
    [
        ("", 0, "done"),
        ("raise SystemExit(0)", 0, "done"),
        ("raise SystemExit(3)", 3, "crashed"),
        ("import os; os._exit(4)", 4, "crashed"),
        ("1 / 0", 1, "crashed"),
        ("not Python", 1, "crashed"),
        ("def f(): f()\nf()", 1, "crashed"),
        ("import ctypes; ctypes.string_at(0)", -11, "crashed"),
        ("x = bytearray(2 << 30)", 201, "memory"),
        ("raise KeyboardInterrupt", 1, "crashed"),
    ],
)
def test_how_it_ended_is_named(program: str, exit_code: int, reason: str, tier: str) -> None:
    finished = run_code(program, tier=tier)
    assert (finished.exit, finished.reason) == (exit_code, reason)


def test_what_the_jail_refuses_is_named(tier: str) -> None:
    program = "import os\nif os.fork() == 0: os._exit(0)"
    assert run_code(program, tier=tier).reason == ("denied" if "B" in tier else "done")


def test_a_program_that_sleeps_is_killed_by_the_clock(tier: str) -> None:
    finished = run_code("print(1, flush=True)\nimport time; time.sleep(60)", tier=tier, limits=Limits(wall_seconds=1.0))
    assert (finished.reason, finished.exit, finished.stdout) == ("timeout", -9, "1\n")
    assert 1.0 <= finished.seconds < 5


@pytest.mark.parametrize("head", ["", "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"])
def test_a_program_that_spins_is_killed(head: str, tier: str) -> None:
    finished = run_code(f"{head}while True: pass", tier=tier, limits=Limits(wall_seconds=0.3))
    assert finished.reason == "timeout"
    assert finished.seconds < 5


def test_time_may_be_over_before_it_has_begun(tier: str) -> None:
    finished = run_code("print(1)", tier=tier, limits=Limits(wall_seconds=0.001))
    assert (finished.reason, finished.stdout) == ("timeout", "")


def test_cpu_time_is_limited_whatever_the_clock_says(tier: str) -> None:
    finished = run_code("while True: pass", tier=tier, limits=Limits(cpu_seconds=1))
    assert (finished.reason, finished.exit) == ("timeout", -24)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_gigabyte_of_output_is_cut(stream: str, tier: str) -> None:
    program = f"import sys\nfor _ in range(1000): print('x' * 10**6, file=sys.{stream})"
    finished = run_code(program, tier=tier)
    assert finished.reason == "output limit"
    assert getattr(finished, stream) == "x" * 64 * KILOBYTE


def test_output_stays_cut_where_the_signal_is_ignored(tier: str) -> None:
    program = (
        "import os, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "for _ in range(100):\n    try: os.write(1, b'x' * 10**6)\n    except OSError: pass"
    )
    finished = run_code(program, tier=tier, limits=Limits(output_bytes=KILOBYTE))
    assert finished.stdout == "x" * KILOBYTE


def test_output_that_is_no_text_is_kept_as_well_as_it_can(tier: str) -> None:
    assert run_code("import os; os.write(1, b'a\\xff')", tier=tier).stdout == "a\ufffd"


def test_every_run_sees_the_same_small_world(tier: str) -> None:
    program = (
        "import os, sys\nprint(sorted(os.environ), hash('x'), os.getcwd(), sys.flags.utf8_mode, __name__, sys.argv[1:])"
    )
    first, second = (run_code(program, tier=tier).stdout for _ in range(2))
    assert first == second
    assert first.endswith("/ 1 __main__ []\n")
    names = first[: first.index("]") + 1]
    assert set(eval(names)) - {"PWD", "LC_CTYPE"} == set(ENVIRONMENT)


def test_the_standard_library_is_there(tier: str) -> None:
    program = (
        "import bisect, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq, itertools, json, math, "
        "random, re, statistics, string, typing, dataclasses, threading, sqlite3\n"
        "thread = threading.Thread(target=print, args=(hashlib.md5(b'x').hexdigest(),)); thread.start(); thread.join()\n"
        "'x'.encode('idna')"
    )
    finished = run_code(program, tier=tier)
    assert finished.stdout == "9dd4e461268c8034f5c8564e155c67a6\n", finished
    assert finished.reason == "done", finished


def test_no_package_of_the_caller_is_there(tier: str) -> None:
    for package in ("numpy", "pytest", "reasoning_toolkit"):
        assert "ModuleNotFoundError" in run_code(f"import {package}", tier=tier).stderr


def test_a_program_may_be_long_and_of_any_text(tier: str) -> None:
    program = f"x = {'y' * 300_000!r}\nz = '\U0001f600\\ud800'\nprint(len(x), len(z))"
    assert run_code(program, tier=tier).stdout == "300000 2\n"
    assert run_code("'\ud800'", tier=tier).reason == "crashed"
    assert run_code("\x00", tier=tier).reason == "crashed"


def test_a_fork_bomb_is_bounded(tier: str) -> None:
    program = (
        "import os, time\nborn = 0\ntry:\n    while True:\n        if os.fork() == 0:\n            time.sleep(20)\n"
        "            os._exit(0)\n        born += 1\nexcept OSError:\n    print(born)"
    )
    assert int(run_code(program, tier=tier).stdout) < (64 if tier == "A" else 1)


def test_companions_end_with_the_first(tier: str) -> None:
    tasks = [Task("print('first')"), Task("import time; time.sleep(60)")]
    first, second = run_together(tasks, find_tier(tier), Limits())
    assert (first.stdout, first.reason) == ("first\n", "done")
    assert second.exit == -9
    assert second.seconds < 5


def test_at_most_as_many_run_at_once_as_there_are_cores(monkeypatch: pytest.MonkeyPatch, tier: str) -> None:
    lock, now, most = threading.Lock(), 0, 0
    wait = running._Child.wait

    def counted(child: running._Child, seconds: float) -> None:
        nonlocal now, most
        with lock:
            now, most = now + 1, max(most, now + 1)
        wait(child, seconds)
        time.sleep(0.05)
        with lock:
            now -= 1

    monkeypatch.setattr(running._Child, "wait", counted)
    with ThreadPoolExecutor(3 * CORES) as threads:
        ends: list[Finished] = list(threads.map(lambda i: run_code(f"print({i})", tier=tier), range(3 * CORES)))
    assert [end.stdout for end in ends] == [f"{i}\n" for i in range(3 * CORES)]
    assert most == CORES


def test_nothing_stays_open(tier: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    run_code("1", tier=tier)
    monkeypatch.setattr(tiers, "_JAIL", Path("/nowhere"))
    with pytest.raises(SandboxError, match="cannot shut a program in"):
        run_together([Task("1")], find_tier(tier), Limits())
    monkeypatch.setattr(tiers, "_interpreter", lambda: "/nowhere")
    with pytest.raises(SandboxError, match=f"tier {re.escape(tier)} cannot"):
        run_together([Task("1")], find_tier(tier), Limits())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_unknown_tier_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="unsaf") as caught:
        run_code("", tier="unsaf")
    assert "did you mean unsafe" in str(caught.value)


def test_unsafe_is_only_ever_asked_for() -> None:
    finished = run_code("print(1)", tier="unsafe")
    assert (finished.stdout, finished.tier) == ("1\n", "unsafe")


def test_elsewhere_than_on_linux_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="needs Linux"):
        run_code("print(1)", tier="unsafe")
