r"""Recursive descent for whole answers: lists, sets, relations, names, conditions, words.

    answer     statement ((, | ; | and | or) statement)*        then, at most, words such as "for all x"
    statement  [words (: | =)] union (relation union)* | words
    union      sum ((∪ | ∩ | ∖ | : | mod) sum)*

``parse(text)`` is remembered, so a gold answer is parsed once however many predictions it meets.
"""

from __future__ import annotations

import functools
import re

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.atoms import read_argument, read_bracket
from reasoning_toolkit.grading.expressions import read_factor, read_product, read_sum
from reasoning_toolkit.grading.lexer import Token, tokens_of
from reasoning_toolkit.grading.limits import MAX_DEPTH, Unreadable
from reasoning_toolkit.grading.names import name_of
from reasoning_toolkit.grading.phrases import phrase_of
from reasoning_toolkit.grading.reader import Grammar, Reader
from reasoning_toolkit.grading.tree import (
    Apply,
    Based,
    Collection,
    Node,
    Number,
    Quantity,
    Ratio,
    Relation,
    Symbol,
    children,
)

_RELATIONS = ("=", "<", ">", "<=", ">=", "!=", "≈", "∈")
_TO = frozenset({"to"})
_INFIX = {"mod": "mod", "bmod": "mod", "over": "/", "choose": "binom"}
_NUMBER_SETS = re.compile(r"(?:set )?[CNQRZ](?:[^A-Za-z].*)?")
_BASED = re.compile(
    r"[({]?([0-9][0-9A-Za-z]*)[)}]?(?:_\{?(?:\\text\{)?\(?(\d{1,2}|[a-z]+)\)?\}{0,2}"
    r"|(?:\\text\{)?\(?(?:in)?base\}?-?(\d{1,2}|[a-z]+)\)?\}?)"
)


@functools.lru_cache(maxsize=8192)
def parse(text: str) -> Node:
    """The syntax tree of a tidy answer.

    Raises:
        Unreadable: it is not in the language above.
        Undecidable: a number in it is beyond the limits.
    """
    if (based := _based(text)) is not None:
        return based
    reader = Reader(tokens_of(text), _GRAMMAR)
    items = _statements(reader)
    if not reader.at("end"):
        raise Unreadable(f"found {reader.next.text[:20]!r} behind the answer")
    if not items:
        raise Unreadable("nothing to read")
    answer = items[0] if len(items) == 1 else Collection(tuple(items))
    _refuse_depth(answer)
    return answer


def _based(text: str) -> Based | None:
    """The answer as digits in a stated base: ``1011_2``, ``(1011)_{\\text{two}}``, ``1011 base 2``; else None."""
    if "_" not in text and "base" not in text:
        return None
    match = _BASED.fullmatch(text.replace(" ", "").replace("~", ""))
    if match is None:
        return None
    stated = match[2] or match[3]
    base = int(stated) if stated.isdecimal() else vocabulary.NUMBER_WORDS.get(stated, 0)
    return Based(match[1].upper().lstrip("0") or "0", base) if 2 <= base <= 36 else None


def _refuse_depth(answer: Node) -> None:
    """Trees are walked by recursion: none may be deeper than `MAX_DEPTH`."""
    level: list[Node] = [answer]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise Unreadable(f"a tree more than {MAX_DEPTH} deep")


def _statements(reader: Reader) -> list[Node]:
    """Statements up to a closing bracket or the end; conditions behind them are dropped."""
    items: list[Node] = []
    while not _at_end(reader):
        if _at_separator(reader):
            reader.take()
        elif _at_word(reader, vocabulary.QUALIFIERS) and items:
            _skip_to_end(reader)
        else:
            items.append(_statement(reader))
            if reader.in_set and reader.skip("mark", "|", ":"):
                return [_condition(reader, items)]
            if not (_at_separator(reader) or _at_word(reader, vocabulary.QUALIFIERS) or reader.at("end")):
                break
    values = [item for item in items if not _is_domain(item)]
    return values or items


def _at_end(reader: Reader) -> bool:
    return reader.next.kind in ("close", "end") or (reader.at("function") and reader.next.text.startswith("end{"))


def _at_separator(reader: Reader) -> bool:
    return reader.at("mark", ",", ";", "&", "\\\\") or _at_word(reader, vocabulary.SEPARATORS)


def _at_word(reader: Reader, words: frozenset[str]) -> bool:
    return reader.next.kind == "word" and reader.next.text.lower() in words


def _skip_to_end(reader: Reader) -> None:
    reader.take()
    rest = {token.text.lower() for token in reader.tokens[reader.place :] if token.kind == "word"}
    if reader.nesting or rest & (vocabulary.QUALIFIERS | vocabulary.CONDITIONS):
        raise Unreadable("an answer by cases")
    reader.place = len(reader.tokens) - 1


