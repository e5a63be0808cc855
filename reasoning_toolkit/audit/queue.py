"""The reading queue: hands out what is to be read next, one reader an item at a time, and writes down what was said.

Readers are processes that share nothing but the file. Every step is one transaction over all events so far, so two of them never
hold one item, and a process that dies leaves at most a lease, which runs out, or is taken up again by the same reader.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from reasoning_toolkit.audit.events import Lease, State
from reasoning_toolkit.audit.manifest import changed, read_manifest
from reasoning_toolkit.audit.progress import ProblemReading, read_progress
from reasoning_toolkit.audit.steps import split_steps
from reasoning_toolkit.audit.store import Item, Store
from reasoning_toolkit.audit.verdicts import Reading, reading_from_json
from reasoning_toolkit.errors import UsageError

LEASE = 1800.0  # seconds; asking again for the same item begins them anew
GOLD_EVERY = 8  # readings between two gold items, on average


class LeaseLost(UsageError):
    """The item is not in the reader's hands any more."""


class Handed(NamedTuple):
    """An item in a reader's hands; `lease` is what a reading of it must name."""

    lease: int
    item: Item


class Queue:
    """The queue of a planned audit.

    Args:
        run: the run directory.
        clock: seconds since 1970.

    Raises:
        RunError: the audit has no plan, or its manifest is not the one that was registered.
        DiskError: the queue cannot be written.
    """

    def __init__(self, run: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = run / "audit" / "manifest.json"
        self.manifest = read_manifest(self._path)
        self.store = Store(run / "audit" / "queue.sqlite")
        self._clock, self._state = clock, State()
        audited = {item for problem in self.manifest.problems for item in problem.items}
        try:
            self._refresh()
            self.gold = {item: known for item, known in self.store.gold().items() if item not in audited}
        except BaseException:
            self.store.close()
            raise

    def take(self, reader: str) -> Handed | None:
        """The next item for a reader, leased to them; None where there is nothing for them now.

        What they hold already comes first, then now and then a gold item, then what another began, then the rest in the order
        of the run. A reader never gets an item that they have read or skipped.
        """
        with self.store.transaction():
            state, now = self._refresh(), self._clock()
            item = next(self._offers(reader, state, now), None)
            if item is None:
                return None
            return Handed(self._lease(reader, item, now).id, self.store.item(item))

    def answer(self, reader: str, lease: int, body: dict[str, Any]) -> Reading:
        """Write down what a reader says of the item they hold.

        Args:
            lease: of `take`.
            body: verdict, step, type, note and seconds of a `Reading`; the verdict may be "skip".

        Raises:
            LeaseLost: another reader has taken the item since the lease ran out, or it was answered already.
            UsageError: the body does not fit.
        """
        with self.store.transaction():
            state = self._refresh()
            held = next((i for i, found in state.leases.items() if (found.id, found.reader) == (lease, reader)), None)
            if held is None:
                raise LeaseLost("this item is not in your hands any more", hint="go on with the next one")
            reading = reading_from_json(body, len(split_steps(self.store.item(held).text)))
            state.apply(self.store.add(self._clock(), reader, "reading", held, asdict(reading)))
        return reading

    def undo(self, reader: str) -> bool:
        """Take a reader's last reading or skip back, and lease them the item again, so that `take` hands it over first.

        Where another reader holds the item meanwhile, it comes back later.

        Returns:
            False where there is nothing to take back.
        """
        with self.store.transaction():
            state, now = self._refresh(), self._clock()
            if not state.done[reader]:
                return False
            event, item = state.done[reader][-1]
            state.apply(self.store.add(now, reader, "undo", item, {"event": event}))
            if item in self._waiting(state) and _is_free(item, reader, state, now):
                self._lease(reader, item, now)
        return True

    def progress(self) -> list[ProblemReading]:
        """Where every problem stands."""
        return read_progress(self.manifest, self._refresh())

    def state(self) -> State:
        """All events so far, added up."""
        return self._refresh()

    def close(self) -> None:
        self.store.close()

    def _refresh(self) -> State:
        for event in self.store.events(self._state.last):
            self._state.apply(event)
        if self._state.plan != self.manifest.hash:
            raise changed(self._path)
        return self._state

    def _lease(self, reader: str, item: str, now: float) -> Lease:
        self._state.apply(self.store.add(now, reader, "lease", item, {"until": now + LEASE}))
        return self._state.leases[item]

    def _waiting(self, state: State) -> list[str]:
        """What the audit can use a reading of: the next item of each open problem, and gold items."""
        following = [p.next for p in read_progress(self.manifest, state) if p.next is not None]
        return [*dict.fromkeys(following), *self.gold]

    def _offers(self, reader: str, state: State, now: float) -> Iterator[str]:
        waiting = self._waiting(state)
        held = [(lease.id, item) for item, lease in state.leases.items() if lease.reader == reader and item in waiting]
        yield from [item for _, item in sorted(held, reverse=True)]
        free = [i for i in waiting if not state.has_met(reader, i) and _is_free(i, reader, state, now)]
        audited = [item for item in free if item not in self.gold]
        if audited and self._gold_is_due(reader, state):
            yield from sorted((i for i in free if i in self.gold), key=lambda item: _hash(reader + item))
        yield from sorted(audited, key=lambda item: -len(state.readings[item]))

    def _gold_is_due(self, reader: str, state: State) -> bool:
        """Whether it is time for a gold item, at places that differ by reader."""
        met = [item for _, item in state.done[reader]]
        gold = sum(item in self.gold for item in met)
        return (len(met) - gold + _hash(reader) % GOLD_EVERY) // GOLD_EVERY > gold


def _is_free(item: str, reader: str, state: State, now: float) -> bool:
    lease = state.leases.get(item)
    return lease is None or lease.reader == reader or lease.until < now


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
