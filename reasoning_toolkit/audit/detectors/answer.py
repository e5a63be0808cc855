r"""A: the answer in the box is derived nowhere.

Every part of the boxed answer (of a list, tuple or interval) must occur before the first box: as a number of the text, as a side of a
relation or a formula in any form, or as a word ("five"); of a fraction both terms will do. Numbers that only label a step do not count.
What the box's own formula computes, and the sum of two numbers that stand just before it (``m + n``), is derived there.

Not judged: a solution without a box, and an answer that is no number or list of numbers.
"""

from __future__ import annotations

import itertools
import re
from fractions import Fraction
from typing import Literal

from reasoning_toolkit.audit.detectors.chains import is_number, pairs_of, sides_of
from reasoning_toolkit.audit.detectors.finding import MAX_QUOTE, SOUND, Context, Finding, step_at
from reasoning_toolkit.grading.canonical import tidy
from reasoning_toolkit.grading.extract import extract_answer
from reasoning_toolkit.grading.limits import Undecidable, Unreadable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.statements import parse
from reasoning_toolkit.grading.tree import (
    INFINITY,
    Apply,
    Collection,
    Node,
    Number,
    Quantity,
    Relation,
    Sequence,
    free_symbols,
)

Derivation = Literal["computed", "stated", "nowhere", "not judged"]

_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])")
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:(?:,|\{,\})\d{3})+(?![\d,])|(?<![\d.])\d{1,30}(?:\.\d{1,30})?(?!\d)")
_GROUPING = re.compile(r"[,{}]")
_STEP_LABEL = re.compile(r"(?im)^[#*\s]*(?:step|case|part)\s*\d+|^\s*\**\d{1,2}[.)]\s")
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_LAST_CHARACTERS = 300


def answer_not_derived(problem: str, solution: str, context: Context) -> Finding:
    """A: some part of the boxed answer occurs nowhere before the box."""
    if derivation(solution) != "nowhere":
        return SOUND
    start = _BOX.search(solution).start()  # type: ignore[union-attr]
    line = solution[solution.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    reason = f"the answer {extract_answer(solution)} occurs nowhere before the box"
    return Finding(True, 1.0, step_at(solution, start), line.strip()[:MAX_QUOTE], reason)


def derivation(solution: str) -> Derivation:
    """How the boxed answer is come by: as a side of a relation, by mention, or not at all."""
    box = _BOX.search(solution)
    parts = _parts(extract_answer(solution) or "") if box else []
    if box is None or not parts or not all(map(_has_value, parts)):
        return "not judged"
    before = _STEP_LABEL.sub("", solution[: box.start()])
    ends = [node for pair in pairs_of(solution) for node in (pair.left, pair.right) if pair.end <= box.start()]
    if all(_is_among(part, ends) for part in parts) or _computed_in_place(solution, box.start(), parts):
        return "computed"
    numbers = _numbers(before)
    lone = sides_of(before)
    if all(_is_stated(part, before, numbers) or _is_among(part, lone) for part in parts):
        return "stated"
    return "nowhere"


def _has_value(part: Node) -> bool:
    return isinstance(part, Number | Apply | Quantity) and is_number(part)


def _parts(answer: str) -> list[Node]:
    try:
        node = parse(tidy(answer))
    except (Unreadable, Undecidable, RecursionError):
        return []
    return [
        part for part in _scalars(node) if part != INFINITY and part != Apply("*", (Number(Fraction(-1)), INFINITY))
    ]


def _scalars(node: Node) -> list[Node]:
    match node:
        case Sequence(items=items) | Collection(items=items):
            return [part for item in items for part in _scalars(item)]
        case Relation(sides=sides):
            return _scalars(sides[-1])
        case Apply("∪" | "∖" | "±", arguments):
            return [part for argument in arguments for part in _scalars(argument)]
    return [node]


def _is_among(part: Node, nodes: list[Node]) -> bool:
    return part in nodes or any(_equal(part, node) for node in dict.fromkeys(nodes))


def _equal(a: Node, b: Node) -> bool:
    if free_symbols(a) != free_symbols(b):
        return False
    try:
        return equal_scalars(a, b)
    except Undecidable:
        return False


def _is_stated(part: Node, text: str, numbers: set[Fraction]) -> bool:
    """Whether a number, its numerator and denominator, or its word is in the text."""
    if not is_number(part):
        return False
    try:
        value = abs(rational_value(part, {}))
    except (Irrational, Undecidable):
        return False
    if value in numbers or {Fraction(value.numerator), Fraction(value.denominator)} <= numbers | {Fraction(1)}:
        return value in numbers or value.denominator > 1
    return (
        value < len(_WORDS) and re.search(rf"(?i)\b{_WORDS[int(value)]}\b", text) is not None and value.denominator == 1
    )


def _numbers(text: str) -> set[Fraction]:
    return {Fraction(_GROUPING.sub("", match[0])) for match in _NUMBER.finditer(text)}


def _computed_in_place(solution: str, box: int, parts: list[Node]) -> bool:
    """Whether the box ends a calculation, or holds the sum of two numbers that stand just before it."""
    for pair in pairs_of(solution):
        if pair.start < box < pair.end and is_number(pair.left) and _is_among(pair.right, parts):
            return True
    whole = parts[0].value if len(parts) == 1 and isinstance(parts[0], Number) else None
    near = sorted(_numbers(_STEP_LABEL.sub("", solution[max(0, box - _LAST_CHARACTERS) : box])))
    return whole is not None and any(a + b == whole for a, b in itertools.combinations(near[:60], 2))