def _is_domain(node: Node) -> bool:
    r"""``k \in \mathbb{Z}`` says where a parameter lives; it is no value."""
    return (
        isinstance(node, Relation)
        and node.operators == ("∈",)
        and isinstance(node.sides[1], Symbol)
        and _NUMBER_SETS.fullmatch(node.sides[1].name) is not None
    )


def _condition(reader: Reader, items: list[Node]) -> Node:
    """The condition of a set in builder notation stands for the set: ``{x | 1 < x < 2}`` is ``1 < x < 2``."""
    conditions = _statements(reader)
    variable = items[0]
    if len(items) > 1 or not (isinstance(variable, Symbol) or _is_domain(variable)):
        raise Unreadable("a set of no single variable")
    if len(conditions) == 1:
        return conditions[0]
    if not conditions or not all(isinstance(condition, Relation) for condition in conditions):
        raise Unreadable("a set with these conditions")
    return Collection(tuple(conditions))


def _statement(reader: Reader) -> Node:
    label = _leading_words(reader)
    if reader.at("end") or reader.next.kind == "close" or _at_separator(reader):
        return phrase_of(label)
    if reader.skip("mark", ":", "=", "≈"):
        name = " ".join(token.text.lower() for token in label)
        value = _statement(reader)
        return value if not name else _named(name, value)
    return _introduced(reader, label) if label else _chain(reader)


def _introduced(reader: Reader, label: list[Token]) -> Node:
    """What follows words: ``USD 5``, ``the area is 5``, ``about 5``."""
    unit = vocabulary.unit_of(" ".join(token.text for token in label))
    if unit in vocabulary.CURRENCY_SIGNS.values():
        return Quantity(_chain(reader), unit)
    words = [token.text.lower() for token in label]
    is_named = words[-1] in vocabulary.COPULAS and not vocabulary.CONDITIONS.intersection(words)
    if not is_named and not vocabulary.FILLERS.issuperset(words):
        raise Unreadable("words before a value")
    return _chain(reader)


def _named(name: str, value: Node) -> Node:
    if isinstance(value, Relation):
        return value
    return Relation((Symbol(name), value), ("=",), name)


def _leading_words(reader: Reader) -> list[Token]:
    words = []
    while reader.next.kind == "word" and not _at_word(reader, vocabulary.SEPARATORS):
        words.append(reader.take())
    return words


def _chain(reader: Reader) -> Node:
    start = reader.place
    sides, operators, name = [_union(reader)], [], ""
    while reader.at("mark", *_RELATIONS):
        operator = reader.take().text
        if len(sides) == 1 and operator in "=≈":
            name = name_of(reader.tokens[start : reader.place - 1], sides[0])
        side = _union(reader)
        if operator == "≈" and not name:
            continue  # 3/7 ≈ 0.43: the value is the exact one
        operators.append("=" if operator == "≈" else operator)
        sides.append(side)
    return sides[0] if not operators else Relation(tuple(sides), tuple(operators), name)


def _union(reader: Reader) -> Node:
    """Unions, differences, ratios and remainders of sums."""
    value = _set_or_sum(reader)
    while not _at_end(reader):
        if reader.at("mark", "∪", "∩", "∖"):
            operator = reader.take().text
            value = Apply(operator, (value, _set_or_sum(reader)))
        elif (reader.at("mark", ":") and not reader.in_set) or _at_word(reader, _TO):
            value = _ratio(reader, value)
        elif reader.at("function", *_INFIX):
            operator = _INFIX[reader.take().text]
            value = Apply(operator, (value, read_sum(reader)))
        elif reader.skip("function", "pmod"):
            modulus = read_argument(reader)
            value = Quantity(value, f"mod {modulus.value}") if isinstance(modulus, Number) else value
        else:
            break
    return value


def _ratio(reader: Reader, first: Node) -> Node:
    """``3:4:5`` and ``3 to 4``; what is stated behind the last term (``4:30 p.m.``) is of the whole."""
    terms = [first]
    while reader.skip("mark", ":") or (_at_word(reader, _TO) and reader.take()):
        terms.append(_set_or_sum(reader))
    last = terms[-1]
    if isinstance(last, Quantity):
        return Quantity(Ratio((*terms[:-1], last.value)), last.unit)
    return Ratio(tuple(terms))


def _set_or_sum(reader: Reader) -> Node:
    if reader.at("mark", "…"):
        reader.take()
        return Symbol("…")
    return read_sum(reader)


_GRAMMAR = Grammar(_statements, read_sum, read_product, read_factor, read_argument, read_bracket)
