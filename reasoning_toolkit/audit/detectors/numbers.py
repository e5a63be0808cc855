"""The numbers that a problem gives: hide one, or replace them all.

Exponents, indices, numbers inside of words (2nd, x1) and of drawings ([asy]) are no data of the problem and stay as they are.
"""

from __future__ import annotations

import random
import re

HIDDEN = "[?]"

_DRAWING = re.compile(r"\[asy\].*?(?:\[/asy\]|\Z)", re.DOTALL)
_NUMBER = re.compile(
    r"(?<![\w.^])(?<![\^_]\{)(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15}(?:\.\d{1,15})?)(?!\d|\.\d|,\d{3}(?!\d)|[A-Za-z]{2})"
)


def numbers_of(question: str) -> list[tuple[int, int]]:
    """Start and end of each number, in order."""
    drawn = [match.span() for match in _DRAWING.finditer(question)]
    spans = [match.span() for match in _NUMBER.finditer(question)]
    return [(a, b) for a, b in spans if not any(start <= a < end for start, end in drawn)]


def without_number(question: str, index: int) -> tuple[str, str]:
    """The question with its number of this index (modulo their count) hidden, and that number without grouping commas.

    Raises:
        IndexError: the question holds no number.
    """
    spans = numbers_of(question)
    if not spans:
        raise IndexError("the question holds no number")
    start, end = spans[index % len(spans)]
    return question[:start] + HIDDEN + question[end:], question[start:end].replace(",", "")


def with_other_numbers(question: str, seed: int) -> str:
    """The question with every number made larger by at most a quarter (by 1 or 2 of the last digit at least).

    Equal numbers stay equal, and different ones become different. A question without numbers stays as it is.
    """
    draw, new, parts, place = random.Random(seed), dict[str, str](), list[str](), 0
    for start, end in numbers_of(question):
        old = question[start:end].replace(",", "")
        if old not in new:
            new[old] = _larger(old, draw, set(new.values()))
        parts += [question[place:start], new[old]]
        place = end
    return "".join([*parts, question[place:]])


def _larger(number: str, draw: random.Random, taken: set[str]) -> str:
    """Another number with as many decimals."""
    decimals = len(number.partition(".")[2])
    value = int(number.replace(".", ""))
    most = max(2, value // 4)
    while True:
        digits = str(value + draw.randint(1, most)).rjust(decimals + 1, "0")
        found = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
        if found not in taken:
            return found
        most += 1
