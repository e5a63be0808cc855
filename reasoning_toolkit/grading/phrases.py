"""Statements made of words alone: numbers spelled out, phrases that name a set, and text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.lexer import Token
from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.tree import NOTHING, Node, Number, Quantity, Symbol, Words, integer


def phrase_of(words: Sequence[Token]) -> Node:
    """What the words say. Raises Unreadable where there are none."""
    if not words:
        raise Unreadable("nothing where a value was expected")
    folded = [token.text.casefold() for token in words]
    phrase = " ".join(folded)
    if phrase in vocabulary.REALS:
        return Symbol("set R")
    if phrase in vocabulary.EMPTY:
        return NOTHING
    if phrase in vocabulary.NO_SOLUTION:
        return Words("no solution")
    if (fraction := _fraction_of(phrase)) is not None:
        return Number(fraction)
    spelled = vocabulary.number_of([part for word in folded for part in word.split("-")])
    if spelled is None or vocabulary.CONDITIONS.intersection(folded):
        return Words(" ".join(word for word in folded if word not in vocabulary.ARTICLES))
    number, used = spelled
    behind = folded[used:] if not any("-" in word for word in folded) else []
    return Quantity(integer(number), vocabulary.unit_of(" ".join(behind))) if behind else integer(number)


def _fraction_of(phrase: str) -> Fraction | None:
    """``one half``, ``three-quarters``, ``a third`` as a number; None for anything else."""
    *top, bottom = phrase.replace("-", " ").split()
    denominator = vocabulary.DENOMINATORS.get(bottom)
    if denominator is None:
        return None
    if not vocabulary.ARTICLES.issuperset(top):
        spelled = vocabulary.number_of(top)
        return Fraction(spelled[0], denominator) if spelled and spelled[1] == len(top) else None
    return Fraction(1, denominator) if top or denominator == 2 else None
