"""A canonical key for an answer: equal keys are equal answers, and voting counts by it.

    tidy    Unicode signs become ASCII LaTeX (see `unicode.py`); math delimiters, quotes, boxes, colours, font sizes, outer
            braces and the punctuation at the end go
    key     a dollar sign in front, spacing, ``\\text{}``, ``\\left``, ``\\dfrac`` and thousands separators go as well; an integer, a
            decimal, ``a/b`` or ``\\frac{a}{b}`` becomes its exact value, ``p`` or ``p/q`` in lowest terms

Two different answers must not share a key, so what is not plainly the same is left apart:

1. A space between two digits stays unless it groups thousands: ``1 1/2`` is not ``11/2``; and ``1, 234`` is a list.
2. A percent sign stays: whether ``10%`` is ``10`` or ``0.1`` is for the verifier to say.
3. Nothing is evaluated but a quotient of two integers of at most `MAX_DIGITS` digits; powers stay text.
"""

from __future__ import annotations

import functools
import re
from fractions import Fraction
from typing import NamedTuple

from reasoning_toolkit.grading.unicode import to_ascii

MAX_CHARACTERS = 4096
MAX_DIGITS = 400
_MAX_WRAPPERS = 16

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOX = re.compile(r"\\(?:boxed|fbox)(?![A-Za-z])\s*")
_DECORATION = re.compile(
    r"\\(?:text)?color\s*\{[^{}]*\}|\\[hv]?phantom\s*\{[^{}]*\}"
    r"|\\(?:bf|rm|it|sf|tt|tiny|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])"
)
_WRAPPERS = {
    **{sign[0]: ((sign, sign),) for sign in ('"', "'", "`")},
    **{sign: ((sign * 2, sign * 2), (sign, sign)) for sign in "$*_"},
    "\\": (("\\(", "\\)"), ("\\[", "\\]")),
}
_LOOSE_END = " \t\n\\"
_BRACE = re.compile(r"\\[{}\\]|[{}]")
_DOLLARS = re.compile(r"([-+]?)\$(?=[-+.]*\d)([^$]*)")
_SPACE = re.compile(r"(?:(?<!\\)\\[,;: ]|\\q?quad(?![A-Za-z])|~|\s)+")
_MACROS = (
    (re.compile(r"\\(?:left|right)(?![A-Za-z])|\\!"), ""),
    (re.compile(r"\\[dtc]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\([%$])"), r"\1"),
    (_SPACE, " "),
)
_LOOSE_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:(?:(?:,|\{,\})\d{3})+|(?: \d{3})+)(?:\.\d+)?")
_GROUP_SEPARATOR = re.compile(r"[, {}]")
_DECIMAL = re.compile(r"([-+]?)(\d*)(?:\.(\d*))?")
_QUOTIENT = re.compile(r"([-+]?)(?:\\frac(?:\{([-+]?\d+)\}|(\d))(?:\{([-+]?\d+)\}|(\d))|(\d+)/([-+]?\d+))")


class Form(NamedTuple):
    """An answer without its wrapping, its key, and its exact value where it is a plain number."""

    text: str
    key: str
    value: Fraction | None


def answer_key(answer: str) -> str:
    """The canonical key of an answer, for voting and for the text tier of the grader. Never raises.

    An answer over `MAX_CHARACTERS` keeps its own text, stripped.
    """
    return canonical_form(answer).key


def exact_value(answer: str) -> Fraction | None:
    """The exact value of an answer that is an integer, a decimal or a quotient of integers, else None."""
    return canonical_form(answer).value


def canonical_form(answer: str) -> Form:
    """Text, key and value of an answer; remembered, so that a gold answer is read once. Never raises."""
    if len(answer) > MAX_CHARACTERS:
        stripped = answer.strip()
        return Form(stripped, stripped, None)
    return _form(answer)


@functools.lru_cache(maxsize=8192)
def _form(answer: str) -> Form:
    if _INTEGER.fullmatch(answer):
        return Form(answer, str(int(answer)), Fraction(int(answer)))
    text = tidy(answer)
    key = _squashed(text)
    value = _rational(key)
    return Form(text, key if value is None else str(value), value)


def single_spaced(answer: str) -> str:
    """The answer with one space for each run of spacing and spacing macros."""
    return _SPACE.sub(" ", answer).strip()


def tidy(answer: str) -> str:
    """The answer without its wrapping, still readable LaTeX: ``$\\boxed{42}$.`` is ``42``."""
    text = _DECORATION.sub("", _BOX.sub("", to_ascii(answer))).strip()
    for _ in range(_MAX_WRAPPERS):
        inner = _unwrapped(text)
        if inner == text:
            break
        text = inner
    return text


def _unwrapped(text: str) -> str:
    """The text without its period or lone backslash at the end and one pair of delimiters around the whole of it."""
    text = text if text.endswith((r"\right.", "..", "\\)", "\\]")) else text.rstrip(".").strip().rstrip(_LOOSE_END)
    for opening, closing in _WRAPPERS.get(text[:1], ()):
        if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
            inner = text[len(opening) : -len(closing)]
            if opening not in inner and closing not in inner:
                return inner.strip()
    return text[1:-1].strip() if _one_pair_of_braces(text) else text


def _one_pair_of_braces(text: str) -> bool:
    if not (text.startswith("{") and text.endswith("}")):
        return False
    depth = 0
    for brace in _BRACE.finditer(text):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.end() == len(text)
    return False


def _squashed(text: str) -> str:
    for pattern, replacement in _MACROS:
        text = pattern.sub(replacement, text)
    text = text.strip()
    if dollars := _DOLLARS.fullmatch(text):
        text = dollars[1] + dollars[2].strip()
    if _GROUPED.fullmatch(text):
        return _GROUP_SEPARATOR.sub("", text)
    return _LOOSE_SPACE.sub("", text)


def _rational(text: str) -> Fraction | None:
    if sum(map(str.isdecimal, text)) > MAX_DIGITS:
        return None
    if match := _DECIMAL.fullmatch(text):
        sign, whole, places = match[1], match[2], match[3] or ""
        return Fraction(int(sign + whole + places), 10 ** len(places)) if whole or places else None
    if match := _QUOTIENT.fullmatch(text):
        sign, top, bottom = match[1], match[2] or match[3] or match[6], match[4] or match[5] or match[7]
        return Fraction(int(top), int(bottom)) * (-1 if sign == "-" else 1) if int(bottom) else None
    return None
