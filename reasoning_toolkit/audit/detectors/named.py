r"""A quantity that has a letter and a name, and a value in the box that the calculation never gave it.

After "let the side length be $s$" the sentence "the side length is \boxed{80}" contradicts a last ``s = 75``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoning_toolkit.audit.detectors.chains import is_number, pairs_of, side
from reasoning_toolkit.audit.detectors.claims import assignments
from reasoning_toolkit.audit.detectors.equations import is_claimed
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.extract import extract_answer
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.tree import Node

_LETTER = r"(?:\$|\\\( ?)([A-Za-z])(?:\$| ?\\\))"
_NAME_FIRST = re.compile(rf"(?i)\b(?:denote|let) (?:the |its )?([a-z ]{{5,60}}?) (?:be|by|as) {_LETTER}")
_LETTER_FIRST = re.compile(rf"(?i)\blet {_LETTER} (?:be|denote|represent) the ([a-z ]{{5,60}})")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_BEFORE_BOX = 200


def wrong_named_value(problem: str, solution: str, context: Context) -> Finding:
    """The letter of the quantity that the box's own sentence names was given other numbers only."""
    box = solution.find(r"\boxed")
    answer = side(extract_answer(solution) or "") if box >= 0 else None
    if answer is None or not is_number(answer):
        return SOUND
    sentence = _SENTENCE_END.split(solution[max(0, box - _BEFORE_BOX) : box].rstrip("\n $\\([:"))[-1].lower()
    letters = {letter for name, letter in _named(solution[:box]) if name.strip().lower() in sentence}
    given = [
        (name, value, pair) for pair in pairs_of(solution[:box]) for name, value in assignments(pair) if name in letters
    ]
    if not given or any(_may_equal(value, answer) for _, value, _ in given):
        return SOUND
    name, _, pair = given[-1]
    if not is_claimed(solution, pair):
        return SOUND
    return found_at(solution, pair.start, pair.end, f"{name} is not what the box holds: {pair.text}")


def _may_equal(value: Node, answer: Node) -> bool:
    try:
        return equal_scalars(value, answer)
    except Undecidable:
        return True


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Names of quantities and their letters."""
    for match in _NAME_FIRST.finditer(text):
        yield match[1], match[2]
    for match in _LETTER_FIRST.finditer(text):
        yield match[2], match[1]
