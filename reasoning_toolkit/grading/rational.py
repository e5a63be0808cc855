"""Exact evaluation of a scalar, with a budget of bits that is checked before each operation.

Variables take rational values, so that polynomials and quotients are compared without any tolerance.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from reasoning_toolkit.grading.limits import MAX_ARGUMENT, MAX_BITS, Undecidable
from reasoning_toolkit.grading.tree import Apply, Based, Node, Number, Quantity, Ratio, Symbol


class Irrational(Exception):
    """No rational number, or one that this evaluation does not find."""


def rational_value(node: Node, point: Mapping[str, Fraction]) -> Fraction:
    """The value of the scalar where its variables have the values of `point`.

    Raises:
        Irrational: the value is no rational number that can be found by integer arithmetic.
        Undecidable: it is undefined or beyond the limits.
    """
    match node:
        case Number(value=value):
            return value
        case Symbol(name=name) if name in point:
            return point[name]
        case Apply(operator=operator, arguments=below) if operator in _OPERATORS:
            return _bounded(_applied(operator, [rational_value(argument, point) for argument in below]))
        case Based(digits=digits, base=base):
            return based_value(digits, base)
        case Ratio(terms=(first, second)):
            return _quotient(rational_value(first, point), rational_value(second, point))
        case Quantity(value=value, unit="percent"):
            return rational_value(value, point) / 100
        case Quantity(value=value, unit=unit) if unit != "degree":
            return rational_value(value, point)
    raise Irrational


def based_value(digits: str, base: int) -> Fraction:
    """The number that the digits write in the base. Raises Undecidable for a digit the base does not have."""
    try:
        return Fraction(int(digits, base))
    except ValueError:
        raise Undecidable(f"digits that base {base} does not have") from None


def _applied(operator: str, values: list[Fraction]) -> Fraction:
    try:
        return _OPERATORS[operator](*values)
    except TypeError:
        raise Undecidable(f"{operator} of {len(values)} values") from None


def _bounded(value: Fraction) -> Fraction:
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise Undecidable(f"a number of more than {MAX_BITS} bits")
    return value


def _sum(*terms: Fraction) -> Fraction:
    return sum(terms, Fraction(0))


def _product(*factors: Fraction) -> Fraction:
    return functools.reduce(lambda a, b: _bounded(a * b), factors)


def _quotient(a: Fraction, b: Fraction) -> Fraction:
    if b == 0:
        raise Undecidable("division by zero")
    return a / b


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if base == 0 and exponent <= 0:
        raise Undecidable("a power of zero that is undefined")
    if exponent.denominator != 1:
        return _power(_root(base, Fraction(exponent.denominator)), Fraction(exponent.numerator))
    if abs(base) == 1 or base == 0:
        return base ** (exponent.numerator % 2) if base == -1 else base
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > 2 * MAX_BITS:
        raise Undecidable("a power beyond the limits")
    return base**exponent.numerator


def _root(radicand: Fraction, index: Fraction = Fraction(2)) -> Fraction:
    if index.denominator != 1 or not 0 < index <= 64:
        raise Irrational
    sign = -1 if radicand < 0 and index % 2 else 1
    if radicand * sign < 0:
        raise Irrational
    degree = index.numerator
    return sign * Fraction(_integer_root(abs(radicand.numerator), degree), _integer_root(radicand.denominator, degree))


def _integer_root(value: int, degree: int) -> int:
    """The exact root of an integer. Raises Irrational where it is none."""
    root = math.isqrt(value) if degree == 2 else _rounded_root(value, degree)
    if root**degree != value:
        raise Irrational
    return root


def _rounded_root(value: int, degree: int) -> int:
    """The integer part of a root: Newton's iteration, from a start above it that is right to 9 digits."""
    if value < 2:
        return value
    exponent = math.log2(value) / degree
    root = int(2 ** (exponent % 1 + 52)) << int(exponent) >> 52
    root += (root >> 30) + 1
    while (nearer := ((degree - 1) * root + value // root ** (degree - 1)) // degree) < root:
        root = nearer
    return root


def _natural(value: Fraction) -> int:
    if value.denominator != 1 or value < 0:
        raise Irrational
    if value > MAX_ARGUMENT:
        raise Undecidable("a factorial beyond the limits")
    return value.numerator


def _binomial(n: Fraction, k: Fraction) -> Fraction:
    return Fraction(math.comb(_natural(n), _natural(k)))


def _remainder(a: Fraction, b: Fraction) -> Fraction:
    if b == 0:
        raise Undecidable("division by zero")
    return a % b


def _of_integers(function: Callable[..., int]) -> Callable[..., Fraction]:
    def applied(*values: Fraction) -> Fraction:
        if any(value.denominator != 1 for value in values):
            raise Irrational
        return Fraction(function(*(value.numerator for value in values)))

    return applied


_OPERATORS: dict[str, Callable[..., Fraction]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "^": _power,
    "sqrt": _root,
    "root": _root,
    "!": lambda n: Fraction(math.factorial(_natural(n))),
    "binom": _binomial,
    "abs": abs,
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "max": lambda first, *others: max((first, *others)),
    "min": lambda first, *others: min((first, *others)),
    "gcd": _of_integers(math.gcd),
    "lcm": _of_integers(math.lcm),
    "mod": _remainder,
}
