"""Data files as rows: JSON lines (also gzip), a JSON list, CSV, Parquet.

Nothing is repaired: a torn line, invalid UTF-8, a row that is not an object or has the wrong number of cells is refused
with file and line. Blank lines are passed over but counted. In JSON lines a line ends at a line feed alone: JSON
text may hold the other line separators of Unicode.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.rows import Row


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a data file with their places, in file order.

    Raises:
        DataError: no such file, unreadable, torn, or not of the form its name promises.
        MissingPackage: a Parquet file, and pyarrow is not installed.
    """
    suffix = format_of(path.name)
    if suffix is None:
        raise DataError(f"{path}: expected a name ending in {', '.join(FORMATS)}", hint="rename or convert the file")
    if not path.is_file():
        raise DataError(f"expected a problem file at {path}, found none", hint="check the path")
    return FORMATS[suffix](path)


def format_of(name: str) -> str | None:
    """The ending of a file name that says how to read it, e.g. ``.jsonl.gz``; None for any other name."""
    return next((suffix for suffix in FORMATS if name.endswith(suffix)), None)


def read_json(path: Path) -> Any:
    """A whole JSON file.

    Raises:
        DataError: it cannot be read, or is no JSON in UTF-8.
    """
    return parse_json(_content(path), str(path))


def parse_json(content: bytes, place: str) -> Any:
    """The value of JSON in UTF-8.

    Raises:
        DataError: it is none; `place` says where.
    """
    return _parsed(_decoded(content, place), place)


def _read_json_lines(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_content(path).split(b"\n"), start=1):
        place = f"{path}, line {number}"
        text = _decoded(line, place)
        if text.strip():
            yield place, _object(_parsed(text, place), place)


def _read_json(path: Path) -> Iterator[Row]:
    items = read_json(path)
    if not isinstance(items, list):
        raise DataError(
            f"{path}: expected a JSON list of objects, got {type(items).__name__}",
            hint="one object a line is JSON lines: name the file .jsonl",
        )
    for number, item in enumerate(items, start=1):
        yield f"{path}, item {number}", _object(item, f"{path}, item {number}")


def _read_csv(path: Path) -> Iterator[Row]:
    text = _decoded(_content(path), str(path))
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            place = f"{path}, line {reader.line_num}"
            if None in cells or None in cells.values():
                raise DataError(
                    f"{place}: expected {len(reader.fieldnames or ())} cells, got {_cell_count(cells)}",
                    hint="quote cells that hold commas; is the file complete?",
                )
            yield place, cells
    except csv.Error as error:
        line = reader.reader.line_num
        raise DataError(f"{path}, line {line}: not CSV: {error}", hint="is the file complete?") from error


def _cell_count(cells: dict[str | Any, Any]) -> int:
    return sum(value is not None for key, value in cells.items() if key is not None) + len(cells.get(None, ()))


def _read_parquet(path: Path) -> Iterator[Row]:
    pyarrow = require("pyarrow", "hf")
    parquet = require("pyarrow", "hf", "pyarrow.parquet")
    try:
        rows = parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a Parquet file: {error}", hint="is the file complete?") from error
    for number, row in enumerate(rows, start=1):
        yield f"{path}, row {number}", row


def _content(path: Path) -> bytes:
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path) as stream:
                return stream.read()
        return path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}", hint="is the file complete, and yours to read?") from error


def _decoded(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start)
        within = f", line {line + 1}" if b"\n" in content else ""
        raise DataError(
            f"{place}{within}: expected UTF-8, got the byte 0x{content[error.start]:02x}",
            hint="the file is torn or in another encoding: save it as UTF-8",
        ) from error


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{place}: expected JSON, got {text.strip()[:60]!r}: {error}",
            hint="the line is torn or not JSON: complete or remove it",
        ) from error


def _object(item: Any, place: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise DataError(
            f"{place}: expected an object, got {type(item).__name__} {str(item)[:60]!r}",
            hint='each problem is an object: {"id": ..., "problem": ..., "answer": ...}',
        )
    return item


FORMATS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _read_json_lines,
    ".jsonl.gz": _read_json_lines,
    ".json": _read_json,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
