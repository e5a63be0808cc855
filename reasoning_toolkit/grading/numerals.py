r"""Numerals as people write them, to exact numbers.

    grouped      1,234   1{,}234   1\,234   1,\!234   1 234, and with spaces around a comma in braces or beside ``\!``
    decimal      0.5   .5        with the unit of the last digit, so that rounding is judged by what was written
    scientific   2.5e-4
    repeating    0.1\overline{6}   0.1\bar{6}   0.1(6)   0.333...   0.\dot{1}4285\dot{7}

Values are exact rationals, never floating point.
"""

from __future__ import annotations

import re
from fractions import Fraction

from reasoning_toolkit.grading.limits import MAX_BITS, Undecidable
from reasoning_toolkit.grading.tree import Number

_THIN = r"[ ]?(?:\\[,! ])?[ ]?"  # spacing around a comma
_GROUPED = rf"\d{{1,3}}(?:(?:{_THIN}\{{[ ]?,[ ]?\}}{_THIN}|,?[ ]?\\![ ]?|\\[, ]|[ ])\d{{3}})+(?!\d)"
_COMMAS = r"\d{1,3}(?:,\d{3})+(?!\d)"
_DOTTED = r"\\(?:dot|bar)\s*(?:\{\d\}|\d)"
_MARKED = rf"(?:{_DOTTED}\d*{_DOTTED}|\\(?:overline|bar|dot)\s*(?:\{{\d+\}}|\d)|\(\d+\))"
_REPEATING = rf"(?:{_MARKED}|\.\.\.|\\l?dots(?![A-Za-z]))"
_EXPONENT = r"(?:[eE][-+]?\d+(?![A-Za-z\d]))?"
_PLACES = rf"\.(?:\d+{_REPEATING}?|{_MARKED})"
_TAIL = rf"(?:{_PLACES})?{_EXPONENT}"
NUMERAL = rf"(?:(?:{_GROUPED}|\d+){_TAIL}|{_PLACES}{_EXPONENT})"
NUMERAL_WITH_COMMAS = rf"(?:{_COMMAS}{_TAIL}|{NUMERAL})"

_PARTS = re.compile(rf"([^.eE(]*)(?:\.(\d*)({_REPEATING})?)?(?:[eE]([-+]?\d+))?")
_NO_DIGIT = re.compile(r"\D+")


def read_numeral(text: str) -> Number:
    """The number that a match of `NUMERAL` or `NUMERAL_WITH_COMMAS` writes.

    Raises:
        Undecidable: its exponent is beyond the limits.
    """
    if text.isdecimal():
        return Number(Fraction(int(text)))
    parts = _PARTS.fullmatch(text)
    assert parts is not None, text
    whole, places, repeating, exponent = _NO_DIGIT.sub("", parts[1]), parts[2] or "", parts[3], int(parts[4] or 0)
    if abs(exponent) > MAX_BITS // 4:
        raise Undecidable("an exponent beyond the limits")
    scale = Fraction(10) ** exponent
    if repeating is not None:
        return Number(_repeating_value(whole, places, _NO_DIGIT.sub("", repeating)) * scale)
    step = Fraction(1, 10 ** len(places)) * scale
    value = Fraction(int((whole + places) or "0")) * step
    return Number(value, step if places or exponent else None)


def _repeating_value(whole: str, places: str, cycle: str) -> Fraction:
    """The value of whole.places(cycle); without a cycle, the digits written last repeat (0.1666...)."""
    if not cycle:
        places, cycle = _last_cycle(places)
    start = Fraction(int((whole + places) or "0"), 10 ** len(places))
    return start + Fraction(int(cycle), (10 ** len(cycle) - 1) * 10 ** len(places))


def _last_cycle(places: str) -> tuple[str, str]:
    """Digits before the cycle, and the cycle: the shortest one that is written at least twice at the end."""
    for length in range(1, len(places) // 2 + 1):
        cycle = places[-length:]
        if places.endswith(cycle * 2):
            before = places
            while before.endswith(cycle):
                before = before[:-length]
            return before, cycle
    return "", places
