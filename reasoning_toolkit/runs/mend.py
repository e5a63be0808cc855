"""A damaged ledger file: replace it by what can be read of it, and keep the damaged one beside it.

    1. Copy every sound row into `ledger.mending.sqlite`; rows that do not match their checksum go to its quarantine.
    2. Rename it to `ledger.mended.sqlite`: from here on the copy is the ledger.
    3. Move the damaged file and its log to `ledger.damaged-N.sqlite`, and the copy into its place.

A process that is killed before step 2 leaves the damaged file as it was; one that is killed after it is finished by the next.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.runs.store import (
    CHECKED,
    TABLES,
    checksum,
    connect,
    is_damage,
    open_store,
    refuse_newer,
    schema_of,
    tables_of,
    write_error,
)

SIDES = ("-wal", "-shm", "")  # the log goes before the file that it belongs to
SMALLEST_ROW = 32  # bytes
HEADER = 100  # bytes
HISTORY = {
    "attempts": "host, pid, version, started, seconds, made, reused, decoded",
    "quarantine": "source, name, why, body",
}


def mend(path: Path) -> int | None:
    """Mend the file if it needs it.

    Returns:
        How many rows were saved; None where it was sound or not there.

    Raises:
        DiskError: it cannot be read or written; nothing was changed.
        RunError: it was made by a newer version.
    """
    mended = path.with_name(f"{path.stem}.mended{path.suffix}")
    if not mended.exists():
        why = find_damage(path)
        if why is None:
            return None
        _copy(path, mended, why)
    try:
        number = sum(1 for _ in path.parent.glob(f"{path.stem}.damaged-*{path.suffix}")) + 1
        damaged = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        for side in SIDES:
            if Path(f"{path}{side}").exists():
                os.replace(f"{path}{side}", f"{damaged}{side}")
        os.replace(mended, path)
    except OSError as error:
        raise disk_error(path, error) from error
    return _rows(path)


def find_damage(path: Path) -> str | None:
    """What is wrong with the file, None where it is sound, new or not there.

    Raises:
        DiskError: it cannot be read; that says nothing about it.
        RunError: it was made by a newer version.
    """
    header = _header(path)
    if not header:
        return None
    if len(header) == HEADER and header[18] > 2:  # SQLite would read such a file and refuse to write it
        return "its header names no format that can be written"
    connection = connect(path)
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            return str(found)
        tables = tables_of(connection)
        if tables.get("meta") == TABLES["meta"]:
            refuse_newer(path, connection)
        sound = not tables or (TABLES.items() <= tables.items() and schema_of(connection) is not None)
        return None if sound else "its tables are not those of a ledger"
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return str(error)
        raise write_error(path, error) from error
    finally:
        connection.close()


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEADER)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise disk_error(path, error) from error


def _copy(path: Path, mended: Path, why: str) -> None:
    draft = path.with_name(f"{path.stem}.mending{path.suffix}")
    source = connect(path)
    try:
        for side in SIDES:
            Path(f"{draft}{side}").unlink(missing_ok=True)
        target = open_store(draft)
        try:
            with target:
                _salvage(source, target, _most_rows(path))
                target.execute(_insert("quarantine", HISTORY["quarantine"]), ("file", path.name, why, None))
            target.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that is renamed
        finally:
            target.close()
        os.replace(draft, mended)
    except sqlite3.DatabaseError as error:
        raise write_error(draft, error) from error
    except OSError as error:
        raise disk_error(draft, error) from error
    finally:
        source.close()


def _salvage(source: sqlite3.Connection, target: sqlite3.Connection, most: int) -> None:
    for table, columns in HISTORY.items():
        for row in _readable(source, table, columns, most):
            target.execute(_insert(table, columns), [_bindable(value) for value in row])
    for table, columns in CHECKED.items():
        for row in _readable(source, table, columns, most):
            if row[-1] == checksum(row[:-1]):
                target.execute(_insert(table, columns), row)
            else:
                name = row[0] if table == "completions" else row[1]
                target.execute(_insert("quarantine", HISTORY["quarantine"]), quarantine_row(table, name, row))


def quarantine_row(table: str, name: Any, row: tuple[Any, ...]) -> tuple[str, str, str, bytes]:
    """A damaged row as the table `quarantine` keeps it (at most 100 kB of it)."""
    body = repr(row).encode("utf-8", "backslashreplace")[:100_000]
    return table, str(_bindable(name)), "checksum does not match", body


def _readable(source: sqlite3.Connection, table: str, columns: str, most: int) -> Iterator[tuple[Any, ...]]:
    """Every row that can still be read, one by one through its row id; checksums decide which are true."""
    try:
        last = source.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0
    except sqlite3.DatabaseError:
        last = most  # the table's right edge is gone
    for rowid in range(1, min(last, most) + 1):
        try:
            row = source.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
        except sqlite3.DatabaseError:
            continue  # lost, and so made again
        if row is not None:
            yield row


def _most_rows(path: Path) -> int:
    """How many rows the file and its log could hold at most."""
    files = (path, Path(f"{path}-wal"))
    return sum(file.stat().st_size for file in files if file.exists()) // SMALLEST_ROW


def _insert(table: str, columns: str) -> str:
    return f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"


def _bindable(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _rows(path: Path) -> int:
    connection = connect(path)
    try:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in CHECKED]
    finally:
        connection.close()
    return sum(counts)
