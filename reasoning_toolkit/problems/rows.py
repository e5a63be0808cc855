"""Rows of any data file become Problems: find the columns, check the values, refuse duplicates.

Columns are settled once, on the first row: the caller's mapping, else the first default name present. A row that lacks
one of them later is refused, so that a sparse file cannot change its meaning halfway.

A gold answer that holds `####` is GSM8K's (Cobbe et al. 2021, arXiv 2110.14168; github.com/openai/grade-school-math):
the answer is the text after the last mark without thousands commas, and the whole text is kept in `extra["solution"]`.
A row with the columns `prompt`, `test` and `entry_point` is HumanEval's (Chen et al. 2021, arXiv 2107.03374): its gold answer is the
program that a completion has to pass, prompt + test + a call of the check; its `task_id` is its id.

Both hold for every source, so that a copy under another name is read in the same way.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from reasoning_toolkit.errors import DataError, unknown
from reasoning_toolkit.problems.problem import Kind, Problem

Row = tuple[str, Mapping[str, Any]]
"""Where a row stands (file and line), and its columns."""

DEFAULT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "question": ("question", "problem", "prompt", "input"),
    "answer": ("answer", "gold", "target"),
    "id": ("id",),
}
_MARK = "####"
_CODE = {"prompt", "test", "entry_point"}
_ANSWERS = {"question", *DEFAULT_COLUMNS["answer"]}
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""JSON can spell half of a surrogate pair, which no file, ledger or tokenizer can hold."""


def to_problems(rows: Iterable[Row], *, source: str, stem: str, columns: Mapping[str, str]) -> list[Problem]:
    """Problems in the order of their rows.

    Args:
        rows: place and columns of each.
        source: goes into each problem.
        stem: a problem without an id is called `{stem}-{index}`, from 0.
        columns: our names (question, answer, id) to theirs; only what differs from the defaults.

    Raises:
        UsageError: a key of `columns` that is none of our names.
        DataError: no row at all, a missing column, a missing or empty value, a duplicate id.
    """
    placed: list[tuple[str, Problem]] = []
    settled: dict[str, tuple[str, ...]] = {}
    for index, (place, values) in enumerate(rows):
        kind: Kind = "code" if _is_code(values, columns) else "value"
        values = _with_tests(values, place) if kind == "code" else values
        settled = settled or _settle(columns, values, place)
        placed.append((place, _problem(place, values, settled, source, f"{stem}-{index}", kind)))
    return distinct(placed, source)


def distinct(placed: list[tuple[str, Problem]], source: str) -> list[Problem]:
    """The problems, each with an id of its own; DataError for none or for duplicates."""
    if not placed:
        raise DataError(f"expected at least one problem in {source}, found none", hint="is it the right file?")
    first: dict[str, str] = {}
    again = []
    for place, problem in placed:
        if problem.id in first:
            again.append(f"{problem.id!r} ({place}; first at {first[problem.id]})")
        first.setdefault(problem.id, place)
    if again:
        more = f" and {len(again) - 5} more" if len(again) > 5 else ""
        raise DataError(
            f"expected distinct ids, got duplicates: {', '.join(again[:5])}{more}",
            hint='make the ids distinct, or name another id column: columns={"id": ...}',
        )
    return [problem for _, problem in placed]


def _settle(columns: Mapping[str, str], values: Mapping[str, Any], place: str) -> dict[str, tuple[str, ...]]:
    for field in columns:
        if field not in DEFAULT_COLUMNS:
            raise unknown("problem field", field, DEFAULT_COLUMNS)
    settled = {}
    for field, defaults in DEFAULT_COLUMNS.items():
        if field in columns:
            settled[field] = _mapped(field, columns[field], values, place)
        elif present := [name for name in defaults if name in values]:
            settled[field] = (present[0],)
        elif field != "id":
            raise DataError(
                f"{place} (id {values.get('id')!r}): expected the {field} in a column {' or '.join(defaults)}, "
                f"found {_listed(values)}",
                hint=f'name the column: columns={{"{field}": ...}}',
            )
    return settled


