"""Our own format, as JSON lines or as a Parquet table: a row a completion, from which an import makes the same completions again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, finish_reason, may, need, need_count, need_each
from reasoning_toolkit.exchange.sample import Label, Sample
from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.files import parse_json, read_rows
from reasoning_toolkit.runs.config import write_atomically

OBJECTS = ("extra", "label")  # as JSON texts in a table, whose columns need one type


def write_jsonl(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write a JSON object a completion.

    Raises:
        DiskError: it cannot be written.
    """
    write_atomically(path, "".join(json.dumps(_stored(row), sort_keys=True) + "\n" for row in rows))


def write_parquet(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write a table with a row a completion.

    Raises:
        DiskError: it cannot be written.
        MissingPackage: pyarrow is not installed.
    """
    pyarrow, parquet = require("pyarrow", "hf"), require("pyarrow", "hf", "pyarrow.parquet")
    flat = [{n: json.dumps(v, sort_keys=True) if n in OBJECTS else v for n, v in _stored(r).items()} for r in rows]
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
        row = {n: _object(v, f"{place}, {n}") if n in OBJECTS else v for n, v in given.items()}
        name, kind, text = (need(row, field, str, place) for field in ("problem_id", "kind", "text"))
        if kind == "trace":
            traces[name] = text
        question, gold, source = (need(row, field, str, place) for field in ("question", "gold", "source"))
        ended = finish_reason(need(row, "finish_reason", str, place), place)
        yield Sample(
            place,
            a_problem(place, source, name, question, gold, need(row, "extra", dict, place)),
            None if ended == "error" else _prefix(row, traces, place) + text,
            ended,
            need_count(row, "tokens", place),
            _label(may(row, "label", dict, place), place),
            identity=f"{name}, {kind} {need(row, 'number', int, place)}",
            votes=need(row, "votes", bool, place),
        )


def _object(value: Any, place: str) -> Any:
    """An object as a table holds it is a JSON text."""
    return parse_json(value.encode("utf-8", "surrogatepass"), place) if isinstance(value, str) else value


def _prefix(row: Mapping[str, Any], traces: Mapping[str, str], place: str) -> str:
    """The part of the trace that a row continues."""
    continues, name = need_count(row, "continues", place), row["problem_id"]
    if continues and name not in traces:
        raise DataError(
            f"{place}: expected the trace of {name!r} before what continues it", hint="keep the order of the rows"
        )
    return traces[name][:continues] if continues else ""


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "response"}


def _label(body: Mapping[str, Any] | None, place: str) -> Label:
    if not body:
        return Label()
    names = [field.name for field in fields(Label)]
    if unknown := sorted(set(body) - set(names)):
        raise DataError(
            f"{place}: expected a label of {', '.join(names)}, got {unknown[0]!r}", hint="is the file whole?"
        )
    return Label(
        answer=may(body, "answer", str, place),
        right=may(body, "right", bool, place),
        sound=may(body, "sound", bool, place),
        first_error=may(body, "first_error", int, place),
        step_ends=tuple(need_each(body, "step_ends", int, place)) if "step_ends" in body else (),
        extra=may(body, "extra", dict, place) or {},
    )
