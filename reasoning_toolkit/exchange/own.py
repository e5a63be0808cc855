"""Our own format, as JSON lines or as a Parquet table: a row a completion, from which an import makes the same completions again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from reasoning_toolkit.engines.types import FinishReason
from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import need
from reasoning_toolkit.exchange.sample import Label, Sample
from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.files import parse_json, read_rows
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.config import write_atomically
from reasoning_toolkit.disk import disk_error

OBJECTS = ("extra", "label")  # as JSON texts in a table, whose columns need one type


def write_jsonl(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write a JSON object a completion.

    Raises:
        DiskError: it cannot be written.
    """
    write_atomically(path, "".join(json.dumps(_stored(row), sort_keys=True) + "\n" for row in rows))


def write_parquet(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write a table with a row a completion. Halves of surrogate pairs, which it cannot hold, are written as `\\udXXX`.

    Raises:
        DiskError: it cannot be written.
        MissingPackage: pyarrow is not installed.
    """
    pyarrow, parquet = require("pyarrow", "hf"), require("pyarrow", "hf", "pyarrow.parquet")
    flat = [
        {n: json.dumps(v, sort_keys=True) if n in OBJECTS else _whole(v) for n, v in _stored(r).items()} for r in rows
    ]
    part = path.with_name(f".{path.name}.part")
    try:
        parquet.write_table(pyarrow.Table.from_pylist(flat), part)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise disk_error(path, error) from error


def read_own(path: Path) -> Iterator[Sample]:
    """What `write_jsonl` or `write_parquet` wrote: a continuation together with the part of the trace that it continues.

    Raises:
        DataError: a row is not of this form.
        MissingPackage: a table, and pyarrow is not installed.
    """
    traces: dict[str, str] = {}
    for place, given in read_rows(path):
        row = {
            n: parse_json(v.encode(), f"{place}, {n}") if n in OBJECTS and isinstance(v, str) else v
            for n, v in given.items()
        }
        name, text, continues = need(row, "problem_id", str, place), need(row, "text", str, place), row.get("continues")
        if row.get("kind") == "trace":
            traces[name] = text
        if continues and name not in traces:
            raise DataError(
                f"{place}: expected the trace of {name!r} before what continues it", hint="keep the order of the rows"
            )
        whole = traces[name][:continues] + text if continues else text
        extra = need(row, "extra", dict, place)
        question, gold = need(row, "question", str, place), need(row, "gold", str, place)
        ended = _ended(need(row, "finish_reason", str, place), place)
        problem = Problem(name, question, gold, str(row.get("source", path.name)), extra)
        label = _label(row.get("label"), place)
        yield Sample(place, problem, None if ended == "error" else whole, ended, need(row, "tokens", int, place), label)


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "response"}


def _whole(value: Any) -> Any:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _ended(name: str, place: str) -> FinishReason:
    if name not in get_args(FinishReason):
        raise DataError(
            f"{place}: expected finish_reason {' or '.join(get_args(FinishReason))}, got {name!r}",
            hint="is the file whole?",
        )
    ended: FinishReason = name  # type: ignore[assignment]
    return ended


def _label(body: Any, place: str) -> Label:
    if not body:
        return Label()
    try:
        return Label(**body | {"step_ends": tuple(body.get("step_ends", ()))})
    except TypeError as error:
        raise DataError(
            f"{place}: expected a label, got {str(body)[:60]!r}: {error}", hint="is the file whole?"
        ) from error
