"""The ledger: one SQLite file that holds every completion of a run, written down before anyone sees it.

One transaction a completion: a killed process loses nothing that was handed on (`runs/store.py`). Every row carries a checksum; a row
that does not match is set aside in `quarantine`, counted, and made again; a damaged file is mended when it is opened (`runs/mend.py`).
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.types import Completion, Request, Usage
from reasoning_toolkit.runs.encoding import pack, pack_completion, unpack, unpack_completion
from reasoning_toolkit.runs.mend import mend, quarantine_row
from reasoning_toolkit.runs.store import CHECKED, checksum, open_store, read_error, write_error


class Ledger:
    """Completions by identity, and small JSON documents (problems, records, verdicts) by kind and name.

    Args:
        path: the SQLite file; made if missing, unless `readonly`.
        readonly: only read, beside a process that writes.

    Raises:
        DiskError: it cannot be written.
        RunError: it was made by a newer version; or, read-only, it is damaged or holds nothing yet.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path, self.readonly = path, readonly
        self.salvaged = None if readonly else mend(path)  # rows saved out of a damaged file, None where it was sound
        self.connection = open_store(path, readonly=readonly)

    def get(self, key: str) -> Completion | None:
        """A completion, or None where there is none or its row is damaged (then it is set aside)."""
        row = next(self._rows("completions", "key = ?", key), None)
        if row is None or not self._trust("completions", row):
            return None
        return unpack_completion(row[5], row[6])

    def put(self, key: str, request: Request, completion: Completion) -> None:
        """Write a completion down, durably against the death of the process.

        Raises:
            DiskError: the disk is full or cannot be written; what was written before stays.
        """
        labels: dict[str, Any] = {
            "seed": request.seed,
            "index": request.index,
            "parent": request.parent,
            "cut": request.cut,
        }
        labels |= {"inserted": list(request.inserted)} if request.inserted else {}
        asked = labels | {"sampling": asdict(request.sampling), "messages": [dict(m) for m in request.messages]}
        # A continuation's prompt is its parent's prompt and tokens up to the cut, and what was inserted: not stored again.
        prompt = array("I", request.prompt).tobytes() if request.parent is None else None
        row = (key, request.problem_id, pack(asked), prompt, *pack_completion(completion))
        self._write([(_upsert("completions"), (*row, checksum(row)))])

    def save(self, kind: str, documents: Mapping[str, Any]) -> None:
        """Write JSON documents of one kind, all or none.

        Raises:
            DiskError: the disk is full or cannot be written; what was written before stays.
        """
        rows = [(kind, name, pack(body)) for name, body in documents.items()]
        self._write([(_upsert("documents"), (*row, checksum(row))) for row in rows])

    def load(self, kind: str, name: str) -> Any | None:
        """One document, or None where there is none or its row is damaged."""
        row = next(self._rows("documents", "kind = ? AND name = ?", kind, name), None)
        return unpack(row[3]) if row is not None and self._trust("documents", row) else None

    def load_all(self, kind: str) -> dict[str, Any]:
        """All sound documents of a kind, in the order of their names."""
        rows = list(self._rows("documents", "kind = ? ORDER BY name", kind))
        return {row[2]: unpack(row[3]) for row in rows if self._trust("documents", row)}

    def usage(self, keys: Container[str] | None = None) -> tuple[int, Usage]:
        """How many sound completions there are, and their tokens summed; of these keys, without them of all."""
        total, prefilled, cached, decoded = 0, 0, 0, 0
        for row in self._rows("completions"):
            if _is_sound(row) and (keys is None or row[1] in keys):
                used = unpack(row[5])["usage"]
                total, prefilled = total + 1, prefilled + used["prefilled"]
                cached, decoded = cached + used["cached"], decoded + used["decoded"]
        return total, Usage(prefilled, cached, decoded)

    def begin_attempt(self, host: str, pid: int, version: str, started: float) -> int:
        """Note that a stretch of work began; its number. One that was killed keeps no end."""
        statement = "INSERT INTO attempts (host, pid, version, started) VALUES (?, ?, ?, ?)"
        return self._write([(statement, (host, pid, version, started))])

    def end_attempt(self, number: int, seconds: float, made: int, reused: int, decoded: int) -> None:
        """Note what a stretch of work did."""
        statement = "UPDATE attempts SET seconds = ?, made = ?, reused = ?, decoded = ? WHERE id = ?"
        self._write([(statement, (seconds, made, reused, decoded, number))])

    def check(self) -> Iterator[tuple[str, str]]:
        """Every damaged row, as (table, name), setting each aside."""
        for table in CHECKED:
            for row in [row for row in self._rows(table) if not _is_sound(row)]:
                self._trust(table, row)
                yield table, str(row[1] if table == "completions" else row[2])

    def quarantined(self) -> int:
        """How many damages have been found and set aside since the run began."""
        return int(next(self._read("SELECT count(*) FROM quarantine"))[0])

    def close(self) -> None:
        self.connection.close()

    def _rows(self, table: str, where: str = "1", *values: str) -> Iterator[tuple[Any, ...]]:
        """Row id and checked columns, the checksum last."""
        return self._read(f"SELECT rowid, {CHECKED[table]} FROM {table} WHERE {where}", values)

    def _trust(self, table: str, row: tuple[Any, ...]) -> bool:
        """Whether a row is what was written; it is set aside if not."""
        if _is_sound(row):
            return True
        if not self.readonly:
            name = row[1] if table == "completions" else row[2]
            keep = "INSERT INTO quarantine (source, name, why, body) VALUES (?, ?, ?, ?)"
            delete = f"DELETE FROM {table} WHERE rowid = ?"
            self._write([(keep, quarantine_row(table, name, row[1:])), (delete, (row[0],))])
        return False

    def _read(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self.connection.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise read_error(self.path, error) from error

    def _write(self, work: Sequence[tuple[str, Sequence[Any]]]) -> int:
        """Run statements in one transaction; the row id of the last row that was inserted."""
        cursor = self.connection.cursor()
        try:
            with self.connection:
                for statement, values in work:
                    cursor.execute(statement, values)
            return cursor.lastrowid or 0
        except sqlite3.DatabaseError as error:
            raise write_error(self.path, error) from error


def _is_sound(row: tuple[Any, ...]) -> bool:
    return bool(row[-1] == checksum(row[1:-1]))


def _upsert(table: str) -> str:
    """Insert or change in place: row ids stay dense, which mending relies on."""
    names = CHECKED[table].split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    return f"INSERT INTO {table} ({CHECKED[table]}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO UPDATE SET {changes}"
