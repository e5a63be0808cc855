"""The events of an audit's queue, and the state they add up to.

Nothing is ever changed or deleted: a lease, a reading, an undo are one row each, and the state is a fold over the rows in order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reasoning_toolkit.audit.verdicts import SKIP, Reading, reading_from_json


class Event(NamedTuple):
    """One row: `lease`, `reading`, `undo` or `plan`."""

    id: int
    at: float
    reader: str
    kind: str
    item: str
    body: Mapping[str, Any]


class Lease(NamedTuple):
    """An item that is being read: by whom, until when (seconds since 1970); `id` is that of its event."""

    id: int
    reader: str
    until: float


@dataclass(slots=True)
class State:
    """What the events so far add up to.

    Attributes:
        readings: of each item by reader, in the order they came; skips are not among them.
        skipped: who left an item to others.
        leases: of each item the last one that is not used up; it may have run out.
        done: of each reader the readings and skips that were not undone, oldest first: event and item.
        plan: hash of the plan in force.
        last: id of the last event.
    """

    readings: dict[str, dict[str, Reading]] = field(default_factory=lambda: defaultdict(dict))
    skipped: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    leases: dict[str, Lease] = field(default_factory=dict)
    done: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    plan: str | None = None
    last: int = 0

    def apply(self, event: Event) -> None:
        """Take one more event into account."""
        self.last = event.id
        if event.kind == "lease":
            self.leases[event.item] = Lease(event.id, event.reader, float(event.body["until"]))
        elif event.kind == "reading":
            self._read(event)
        elif event.kind == "plan":
            self.plan = str(event.body["hash"])
        elif event.kind == "undo":
            self.done[event.reader].pop()
            self.readings[event.item].pop(event.reader, None)
            self.skipped[event.item].discard(event.reader)

    def _read(self, event: Event) -> None:
        reading = reading_from_json(event.body)
        if reading.verdict == SKIP:
            self.skipped[event.item].add(event.reader)
        else:
            self.readings[event.item][event.reader] = reading
        self.leases.pop(event.item, None)
        self.done[event.reader].append((event.id, event.item))

    def has_met(self, reader: str, item: str) -> bool:
        """Whether a reader has read or skipped an item."""
        return reader in self.readings[item] or reader in self.skipped[item]

    def verdicts(self, item: str) -> list[str]:
        """What readers said of an item, in the order they came."""
        return [reading.verdict for reading in self.readings[item].values()]
