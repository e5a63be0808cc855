"""The line between a solution and its tests: two programs in two sandboxes, and plain values that cross.

A solution that shares an interpreter with its tests can pass them without solving anything: it can look for them in the frames above
it, or return an object that equals everything. Here the tests call the solution in another process. Only numbers, texts, None,
lists, tuples, sets and dictionaries of them cross, so what is compared is a value, and what compares is out of the solution's reach.

This file is sent into both sandboxes as text, so it imports the standard library alone.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # as in jail.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_COLLECTIONS: dict[str, Any] = {kind.__name__: kind for kind in (list, tuple, set, frozenset)}


def serve(sources: Sequence[str], name: str, requests: int, replies: int) -> None:
    """The solution's side: run the sources, then answer calls of the function until there are no more.

    Args:
        sources: one after the other, in one namespace.
        name: of the function.
        requests: descriptor to read calls from, one a line.
        replies: descriptor to answer on, one line a call.
    """
    sys.set_int_max_str_digits(0)
    namespace: dict[str, Any] = {"__name__": "solution"}
    for source in sources:
        exec(compile(source, "<solution>", "exec"), namespace)
    with os.fdopen(requests, encoding="utf-8") as calls, os.fdopen(replies, "w", encoding="utf-8") as answers:
        for line in calls:
            print(_answer(namespace[name], line), file=answers, flush=True)


def judge(tests: str, name: str, requests: int, replies: int, proof: str) -> None:
    """The tests' side: run them, each call of the function going to the solution; print the proof behind all of them.

    Args:
        tests: a program that calls the function and does not define it.
        name: of the function.
        requests: descriptor to write calls to.
        replies: descriptor to read answers from.
        proof: what nobody else knows.
    """
    sys.set_int_max_str_digits(0)
    with os.fdopen(requests, "w", encoding="utf-8") as calls, os.fdopen(replies, encoding="utf-8") as answers:

        def call(*arguments: Any, **named: Any) -> Any:
            print(json.dumps([pack(arguments), pack(named)]), file=calls, flush=True)
            line = answers.readline()
            if not line:
                raise SolutionFailed("it ended")
            reply = json.loads(line)
            if "raised" in reply:
                raise SolutionFailed(str(reply["raised"]))
            return unpack(reply["value"])

        exec(compile(tests, "<tests>", "exec"), {"__name__": "tests", name: call})
    sys.stdout.write(f"{proof}\n")


class SolutionFailed(Exception):
    """The solution gave no value."""


def pack(value: Any) -> Any:
    """A value as JSON that keeps lists, tuples, sets and dictionaries apart.

    Raises:
        TypeError: a value of another type.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {"dict": [[pack(key), pack(each)] for key, each in value.items()]}
    for name, kind in _COLLECTIONS.items():
        if isinstance(value, kind):
            return {name: [pack(each) for each in value]}
    raise TypeError(f"a value of type {type(value).__name__} cannot be compared")


def unpack(packed: Any) -> Any:
    """The value that `pack` packed."""
    if not isinstance(packed, dict):
        return packed
    ((name, items),) = packed.items()
    if name == "dict":
        return {unpack(key): unpack(each) for key, each in items}
    return _COLLECTIONS[name](unpack(each) for each in items)


def _answer(function: Callable[..., Any], line: str) -> str:
    arguments, named = map(unpack, json.loads(line))
    try:
        return json.dumps({"value": pack(function(*arguments, **named))})
    except Exception as error:
        return json.dumps({"raised": f"{type(error).__name__}: {error}"})
