r"""Recursive descent for atoms: numerals, variables with subscripts, brackets, absolute values, LaTeX arguments."""

from __future__ import annotations

from reasoning_toolkit.grading.environments import matrix_of
from reasoning_toolkit.grading.functions import read_function
from reasoning_toolkit.grading.lexer import Token
from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.pieces import read_number, read_subscript
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import NOTHING, Apply, Collection, Node, Sequence, Symbol

_GROUPS = (("(", ")"), ("{", "}"), ("[", "]"))
_CLOSING = {"(": ")]", "[": ")]", "{": "}", "set": ("set",), "<": (">",), "floor": ("floor",), "ceil": ("ceil",)}


def read_atom(reader: Reader) -> Node:
    """One atom, with its subscript."""
    token = reader.next
    if token.kind == "number":
        return read_number(reader)
    if token.kind == "letter":
        reader.take()
        return _subscripted(reader, token.text)
    if token.kind == "open":
        return read_bracket(reader)
    if token.kind == "function":
        with reader.inside(bars=reader.bars, in_set=reader.in_set):
            return read_function(reader)
    if token.kind == "mark" and token.text == "|":
        reader.take()
        with reader.inside(bars=1):
            inside = reader.grammar.sum(reader)
            reader.expect("mark", "|")
        return Apply("abs", (inside,))
    raise Unreadable(f"a value expected, found {token.text[:20]!r}")


def read_argument(reader: Reader) -> Node:
    r"""One LaTeX argument: a group, one digit of a numeral, or one atom."""
    if reader.at("open", "{"):
        return read_bracket(reader)
    token = reader.next
    if token.kind == "number" and token.text.isdecimal() and len(token.text) > 1:
        digit, rest = Token("number", token.text[0], token.spaced), Token("number", token.text[1:], False)
        reader.tokens[reader.place : reader.place + 1] = [digit, rest]
    if token.kind == "mark" and token.text == "-":
        return reader.grammar.factor(reader)
    with reader.inside():
        return read_atom(reader)


def _subscripted(reader: Reader, name: str) -> Node:
    if reader.skip("mark", "_"):
        return Symbol(f"{name}_{read_subscript(reader)}")
    return Symbol(name)


def read_bracket(reader: Reader) -> Node:
    """A pair of brackets: what it holds, where it only groups, else a sequence, set, matrix, floor or ceiling."""
    opening = reader.take().text
    with reader.inside(in_set=opening == "set"):
        items = reader.grammar.statements(reader)
        closing = reader.expect("close", *_CLOSING[opening]).text
    if opening in ("floor", "ceil"):
        return Apply(opening, tuple(items))
    if opening == "set" or (opening == "{" and len(items) > 1):
        return Collection(tuple(items), braced=True)
    if len(items) == 1 and (opening, closing) in _GROUPS and (opening == "{" or not isinstance(items[0], Sequence)):
        return items[0]
    if opening == "{" and not items:
        return Symbol("")
    if opening == "[" and items and all(isinstance(item, Sequence) and item.opening == "[" for item in items):
        return matrix_of([item.items for item in items if isinstance(item, Sequence)])
    return Sequence(tuple(items), opening, closing) if items or opening != "{" else NOTHING
