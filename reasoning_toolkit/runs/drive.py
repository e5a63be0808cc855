"""Generation memoised by identity: drive many problems through one engine, writing every completion down first.

A pipeline is a plain generator for one problem: it yields the requests it wants next and receives their completions, in
order; what it returns is the problem's result.

    def two_tries(problem):
        first, second = yield [request_a, request_b]
        return first.text, second.text

`drive` runs many of them at once over one engine. A request whose key is in the ledger is answered from there; any other goes to
the engine, and its completion is in the ledger before the generator sees it. So a pipeline holds no line of resume code: after any
crash the same generators are run again, and only what is missing is generated.

A pipeline that may not need all of its requests yields `Until(requests, enough)` and receives the first part of them that was enough;
the requests after it are cancelled. What `enough` is shown never depends on what finished first, so neither does the result.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.runs.ledger import Ledger

AHEAD = 8  # requests of one `Until` in flight: at least 7 votes are needed to certify a unanimous one at α = .05

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Until:
    """Requests of which the first few may be enough.

    Attributes:
        requests: in the order in which they count.
        enough: called once for each completion, in the order of the requests; True ends it with that completion.
        ahead: how many requests after the completed first part are given to the engine. The fewer, the less is wasted when it was
            enough; the engine is filled by taking up more pipelines. Where there are no more, up to twice as many are given.
    """

    requests: Sequence[Request]
    enough: Callable[[Completion], bool]
    ahead: int = AHEAD


Pipeline = Generator[Sequence[Request] | Until, Sequence[Completion], R]


@dataclass(slots=True)
class Counts:
    """What a stretch of work did so far; a progress display reads it.

    Attributes:
        made: completions generated.
        reused: completions answered from the ledger.
        decoded: tokens generated.
        truncated: completions, made or reused, that a token limit cut off.
        waiting: completions asked for and not finished.
        cancelled: completions asked for and given up, since those before them were enough.
    """

    made: int = 0
    reused: int = 0
    decoded: int = 0
    truncated: int = 0
    waiting: int = 0
    cancelled: int = 0


@dataclass(slots=True, eq=False)
class _Active(Generic[R]):
    """A pipeline that waits for completions: the first `used` of `keys` were shown to it, the first `asked` are wanted."""

    name: str
    pipeline: Pipeline[R]
    wants: Until = field(default_factory=lambda: _all_of(()))
    keys: list[str] = field(default_factory=list)
    answers: dict[str, Completion] = field(default_factory=dict)
    asked: int = 0
    used: int = 0
    ended: bool = False

    def want(self, wants: Until, identity: str) -> None:
        self.wants, self.keys = wants, [request.key(identity) for request in wants.requests]
        self.answers, self.asked, self.used, self.ended = {}, 0, 0, not self.keys

    def show(self) -> None:
        """Show the pipeline what it waits for, in order, as far as it is there."""
        while not self.ended and self.keys[self.used] in self.answers:
            enough = self.wants.enough(self.answers[self.keys[self.used]])
            self.used += 1
            self.ended = enough or self.used == len(self.keys)

    def taken(self) -> list[Completion]:
        return [self.answers[key] for key in self.keys[: self.used]]


def _all_of(requests: Sequence[Request]) -> Until:
    return Until(requests, lambda completion: False, ahead=len(requests))


def drive(
    engine: Engine,
    ledger: Ledger,
    pipelines: Iterable[tuple[str, Pipeline[R]]],
    *,
    counts: Counts | None = None,
    notify: Callable[[Counts], None] = lambda counts: None,
) -> Iterator[tuple[str, R]]:
    """Results of pipelines, as each ends.

    Args:
        engine: where missing completions come from.
        ledger: where completions are looked up and written down.
        pipelines: (name, generator); taken up one by one, while the engine has room for more requests.
        counts: kept up to date as the work goes on.
        notify: called after every change of `counts`.

    Raises:
        EngineError: the engine died; everything finished before is in the ledger.
        DiskError: a completion could not be written down; nothing is handed on that is not.
    """
    driver: _Driver[R] = _Driver(engine, ledger, counts or Counts(), notify)
    source = iter(pipelines)
    try:
        while True:
            while not driver.exhausted and len(driver.waiting) < max(1, engine.capacity):
                item = next(source, None)
                driver.exhausted = item is None
                if item is not None:
                    driver.open += 1
                    yield from driver.advance(_Active(*item), None)
            if not driver.waiting:
                if driver.exhausted:
                    return
                continue
            yield from driver.collect()
    finally:
        engine.cancel(list(driver.waiting))


class _Driver(Generic[R]):
    def __init__(self, engine: Engine, ledger: Ledger, counts: Counts, notify: Callable[[Counts], None]) -> None:
        self.engine, self.ledger, self.counts, self.notify = engine, ledger, counts, notify
        self.waiting: dict[str, list[_Active[R]]] = {}  # key → pipelines that asked for it
        self.requests: dict[str, Request] = {}
        self.open = 0  # pipelines taken up and not ended
        self.exhausted = False  # no further pipeline can be taken up

    def advance(self, active: _Active[R], completions: Sequence[Completion] | None) -> Iterator[tuple[str, R]]:
        """Feed a pipeline until it waits for something that is not in the ledger, or ends."""
        while True:
            try:
                wants = next(active.pipeline) if completions is None else active.pipeline.send(completions)
            except StopIteration as end:
                self.open -= 1
                yield active.name, end.value
                return
            active.want(wants if isinstance(wants, Until) else _all_of(wants), self.engine.identity)
            if not self._proceed(active):
                return
            completions = active.taken()

    def collect(self) -> Iterator[tuple[str, R]]:
        """Wait for the engine; write all of it down, then hand on."""
        finished = self.engine.wait()
        if not finished:
            raise EngineError(
                f"the engine stopped with {len(self.waiting)} completions unfinished",
                hint="run the same command again to go on",
            )
        for key, completion in finished:
            if key not in self.requests:
                raise EngineError(f"the engine handed over a completion that nobody waits for (ticket {key!r})")
            self.ledger.put(key, self.requests.pop(key), completion)
            self.counts.made += 1
            self.counts.decoded += completion.usage.decoded
        for key, completion in finished:
            actives = self.waiting.pop(key, [])  # empty where one that finished with it was enough
            self._count(completion)
            for active in actives:
                active.answers[key] = completion
                if self._proceed(active):
                    yield from self.advance(active, active.taken())

    def _proceed(self, active: _Active[R]) -> bool:
        """Show a pipeline what is there and ask for what it wants next; whether it has all that it needs."""
        active.show()
        ahead = self._ahead(active.wants)
        while not active.ended and active.asked < min(len(active.keys), active.used + ahead):
            self._ask(active, min(len(active.keys), active.used + ahead))
            active.show()
        if active.ended:
            self._give_up(active)
        return active.ended

    def _ahead(self, wants: Until) -> int:
        """How far to ask ahead: up to twice as far where no further pipeline can fill the engine and those at work leave it room."""
        room = self.engine.capacity // max(1, self.open) if self.exhausted else 0
        return max(wants.ahead, min(2 * wants.ahead, room))

    def _ask(self, active: _Active[R], end: int) -> None:
        """Look up the requests before `end` that were not asked for, and submit those that are missing."""
        missing: list[tuple[str, Request]] = []
        for i in range(active.asked, end):
            key, request = active.keys[i], active.wants.requests[i]
            if key in active.answers:
                continue
            if key in self.waiting:
                if active not in self.waiting[key]:
                    self.waiting[key].append(active)
            elif (found := self.ledger.get(key)) is not None:
                active.answers[key] = found
                self.counts.reused += 1
                self._count(found)
            else:
                missing.append((key, request))
                self.waiting[key] = [active]
                self.requests[key] = request
        active.asked = end
        self.engine.submit(missing)
        self.counts.waiting = len(self.waiting)

    def _give_up(self, active: _Active[R]) -> None:
        """Cancel what this pipeline alone still waits for."""
        gone = []
        for key in dict.fromkeys(active.keys[active.used : active.asked]):
            others = [other for other in self.waiting.pop(key, ()) if other is not active]
            if others:
                self.waiting[key] = others
            elif self.requests.pop(key, None):  # else it is in the ledger, or has just finished
                gone.append(key)
        self.engine.cancel(gone)
        self.counts.cancelled += len(gone)
        self.counts.waiting = len(self.waiting)

    def _count(self, completion: Completion) -> None:
        self.counts.truncated += completion.finish_reason == "length"
        self.counts.waiting = len(self.waiting)
        self.notify(self.counts)
