"""Small pieces that several parts of the parser read: numerals with their base, subscripts, the end of a group."""

from __future__ import annotations

from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.numerals import read_numeral
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import Based, Node

_STARTS_FACTOR = frozenset({"number", "letter", "function", "open"})
_NO_FACTORS = frozenset({"mod", "bmod", "pmod", "over", "choose"})


def read_subscript(reader: Reader) -> str:
    """The text of a subscript, which is a name and no value; spacing is left out."""
    if not reader.skip("open", "{"):
        return reader.take().text
    parts, depth = [], 1
    while depth:
        token = reader.take()
        if token.kind == "end":
            raise Unreadable("a subscript that does not close")
        depth += (token.kind == "open") - (token.kind == "close")
        parts.append(token.text)
    return "".join(parts[:-1])


def starts_factor(reader: Reader) -> bool:
    """Whether a value follows, which multiplies the one before it."""
    token = reader.next
    if token.kind == "mark":
        return token.text == "|" and reader.bars == 0 and not reader.in_set
    return token.kind in _STARTS_FACTOR and token.text not in _NO_FACTORS and not token.text.startswith("end{")


def read_number(reader: Reader) -> Node:
    """A numeral, with its base where it has one."""
    token = reader.take()
    if not reader.at("mark", "_"):
        return read_numeral(token.text)
    return _based(reader, token.text)


def _based(reader: Reader, digits: str) -> Node:
    reader.expect("mark", "_")
    base = read_subscript(reader)
    if not (base.isdecimal() and 2 <= int(base[:3]) <= 36):
        raise Unreadable(f"no base: {base[:20]!r}")
    return Based(digits.lstrip("0") or "0", int(base))


def close_group(reader: Reader, opened: bool) -> None:
    """Take the brace that closes a group, where one was opened."""
    if opened:
        reader.expect("close", "}")
