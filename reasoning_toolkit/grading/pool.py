"""Rule on many pairs of answers in child processes that can be killed.

Each child is a fresh interpreter (`pool_worker.py`) that gets a few pairs at a time and answers one line a pair, so the
caller always knows which pair a child is at:

    a child that dies           is replaced; its pair is asked again, up to `ATTEMPTS` times, the pairs behind it always
    a child killed at its start is replaced for `START_TIMEOUT_S`; one that ends by itself there is an error
    a pair over its time limit  is undecided; its child is killed and replaced

Nothing here is global, and no signal handler, thread or fork is used: the pool may be run from any thread, from a
coroutine (which it blocks), from a forked child, and many times at once. The children end with the call.

A message is kept under the capacity of a pipe, so that giving work to a child never blocks.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reasoning_toolkit.errors import GradingError
from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS, Ruling

ATTEMPTS = 5
START_TIMEOUT_S = 120.0
PAIRS_PER_MESSAGE = 64
_MESSAGE_CHARACTERS = 5_000  # at most 12 bytes each as JSON: under 64 KiB
_HINT = (
    "run `python -m reasoning_toolkit.grading.pool_worker module:rule` to see what it says, and look at the free memory"
)

Pair = tuple[str, str]


def rule_on_many(
    pairs: Sequence[Pair], rule: Callable[[str, str], Ruling], *, workers: int, limit_s: float = 10.0
) -> list[Ruling]:
    """The rulings on pairs of gold answer and answer, in their order.

    Args:
        pairs: of at most `MAX_CHARACTERS` characters each.
        rule: a function at the top of a module that a fresh interpreter can import.
        workers: how many child processes.
        limit_s: seconds that one pair may take.

    Raises:
        GradingError: the children cannot be started, or a rule cannot be asked at all.
    """
    batch = _Batch(pairs, f"{rule.__module__}:{rule.__qualname__}", limit_s, workers)
    with selectors.DefaultSelector() as selector:
        children = [_Child(batch, selector) for _ in range(min(workers, len(pairs)))]
        try:
            while _give_work(children):
                _take_replies(children, selector)
        finally:
            for child in children:
                child.stop()
    return [batch.rulings[index] for index in range(len(pairs))]


@dataclass
class _Batch:
    """What is left to do and what is done."""

    pairs: Sequence[Pair]
    rule: str
    limit_s: float
    workers: int
    rulings: dict[int, Ruling] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)
    last_start: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if any(len(gold) + len(answer) > MAX_CHARACTERS for gold, answer in self.pairs):
            raise GradingError(
                f"a pair of over {MAX_CHARACTERS:,} characters", hint="such answers are ruled on in process"
            )
        self.waiting = deque(range(len(self.pairs)))

    def next_message(self) -> list[int]:
        """The indices of the next few pairs: fewer towards the end, so that all children end together."""
        indices: list[int] = []
        room = _MESSAGE_CHARACTERS
        most = max(1, min(PAIRS_PER_MESSAGE, len(self.waiting) // (2 * self.workers)))
        while self.waiting and len(indices) < most:
            room -= sum(map(len, self.pairs[self.waiting[0]]))
            if indices and room < 0:
                break
            indices.append(self.waiting.popleft())
        return indices

    def undecided(self, index: int, why: str) -> None:
        self.rulings[index] = Ruling(False, "", f"undecided: {why}")


class _Child:
    """One child process at a time, and the pairs it was given and has not answered, the first of which it is at."""

    def __init__(self, batch: _Batch, selector: selectors.BaseSelector) -> None:
        self.batch, self.selector = batch, selector
        self.process: subprocess.Popen[bytes] | None = None
        self.pending: deque[int] = deque()
        self.deadline, self.unread, self.ready = 0.0, b"", False

    def give(self, indices: list[int]) -> None:
        """Send these pairs, to a new process if there is none."""
        self.pending.extend(indices)
        if self.process is None:
            self._start()
        assert self.process is not None and self.process.stdin is not None
        message = json.dumps([self.batch.pairs[index] for index in indices]).encode() + b"\n"
        self.deadline = time.monotonic() + (self.batch.limit_s if self.ready else START_TIMEOUT_S)
        try:
            os.write(self.process.stdin.fileno(), message)
        except BrokenPipeError:
            self.lost()

    def read(self) -> None:
        """Take the replies that have come."""
        assert self.process is not None and self.process.stdout is not None
        chunk = os.read(self.process.stdout.fileno(), 1 << 16)
        if not chunk:
            return self.lost()
        *lines, self.unread = (self.unread + chunk).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        self.deadline = time.monotonic() + self.batch.limit_s
        return None

    def lost(self) -> None:
        """The process has died: whatever it had not answered waits again, unless it has killed too many."""
        assert self.process is not None
        if self.ready and self.pending:
            index = self.pending[0]
            self.batch.deaths[index] += 1
            if self.batch.deaths[index] >= ATTEMPTS:
                self.batch.undecided(self.pending.popleft(), f"the worker died {ATTEMPTS} times")
        elif not self.ready:
            exit_code = self.process.wait()
            if exit_code >= 0:  # by itself: the next one would end the same way
                raise GradingError(f"the grader's worker ended with exit code {exit_code}", hint=_HINT)
            if time.monotonic() - self.batch.last_start > START_TIMEOUT_S:
                raise GradingError(f"every worker was killed as it started for {START_TIMEOUT_S:g} s", hint=_HINT)
        self.stop()

    def over_time(self) -> None:
        """The pair it is at has had its time."""
        if not self.ready:
            raise GradingError(f"the grader's worker was not ready after {START_TIMEOUT_S:g} s", hint=_HINT)
        self.batch.undecided(self.pending.popleft(), f"over {self.batch.limit_s:g} s")
        self.stop()

    def stop(self) -> None:
        """Kill the process and put back what it had not answered."""
        self.batch.waiting.extendleft(reversed(self.pending))
        self.pending.clear()
        process, self.process, self.ready, self.unread = self.process, None, False, b""
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            self.selector.unregister(process.stdout)
            process.kill()
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reasoning_toolkit.grading.pool_worker", self.batch.rule],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.selector.register(self.process.stdout, selectors.EVENT_READ, self)

    def _take(self, reply: object) -> None:
        if isinstance(reply, str):
            raise GradingError(f"the grader's worker cannot work: {reply}")
        if reply is True:
            self.ready = True
            self.batch.last_start = time.monotonic()
        else:
            assert isinstance(reply, list)
            self.batch.rulings[self.pending.popleft()] = Ruling(*reply)


def _give_work(children: Sequence[_Child]) -> bool:
    """Give each idle child its next pairs. Returns whether any child has something to do."""
    for child in children:
        if not child.pending and (indices := child.batch.next_message()):
            child.give(indices)
    return any(child.pending for child in children) or bool(children and children[0].batch.waiting)


def _take_replies(children: Sequence[_Child], selector: selectors.BaseSelector) -> None:
    """Wait for the next replies, deaths or ends of time."""
    deadlines = [child.deadline for child in children if child.pending]
    if not deadlines:
        return
    for key, _ in selector.select(max(0.0, min(deadlines) - time.monotonic())):
        key.data.read()
    now = time.monotonic()
    for child in children:
        if child.pending and child.deadline <= now:
            child.over_time()
