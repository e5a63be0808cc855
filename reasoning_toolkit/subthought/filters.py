"""Which answers may vote: those that the problems can have. One that is refused abstains, and the report counts it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.grading import answer_key
from reasoning_toolkit.lazy import load_function

Filter = Callable[[str], bool]


def find_filter(name: str | None) -> Filter | None:
    """The filter of this name, of a range such as ``0-999`` (whole numbers), or of `file.py@function`; None for none.

    Raises:
        UsageError: there is none, or the range is empty.
    """
    if name is None:
        return None
    if "@" in name:
        return load_function(name)
    low, dash, high = name.partition("-")
    if dash and low.isdecimal() and high.isdecimal():
        if int(low) > int(high):
            raise UsageError(f"no number lies in {name!r}", hint="for example 0-999")
        return lambda answer: (value := whole_number(answer)) is not None and int(low) <= value <= int(high)
    if name not in FILTERS:
        raise unknown("answer filter", name, [*FILTERS, "0-999", "file.py@function"])
    return FILTERS[name]


def whole_number(answer: str) -> int | None:
    """The whole number that an answer is, however it is written; None for anything else."""
    try:
        value = Fraction(answer_key(answer))
    except (ValueError, ZeroDivisionError):
        return None
    return value.numerator if value.denominator == 1 else None


FILTERS: dict[str, Filter] = {
    "aime": lambda answer: (value := whole_number(answer)) is not None and 0 <= value <= 999,
    "integer": lambda answer: whole_number(answer) is not None,
}
