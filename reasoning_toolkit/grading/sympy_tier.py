"""The last tier: sums, products, integrals and limits, evaluated by sympy in a process that can be killed.

The child (`worker.py`) gets syntax trees, never text, and builds its expressions by calling constructors. No signal is
used here and one lock guards the one child, so this may be called from any thread, from a coroutine (which it blocks)
and from a forked child, which starts a worker of its own. A worker that dies is replaced and asked again; one that does
not answer in `TIMEOUT_S` of its processor time is killed, and that question alone stays undecided: how busy the machine is
changes no verdict, unless the worker gets next to no processor for `WALL_S`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from typing import Any

from reasoning_toolkit.errors import GradingError
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.tree import Apply, Node, Number, Symbol, walk

TIMEOUT_S = 0.7
WALL_S = 30.0  # for a worker that does not get a processor
START_TIMEOUT_S = 120.0
OPERATORS = frozenset({"sum", "prod", "int", "lim"})
_ATTEMPTS = 2
_GRAIN_S = 0.01
_SCHEDULED = 2  # linux/posix-timers.h: the clock of all threads of a process is ~pid << 3 with this kind


def needs_sympy(node: Node) -> bool:
    """Whether the answer holds an operator that this tier alone can evaluate."""
    return any(isinstance(below, Apply) and below.operator in OPERATORS for below in walk(node))


def equal_by_sympy(gold: Node, prediction: Node) -> bool:
    """Whether two scalars are equal. Takes at most about `TIMEOUT_S` of a processor, and the start of a worker where none is up.

    Raises:
        Undecidable: no scalars, not decided in time, or sympy is not installed.
    """
    reply = _worker.ask([_as_json(gold), _as_json(prediction)])
    if "undecided" in reply:
        raise Undecidable(str(reply["undecided"]))
    return bool(reply["equal"])


def _as_json(node: Node) -> list[Any]:
    match node:
        case Number(value=value):
            return ["number", value.numerator, value.denominator]
        case Symbol(name=name):
            return ["symbol", name]
        case Apply(operator=operator, arguments=below):
            return [operator, *map(_as_json, below)]
    raise Undecidable(f"no number: {type(node).__name__.lower()}")


class _Worker:
    """The one child process of this process, started when first needed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, trees: list[Any]) -> dict[str, Any]:
        """The worker's reply on two trees."""
        line = json.dumps(trees).encode() + b"\n"
        with self.lock:
            for _ in range(_ATTEMPTS):
                try:
                    return _exchange(self._started(), line)
                except TimeoutError:
                    self.stop()
                    return {"undecided": f"timed out after {TIMEOUT_S:g} s"}
                except (BrokenPipeError, EOFError):
                    self.stop()
                except BaseException:  # an interrupt leaves a reply in the pipe that the next question must not get
                    self.stop()
                    raise
        return {"undecided": f"the worker died {_ATTEMPTS} times"}

    def stop(self) -> None:
        """Kill the worker; the next question starts another."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            _close_pipes(process)
            process.wait()

    def forget(self) -> None:
        """In a forked child: the worker belongs to the parent, and so does whoever held the lock."""
        process, self.process, self.lock = self.process, None, threading.Lock()
        if process is not None:
            _close_pipes(process)  # or the worker would not see the parent's end
            process.returncode = 0  # not this process's child: nothing to wait for

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            self.process = _spawn()
            _await_ready(self.process)
        return self.process


def _spawn() -> subprocess.Popen[bytes]:
    """Start a worker that imports from where this process imports, outside the terminal's process group."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "reasoning_toolkit.grading.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        start_new_session=True,
    )


def _await_ready(process: subprocess.Popen[bytes]) -> None:
    hint = "run `python -m reasoning_toolkit.grading.worker` to see what it says"
    try:
        reply = _read_reply(process, START_TIMEOUT_S, START_TIMEOUT_S)
    except TimeoutError as error:
        raise GradingError(f"the grader's worker was not ready after {START_TIMEOUT_S:g} s", hint=hint) from error
    except EOFError as error:
        raise GradingError("the grader's worker ended before it was ready", hint=hint) from error
    if "fatal" in reply:
        raise Undecidable(f"sympy is needed: {reply['fatal']}")


def _exchange(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    assert process.stdin is not None
    unsent = memoryview(line)
    while unsent:
        unsent = unsent[os.write(process.stdin.fileno(), unsent) :]
    return _read_reply(process, TIMEOUT_S, WALL_S)


def _read_reply(process: subprocess.Popen[bytes], timeout_s: float, wall_s: float) -> dict[str, Any]:
    """The next line. Raises TimeoutError after so much processor time or by the clock, and EOFError when the process has ended."""
    assert process.stdout is not None
    descriptor, line = process.stdout.fileno(), b""
    given_up, worked = time.monotonic() + wall_s, _processor_time(process)
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    while not line.endswith(b"\n"):
        left = min(worked + timeout_s - _processor_time(process), given_up - time.monotonic())
        if not poller.poll(max(0.0, left) * 1000 + 1):
            if left > _GRAIN_S:
                continue
            raise TimeoutError
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            raise EOFError
        line += chunk
    reply: dict[str, Any] = json.loads(line)
    return reply


def _processor_time(process: subprocess.Popen[bytes]) -> float:
    """Seconds that a process has worked; where the system does not tell, those of the clock."""
    try:
        return time.clock_gettime(~process.pid << 3 | _SCHEDULED)
    except OSError:
        return time.monotonic()


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


_worker = _Worker()
atexit.register(_worker.stop)
os.register_at_fork(after_in_child=_worker.forget)
