"""Are two scalars the same value? Exactly where that is possible, else to many digits at fixed random points.

numbers      exact rationals; otherwise 120 digits and a relative tolerance of 1e-80, 300 digits where that is close
variables    the same test at fixed pseudo-random rational points: positive ones, where the two must agree, and
             negative ones, where they must agree if both are real (so ``|x|`` is not ``x``, but ``2 ln x`` is
             ``ln x²``); variables that stand for integers may agree at integers alone
decimals     a gold decimal of 3 or more significant digits is met by an exact value that rounds to it; a predicted
             decimal meets an exact gold value within 1e-6 of it, or by correct rounding to 5 or more digits; two
             different decimals are different
percent      ``p%`` is p and p/100; degrees: ``90°`` is 90 and π/2; other units count only where both are stated
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from reasoning_toolkit.grading.approximate import DIGITS, MORE_DIGITS, approximate_value
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.tree import Apply, Node, Number, Quantity, Symbol, free_symbols, integer, walk

Point = Mapping[str, Fraction]

_RELATIVE_TOLERANCE = Fraction(1, 10**80)
_NEARLY = Fraction(1, 10**40)
_TINY, _ZERO = Fraction(1, 10**60), Fraction(1, 10**200)
_DECIMAL_TOLERANCE = Fraction(1, 10**6)
_GOLD_DIGITS, _PREDICTION_DIGITS = 3, 5
_INTEGER_NAMES = frozenset("jklmn")
_INTEGER_POINTS = ((7, 3, 5, 2), (8, 4, 3, 6), (12, 5, 9, 4), (9, 6, 2, 3))


def equal_scalars(gold: Node, prediction: Node) -> bool:
    """Whether the prediction has the gold value.

    Raises:
        Undecidable: one of them cannot be evaluated within the limits.
    """
    for expected, found in _readings(gold, prediction):
        symbols = sorted(free_symbols(expected) | free_symbols(found))
        if not symbols:
            if _equal_numbers(expected, found):
                return True
        elif _equal_everywhere(expected, found, symbols):
            return True
    return False


def same_values(a: Node, b: Node, point: Point) -> bool:
    """Whether two scalars agree at a point. Raises Undecidable."""
    try:
        return rational_value(a, point) == rational_value(b, point)
    except Irrational:
        return _close(a, b, point)


def points(symbols: list[str], *, negative: bool = False) -> Iterator[Point]:
    """Three fixed pseudo-random points in (0.3, 2.3), or one with negative coordinates."""
    for number in range(3, 4) if negative else range(3):
        yield {
            name: Fraction(
                300 + (place * 7919 + number * 104_729 + 12_345) * 48_271 % 2039, -1024 if negative else 1024
            )
            for place, name in enumerate(symbols)
        }


def _readings(gold: Node, prediction: Node) -> Iterator[tuple[Node, Node]]:
    """What the two may stand for, given the units that each states."""
    unit, gold_value = _unit(gold)
    other, value = _unit(prediction)
    if unit and other and unit != other:
        return
    yield gold_value, value
    for quantity, bare, swapped in ((unit, other, False), (other, unit, True)):
        if quantity in ("percent", "degree") and not bare:
            scaled = _in_units_of_one(value if swapped else gold_value, quantity)
            yield (gold_value, scaled) if swapped else (scaled, value)


def _unit(node: Node) -> tuple[str, Node]:
    """The unit at the top of a scalar, and the scalar without it."""
    match node:
        case Quantity(value, unit):
            return unit, value
        case Apply("*", (Number(value=minus), Quantity(value, unit))) if minus == -1:
            return unit, Apply("*", (integer(-1), value))
    return "", node


def _in_units_of_one(value: Node, unit: str) -> Node:
    if unit == "percent":
        return Apply("/", (value, integer(100)))
    return Apply("/", (Apply("*", (value, Symbol("pi"))), integer(180)))


def _equal_numbers(gold: Node, prediction: Node) -> bool:
    try:
        expected, found = rational_value(gold, {}), rational_value(prediction, {})
    except Irrational:
        return _close(gold, prediction, {}) or _rounded(gold, prediction)
    return expected == found or _rounds_to(gold, expected, prediction, found)


def _rounded(gold: Node, prediction: Node) -> bool:
    if (written_step(gold) is None) == (written_step(prediction) is None):
        return False
    expected, found = (_fraction(approximate_value(node, {})) for node in (gold, prediction))
    return expected is not None and found is not None and _rounds_to(gold, expected, prediction, found)


def _rounds_to(gold: Node, expected: Fraction, prediction: Node, found: Fraction) -> bool:
    gold_step, step = written_step(gold), written_step(prediction)
    error = abs(expected - found)
    if (gold_step is None and expected.denominator == 1) or (step is None and found.denominator == 1):
        return False  # an integer is not approximate
    if gold_step is not None and step is None:
        return error <= gold_step / 2 and abs(expected) >= gold_step * 10 ** (_GOLD_DIGITS - 1)
    if step is not None and gold_step is None:
        digits_enough = abs(found) >= step * 10 ** (_PREDICTION_DIGITS - 1)
        return error <= _DECIMAL_TOLERANCE * abs(expected) or (digits_enough and error <= step / 2)
    return False


def written_step(node: Node) -> Fraction | None:
    """The unit of the last digit of a scalar that is written as one decimal, else None."""
    match node:
        case Number(step=step):
            return step
        case Quantity(value=value):
            return written_step(value)
        case Apply("*" | "/" as operator, (first, second)) if (step := written_step(first)) is not None:
            try:
                factor = abs(rational_value(second, {}))
            except (Irrational, Undecidable):
                return None
            return step * factor if operator == "*" else step / factor if factor else None
        case Apply("*", (Number(value=minus), second)) if abs(minus) == 1:
            return written_step(second)
    return None


def _fraction(value: Any) -> Fraction | None:
    """A real mpmath number as an exact rational."""
    if value.imag:
        return None
    sign, mantissa, exponent, _ = value.real._mpf_
    magnitude = Fraction(int(mantissa)) * _power_of_two(int(exponent))
    return -magnitude if sign else magnitude


def _power_of_two(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _close(a: Node, b: Node, point: Point) -> bool:
    """Whether two values agree to about 80 digits. What nearly agrees, or nearly vanishes, is computed again."""
    for digits in (DIGITS, MORE_DIGITS):
        first, second = (approximate_value(node, point, digits) for node in (a, b))
        size, error = max(abs(first), abs(second)), abs(first - second)
        tiny = size < _as(first, _TINY)
        if not tiny and error <= _as(first, _RELATIVE_TOLERANCE) * size:
            return True
        if not tiny and error > _as(first, _NEARLY) * size:
            return False
    return bool(size < _as(first, _ZERO))


def _as(value: Any, tolerance: Fraction) -> Any:
    return value.context.mpf(tolerance.numerator) / tolerance.denominator


def _equal_everywhere(a: Node, b: Node, symbols: list[str]) -> bool:
    if all(same_values(a, b, point) for point in points(symbols)):
        return all(_agree_if_real(a, b, point) for point in points(symbols, negative=True))
    return _INTEGER_NAMES.issuperset(symbols) and all(
        same_values(a, b, {name: Fraction(value) for name, value in zip(symbols, values, strict=False)})
        for values in _INTEGER_POINTS
    )


def _agree_if_real(a: Node, b: Node, point: Point) -> bool:
    try:
        first, second = (approximate_value(node, point) for node in (a, b))
    except Undecidable:
        return True
    return (
        bool(first.imag or second.imag)
        or same_values(a, b, point)
        or _leaves_reals(a, point)
        or _leaves_reals(b, point)
    )


def _leaves_reals(node: Node, point: Point) -> bool:
    """Whether a root or logarithm in the scalar has a negative argument there: ``√a √b`` where both are negative."""
    arguments = [
        below.arguments[0]
        for below in walk(node)
        if isinstance(below, Apply) and below.operator in ("sqrt", "ln", "log", "lg")
    ]
    return any(value.imag or value.real < 0 for value in (approximate_value(argument, point) for argument in arguments))
