"""Start programs in a tier, wait for their end, say how they ended.

At most as many run at once as there are cores, so that one does not take another's time. What a program prints goes to files without
a name, whose size the kernel limits, so nothing here has to keep up with it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from reasoning_toolkit.errors import SandboxError
from reasoning_toolkit.sandbox.denied import denied_calls
from reasoning_toolkit.sandbox.jail import DENIED, OUT_OF_MEMORY
from reasoning_toolkit.sandbox.limits import Limits
from reasoning_toolkit.sandbox.tiers import ENVIRONMENT, NOBODY, Tier, command_of, readable_paths

Reason = Literal["done", "timeout", "memory", "denied", "output limit", "crashed"]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_SLOTS = threading.BoundedSemaphore(CORES)
_LAST_WORDS_S = 0.5  # for a companion to end by itself
_REASONS: dict[int, Reason] = {
    0: "done",
    -signal.SIGXCPU: "timeout",
    -signal.SIGXFSZ: "output limit",
    OUT_OF_MEMORY: "memory",
    DENIED: "denied",
}


@dataclass(frozen=True, slots=True)
class Task:
    """A program, and the descriptors of this process that it may use, under the same numbers."""

    program: str
    descriptors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended.

    Attributes:
        stdout: what it printed, at most `Limits.output_bytes` of it.
        stderr: likewise; the last line names an exception that it did not catch.
        exit: its exit code, or minus the number of the signal that ended it.
        reason: ``done`` with exit code 0; ``timeout`` by the clock or by CPU time; ``memory`` and ``denied`` where the exception that
            it died of says so; ``output limit``; else ``crashed``.
        tier: how it was run.
        seconds: from its start to its end.
    """

    stdout: str
    stderr: str
    exit: int
    reason: Reason
    tier: str
    seconds: float


def run_together(tasks: Sequence[Task], tier: Tier, limits: Limits) -> list[Finished]:
    """Run a program, and companions that end with it, in a tier that nobody has tried yet (`probe.py` tries it).

    The descriptors of the tasks are closed in this process.

    Raises:
        SandboxError: a program could not be shut in; then it has not run.
    """
    if sys.platform != "linux":
        raise SandboxError(f"the sandbox needs Linux, this is {sys.platform}")
    with _SLOTS, ExitStack() as stack:
        try:
            children = [stack.enter_context(_Child(task, tier, limits)) for task in tasks]
        finally:
            for descriptor in {d for task in tasks for d in task.descriptors}:
                os.close(descriptor)
        leader, *companions = children
        leader.wait(limits.wall_seconds)
        for child in companions:
            child.wait(0.0 if leader.late else _LAST_WORDS_S)
        return [child.finished() for child in children]


@dataclass
class _Child:
    """One program in its tier: started when the block begins, dead when it ends."""

    task: Task
    tier: Tier
    limits: Limits
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    late: bool = False

    def __enter__(self) -> _Child:
        command = command_of(self.tier)
        self.stdout, self.stderr, job = (_nameless() for _ in range(3))
        self.ready, signal_ready = os.pipe()
        job.write(self._job(signal_ready))
        job.seek(0)
        try:
            self.process = subprocess.Popen(
                command,
                stdin=job,
                stdout=self.stdout,
                stderr=self.stderr,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=(signal_ready, *self.task.descriptors),
                start_new_session=True,
            )
        except OSError as error:
            os.close(self.ready)
            raise SandboxError(f"tier {self.tier.name} cannot start a program: {error}") from error
        finally:
            os.close(signal_ready)
            job.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        for stream in (self.stdout, self.stderr):
            stream.close()
        os.close(self.ready)

    def wait(self, seconds: float) -> None:
        """Until it ends by itself, or is killed after so many seconds."""
        pidfd = os.pidfd_open(self.process.pid)
        try:
            poll = select.poll()
            poll.register(pidfd, select.POLLIN)
            self.late = not poll.poll(1000 * seconds)
        finally:
            os.close(pidfd)
        self.ended = time.monotonic()
        self._kill()

    def finished(self) -> Finished:
        """How it ended.

        Raises:
            SandboxError: it could not be shut in.
        """
        code = self.process.returncode
        if self.tier.bubblewrap and code > 128 and code not in _REASONS:
            code = 128 - code  # so bubblewrap reports a signal
        stdout, stderr = _text(self.stdout), _text(self.stderr)
        if not self.late and not os.read(self.ready, 1):
            said = (stderr.strip().splitlines() or [f"exit code {code}"])[-1]
            raise SandboxError(f"tier {self.tier.name} cannot shut a program in: {said}")
        reason: Reason = "timeout" if self.late else _REASONS.get(code, "crashed")
        return Finished(stdout, stderr, code, reason, self.tier.name, self.ended - self.began)

    def _kill(self) -> None:
        """The whole process group; in bubblewrap all processes of its namespace follow."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _job(self, ready: int) -> bytes:
        jailed = self.tier.jail
        own_user = self.tier.bubblewrap or os.geteuid() == 0
        job = {
            "program": self.task.program,
            "rlimits": self.limits.rlimits(own_user=own_user),
            "uid": NOBODY,
            "readable": readable_paths() if jailed else None,
            "denied": denied_calls() if jailed else [],
            "ready": ready,
            "fds": self.task.descriptors,
        }
        return json.dumps(job).encode()


def _nameless() -> BinaryIO:
    """A file in memory that ends with its last descriptor."""
    return open(os.memfd_create("sandbox"), "w+b", buffering=0)


def _text(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")
