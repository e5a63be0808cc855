"""The SQLite file under an audit's queue: what is read, and the events of the reading, which no statement can change or delete.

Write-ahead log and `synchronous=FULL`: a verdict costs a person minutes, so not even a power cut may lose an acknowledged one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from reasoning_toolkit.audit.events import Event
from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import RunError
from reasoning_toolkit.runs.store import write_error

SCHEMA = 1
_TABLES = (
    "CREATE TABLE items (item TEXT PRIMARY KEY, question TEXT NOT NULL, reference TEXT NOT NULL, answer TEXT NOT NULL, "
    "text TEXT NOT NULL, known TEXT)",
    "CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, reader TEXT NOT NULL, kind TEXT NOT NULL, "
    "item TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are only added'); END",
    "CREATE TRIGGER events_hold BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are only added'); END",
    f"PRAGMA user_version = {SCHEMA}",
)


class Item(NamedTuple):
    """What a reader is shown; `known` is the verdict of a gold item, None of one that is audited."""

    item: str
    question: str
    reference: str
    answer: str
    text: str
    known: str | None = None


class Store:
    """The file, open for reading and adding.

    Args:
        path: made if missing.

    Raises:
        DiskError: it cannot be written.
        RunError: it is damaged, or was made by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # The page's server answers in one thread at a time, but not always in the one that opened the file.
            self.connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.OperationalError) as error:
            raise disk_error(path, error) from error
        try:
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        with self._errors():
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
        with self.transaction():
            found = self.connection.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA:
                raise RunError(
                    f"{self.path} has schema {found}, this version reads up to {SCHEMA}",
                    hint="pip install -U reasoning-toolkit",
                )
            for statement in _TABLES if found == 0 else ():
                self.connection.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, with every other writer waiting."""
        with self._errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def add_items(self, items: list[Item]) -> None:
        """Remember what is read; an item that is known stays as it is."""
        self.connection.executemany("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?, ?)", items)

    def item(self, item: str) -> Item:
        """What is read under this identity."""
        with self._errors():
            row = self.connection.execute("SELECT * FROM items WHERE item = ?", (item,)).fetchone()
        return Item(*row)

    def gold(self) -> dict[str, str]:
        """The known verdicts of the gold items."""
        with self._errors():
            rows = self.connection.execute("SELECT item, known FROM items WHERE known IS NOT NULL ORDER BY item")
            return dict(rows.fetchall())

    def add(self, at: float, reader: str, kind: str, item: str, body: Any) -> Event:
        """Add one event."""
        text = json.dumps(body, sort_keys=True)
        statement = "INSERT INTO events (at, reader, kind, item, body) VALUES (?, ?, ?, ?, ?)"
        number = self.connection.execute(statement, (at, reader, kind, item, text)).lastrowid or 0
        return Event(number, at, reader, kind, item, json.loads(text))

    def events(self, after: int = 0, kind: str | None = None) -> Iterator[Event]:
        """The events after a number, in order; of one kind or of all."""
        statement = (
            "SELECT id, at, reader, kind, item, body FROM events WHERE id > ? AND kind = coalesce(?, kind) ORDER BY id"
        )
        with self._errors():
            rows = self.connection.execute(statement, (after, kind)).fetchall()
        for number, at, reader, of, item, body in rows:
            yield Event(number, at, reader, of, item, json.loads(body))

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise write_error(self.path, error) from error
