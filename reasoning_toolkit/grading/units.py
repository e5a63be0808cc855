r"""What stands behind a value: units, powers of units, ``million``, words that say nothing about the value."""

from __future__ import annotations

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import Apply, Node, Number, Quantity, integer

PHRASES = vocabulary.SEPARATORS | vocabulary.QUALIFIERS | {"to"}


def with_unit(reader: Reader, value: Node) -> Node:
    r"""The value with the words behind it: ``5 \text{ cm}^2``, ``3 square inches``, ``60 miles/hour``."""
    words: list[str] = []
    while (multiplier := _multiplier(reader)) is not None:
        value = _scaled(value, multiplier)
    counts_times = reader.next.text == "times" and reader.after_next.kind in ("end", "close")
    if reader.at("word") and reader.next.text.lower() in vocabulary.CONDITIONS and not counts_times:
        raise Unreadable(f"a value {reader.next.text.lower()} …")
    while reader.at("word") and reader.next.text.lower() not in PHRASES:
        words.append(reader.take().text)
        if reader.at("mark", "/") and reader.after_next.kind == "word":
            reader.take()
            words.append("per")
    if not words:
        return value
    unit = vocabulary.unit_of(" ".join(words))
    if reader.skip("mark", "^"):
        power = reader.grammar.argument(reader)
        unit += f"^{power.value}" if isinstance(power, Number) and unit else ""
    money = unit.partition("/")[0]
    unit = money if money in vocabulary.CURRENCY_SIGNS.values() else unit  # dollars per hour are dollars
    return Quantity(value.value, value.unit or unit) if isinstance(value, Quantity) else Quantity(value, unit)


def _scaled(value: Node, factor: Node) -> Node:
    if isinstance(value, Quantity):
        return Quantity(Apply("*", (value.value, factor)), value.unit)
    return Apply("*", (value, factor))


def _multiplier(reader: Reader) -> Node | None:
    """The number that ``million`` behind a value stands for."""
    number = vocabulary.MULTIPLIERS.get(reader.next.text.lower()) if reader.at("word") else None
    if number is not None:
        reader.take()
    return None if number is None else integer(number)
