"""Fields of a row that comes from elsewhere: there and of the expected kind, or refused with place, expectation and what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, get_args

from reasoning_toolkit.engines.types import FinishReason
from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.sample import GOLD_FROM
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.rows import to_problems

T = TypeVar("T")


def need(row: Mapping[str, Any], name: str, kind: type[T], place: str) -> T:
    """The value of a field.

    Raises:
        DataError: it is absent or of another kind.
    """
    if name not in row:
        raise DataError(
            f"{place}: expected a field {name!r}, got {', '.join(map(repr, row)) or 'none'}",
            hint="is it the right format? `reason list formats`",
        )
    value = row[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise DataError(
            f"{place}: expected {name} to be {_KINDS[kind]}, got {type(value).__name__} {str(value)[:60]!r}",
            hint=_COMPLETE,
        )
    return value


def may(row: Mapping[str, Any], name: str, kind: type[T], place: str) -> T | None:
    """The value of a field that may be absent or null.

    Raises:
        DataError: it is of another kind.
    """
    return None if row.get(name) is None else need(row, name, kind, place)


def need_each(row: Mapping[str, Any], name: str, kind: type[T], place: str) -> list[T]:
    """The value of a field that is a list, all of whose items are of one kind.

    Raises:
        DataError: it is anything else.
    """
    values = need(row, name, list, place)
    for number, value in enumerate(values):
        need({f"{name}[{number}]": value}, f"{name}[{number}]", kind, place)
    return values


def need_count(row: Mapping[str, Any], name: str, place: str, most: int = 2**40) -> int:
    """The value of a field that counts something, from 0 to `most`.

    Raises:
        DataError: it is anything else.
    """
    count = need(row, name, int, place)
    if not 0 <= count <= most:
        raise DataError(f"{place}: expected {name} from 0 to {most:,}, got {str(count)[:40]}", hint=_COMPLETE)
    return count


def finish_reason(name: str, place: str) -> FinishReason:
    """How a completion ended, in our words.

    Raises:
        DataError: it is none of them.
    """
    if name not in get_args(FinishReason):
        raise DataError(
            f"{place}: expected a finish reason {' or '.join(get_args(FinishReason))}, got {name!r}", hint=_COMPLETE
        )
    ended: FinishReason = name  # type: ignore[assignment]
    return ended


def a_problem(place: str, source: str, name: Any, question: str, answer: Any, extra: Mapping[str, Any]) -> Problem:
    """A problem, checked as those of a data file are. Only one that says so, by `GOLD_FROM` in its extra, may have no gold answer.

    Raises:
        DataError: question or answer is empty or no text.
    """
    without = answer in (None, "") and GOLD_FROM in extra
    values = {"id": name, "question": question, "answer": "none" if without else answer}
    (problem,) = to_problems([(place, values)], source=source, stem="", columns={})
    return replace(problem, answer="" if without else problem.answer, extra={**extra, **problem.extra})


_COMPLETE = "is the file complete, and of the format that --as names?"
_KINDS: dict[type, str] = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}
