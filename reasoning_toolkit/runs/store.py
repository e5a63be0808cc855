"""The SQLite file under the ledger: its tables, how it is opened, and what makes a row trustworthy.

Write-ahead log and `synchronous=NORMAL`: a killed process loses nothing that was committed; a power cut loses at most what the last
checkpoint had not synced, and never tears the file. The tables and the schema number come in one transaction, so a file has all of
them or none.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import RunError

SCHEMA = 1
TABLES: dict[str, str] = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum BLOB NOT NULL)",
    "completions": "CREATE TABLE completions (key TEXT PRIMARY KEY, problem_id TEXT NOT NULL, request BLOB NOT NULL, "
    "prompt BLOB, body BLOB NOT NULL, tokens BLOB NOT NULL, checksum BLOB NOT NULL)",
    "documents": "CREATE TABLE documents (kind TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, "
    "checksum BLOB NOT NULL, PRIMARY KEY (kind, name))",
    "attempts": "CREATE TABLE attempts (id INTEGER PRIMARY KEY, host TEXT, pid INTEGER, version TEXT, started REAL, "
    "seconds REAL, made INTEGER, reused INTEGER, decoded INTEGER)",
    "quarantine": "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT, why TEXT NOT NULL, "
    "body BLOB)",
}
CHECKED: dict[str, str] = {  # the columns of the tables whose last column is the checksum of the others
    "completions": "key, problem_id, request, prompt, body, tokens, checksum",
    "documents": "kind, name, body, checksum",
}
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_store(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """Open the file, and make its tables where it has none.

    Raises:
        DiskError: it cannot be written.
        RunError: it was made by a newer version; or, read-only, it cannot be read or holds nothing yet.
    """
    connection = connect(path, readonly=readonly)
    try:
        if not readonly:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        found = tables_of(connection)
        if "meta" in found:
            refuse_newer(path, connection)
        elif readonly:
            raise RunError(f"{path} holds nothing yet", hint="run the command that made it again to go on")
        else:
            _make_tables(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise (read_error if readonly else write_error)(path, error) from error
    except RunError:
        connection.close()
        raise
    return connection


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """A bare connection. Text that damage has made invalid comes back as it can, for the checksum to find."""
    try:
        target = f"{path.resolve().as_uri()}?mode={'ro' if readonly else 'rwc'}"
        connection = sqlite3.connect(target, uri=True, timeout=30)
    except sqlite3.OperationalError as error:
        raise (read_error if readonly else write_error)(path, error) from error
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection


def tables_of(connection: sqlite3.Connection) -> dict[str, str]:
    """The statement of each table."""
    return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())


def schema_of(connection: sqlite3.Connection) -> int | None:
    """The schema number, None where its row is missing or damaged."""
    row = connection.execute("SELECT name, value, checksum FROM meta WHERE name = 'schema'").fetchone()
    return int(row[1]) if row is not None and row[2] == checksum(row[:2]) else None


def refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    """RunError where a newer version made the file."""
    found = schema_of(connection)
    if found is not None and found > SCHEMA:
        raise RunError(
            f"{path} has schema {found}, this version reads up to {SCHEMA}", hint="pip install -U reasoning-toolkit"
        )


def checksum(values: Sequence[Any]) -> bytes:
    """16 bytes that differ for rows that differ in any value or in the type of any value."""
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        digest.update(type(value).__name__.encode() + b":" + len(data).to_bytes(8, "little") + data)
    return digest.digest()


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error says that the file itself is wrong, rather than that it cannot be reached or written."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def read_error(path: Path, error: sqlite3.DatabaseError) -> RunError:
    """A failed read."""
    if is_damage(error):
        return RunError(
            f"{path} is damaged: {error}", hint="run the command that made it again: what can be read is saved"
        )
    return RunError(f"cannot read {path}: {error}", hint="is the folder whole, and yours to read?")


def write_error(path: Path, error: sqlite3.DatabaseError) -> RunError:
    """A failed write."""
    return read_error(path, error) if is_damage(error) else disk_error(path, error)


def _make_tables(connection: sqlite3.Connection) -> None:
    schema = ("schema", str(SCHEMA))
    connection.execute("BEGIN IMMEDIATE")
    for statement in TABLES.values():
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES (?, ?, ?)", (*schema, checksum(schema)))
    connection.commit()
