"""The numbers that a problem gives: hide one, or replace them all.

Exponents, indices, numbers inside of words (2nd, x1) and of drawings ([asy]) are no data of the problem and stay as they are.
"""

from __future__ import annotations

import random
import re

HIDDEN = "[?]"

_DRAWING_OR_NUMBER = re.compile(
    r"(?s:\[asy\].*?(?:\[/asy\]|\Z))"
    r"|(?<![\w.^])(?<![\^_]\{)(\d{1,3}(?:,\d{3}){1,4}|\d{1,15}(?:\.\d{1,15})?)(?!\d|\.\d|,\d{3}(?!\d)|[A-Za-z]{2})"
)


def numbers_of(question: str) -> list[tuple[int, int]]:
    """Start and end of each number, in order."""
    return [match.span() for match in _DRAWING_OR_NUMBER.finditer(question) if match[1]]


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
    """The question with every number made larger by about a quarter at most, in its last digit by 1 or 2 at least.

    Equal numbers stay equal, and different ones stay different. A question without numbers stays as it is.
    """
    draw, parts, place = random.Random(seed), list[str](), 0
    new: dict[str, str] = {}
    taken: set[str] = set()
    for start, end in numbers_of(question):
        old = question[start:end].replace(",", "")
        if old not in new:
            new[old] = _larger(old, draw, taken)
            taken.add(new[old])
        parts += [question[place:start], new[old]]
        place = end
    return "".join([*parts, question[place:]])


def _larger(number: str, draw: random.Random, taken: set[str]) -> str:
    """A larger number with as many decimals that is not taken."""
    decimals = len(number.partition(".")[2])
    value = int(number.replace(".", ""))
    value += draw.randint(1, max(2, value // 4))
    while (found := _written(value, decimals)) in taken:
        value += 1
    return found


def _written(value: int, decimals: int) -> str:
    digits = str(value).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