def _mapped(field: str, name: str, values: Mapping[str, Any], place: str) -> tuple[str, ...]:
    parts = (name,) if name in values else tuple(name.split("+"))
    for part in parts:
        if part not in values:
            near = difflib.get_close_matches(part, list(values), n=1, cutoff=0.0)
            raise DataError(
                f"{place}: no column {part!r} for the {field}; found {_listed(values)}",
                hint=f"nearest: {near[0]!r}" if near else "the row has no columns",
            )
    return parts


def _listed(values: Mapping[str, Any]) -> str:
    return f"the columns {', '.join(map(repr, values))}" if values else "no columns"


def _problem(
    place: str,
    values: Mapping[str, Any],
    settled: Mapping[str, tuple[str, ...]],
    source: str,
    fallback: str,
    kind: Kind,
) -> Problem:
    name = _identifier(values, settled.get("id"), place) or fallback
    question = _field("question", values, settled, place, name)
    answer = _field("answer", values, settled, place, name)
    used = {column for names in settled.values() for column in names}
    extra = {column: value for column, value in values.items() if column not in used}
    if kind == "value" and _MARK in answer:
        extra.setdefault("solution", answer)
        answer = answer.rpartition(_MARK)[2].replace(",", "").strip()
        if not answer:
            raise _missing("answer", f"nothing follows {_MARK}", place, name)
    return Problem(id=name, question=question, answer=answer, source=source, extra=extra, kind=kind)


def _is_code(values: Mapping[str, Any], columns: Mapping[str, str]) -> bool:
    """Whether a row is HumanEval's and its answer is found nowhere else."""
    return values.keys() >= _CODE and not (values.keys() | columns.keys()) & _ANSWERS


def _with_tests(values: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A row of HumanEval under our names: a completion of `question` has to pass `answer` (`sandbox.check`)."""
    for column in _CODE:
        if not isinstance(values[column], str) or not values[column].strip():
            raise _missing(column, f"column {column!r} is no text", place, str(values.get("task_id")))
    tests = f"{values['prompt']}\n{values['test']}\ncheck({values['entry_point']})"
    named = {"id": values.get("task_id"), "question": values["prompt"], "answer": tests}
    return named | {name: value for name, value in values.items() if name not in ("prompt", "task_id")}


def _identifier(values: Mapping[str, Any], columns: tuple[str, ...] | None, place: str) -> str | None:
    if columns is None or all(values.get(column) is None for column in columns):
        return None
    return " ".join(_text(values.get(column), f"{place}: id column {column!r}") for column in columns)


def _field(field: str, values: Mapping[str, Any], settled: Mapping[str, tuple[str, ...]], place: str, name: str) -> str:
    parts = []
    for column in settled[field]:
        text = _text(values.get(column), f"{place} (id {name!r}): {field} column {column!r}")
        if not text:
            raise _missing(field, f"column {column!r} is empty or absent", place, name)
        parts.append(text)
    return " ".join(parts)


def _text(value: Any, where: str) -> str:
    """Text as it stands but for outer white space; a whole number without '.0'; '' for what is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    number = isinstance(value, int | float) and not isinstance(value, bool) and value not in (math.inf, -math.inf)
    if number or (isinstance(value, str) and not _HALF_CHARACTER.search(value)):
        return str(value).strip()
    raise DataError(
        f"{where}: expected Unicode text or a finite number, got {type(value).__name__} {ascii(value)[:60]}",
        hint="write it as text in the file",
    )


def _missing(field: str, why: str, place: str, name: str) -> DataError:
    return DataError(
        f"{place} (id {name!r}): expected {'an' if field == 'answer' else 'a'} {field}, got none: {why}",
        hint="complete or remove this row",
    )
