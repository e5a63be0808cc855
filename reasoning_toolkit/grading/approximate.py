"""Evaluation of a scalar to many digits with mpmath, in a context of this thread alone.

Magnitudes are bounded before each power, exponential and factorial, so no operation can grow beyond `MAX_BITS` bits.
Branches are the principal ones, but for odd roots of negative numbers, which are real.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from reasoning_toolkit.grading.limits import MAX_ARGUMENT, MAX_BITS, Undecidable
from reasoning_toolkit.grading.rational import based_value
from reasoning_toolkit.grading.tree import Apply, Based, Node, Number, Quantity, Ratio, Symbol

DIGITS, MORE_DIGITS = 120, 300
_local = threading.local()


def approximate_value(node: Node, point: Mapping[str, Fraction], digits: int = DIGITS) -> Any:
    """An mpmath number (real or complex) of about that many digits.

    Raises:
        Undecidable: undefined, beyond the limits, or no function that can be evaluated.
    """
    context = _context()
    context.dps = digits
    try:
        value = _evaluate(context, node, point)
    except (ArithmeticError, ValueError, TypeError, context.NoConvergence) as error:
        raise Undecidable(f"undefined: {type(error).__name__}") from None
    if not context.isfinite(value):
        raise Undecidable("not finite")
    return value


def _context() -> Any:
    if not hasattr(_local, "context"):
        from mpmath.ctx_mp import MPContext

        _local.context = MPContext()
    return _local.context


def _evaluate(c: Any, node: Node, point: Mapping[str, Fraction]) -> Any:
    match node:
        case Number(value=value):
            return _number(c, value)
        case Symbol(name=name) if name in point:
            return _number(c, point[name])
        case Symbol(name="pi"):
            return +c.pi
        case Symbol(name="e"):
            return +c.e
        case Symbol(name="i"):
            return c.mpc(0, 1)
        case Apply(operator=operator, arguments=below) if operator in _OPERATORS:
            return _OPERATORS[operator](c, *[_evaluate(c, argument, point) for argument in below])
        case Quantity(value=value, unit="percent"):
            return _evaluate(c, value, point) / 100
        case Quantity(value=value, unit="degree"):
            return _evaluate(c, value, point) * c.pi / 180
        case Quantity(value=value):
            return _evaluate(c, value, point)
        case Ratio(terms=(first, second)):
            return _evaluate(c, first, point) / _evaluate(c, second, point)
        case Based(digits=digits, base=base):
            return _number(c, based_value(digits, base))
    raise Undecidable(f"no number: {type(node).__name__.lower()}")


def _number(c: Any, value: Fraction) -> Any:
    return c.mpf(value.numerator) / value.denominator if value.denominator != 1 else c.mpf(value.numerator)


def _magnitude(c: Any, value: Any) -> int:
    """About log2 of the absolute value; 0 for 0."""
    return int(c.mag(value)) if value else 0


def _limited(c: Any, value: Any) -> Any:
    if abs(_magnitude(c, value)) > MAX_BITS:
        raise Undecidable("a magnitude beyond the limits")
    return value


def _power(c: Any, base: Any, exponent: Any) -> Any:
    if base and abs(_magnitude(c, base) or 1) * abs(exponent) > MAX_BITS:
        raise Undecidable("a power beyond the limits")
    if c.im(base) == 0 and c.im(exponent) == 0 and c.isint(exponent):
        return c.re(base) ** int(c.re(exponent))
    return c.power(base, exponent)


def _root(c: Any, radicand: Any, index: Any = 2) -> Any:
    if c.im(radicand) == 0 and c.re(radicand) < 0 and c.isint(index) and int(index) % 2:
        return -c.power(-c.re(radicand), c.mpf(1) / index)
    return c.sqrt(radicand) if index == 2 else c.power(radicand, 1 / c.mpmathify(index))


def _exponential(c: Any, value: Any) -> Any:
    return c.exp(_small(value, MAX_BITS // 2))


def _small(value: Any, limit: int) -> Any:
    if abs(value) > limit:
        raise Undecidable("an argument beyond the limits")
    return value


def _logarithm(c: Any, value: Any, base: Any = None) -> Any:
    return c.ln(value) if base is None else c.ln(value) / c.ln(base)


def _sum(_: Any, *terms: Any) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total += term
    return total


def _of_one(name: str) -> Callable[..., Any]:
    return lambda c, value: getattr(c, name)(_limited(c, value))


def _of_reals(function: Callable[..., Any]) -> Callable[..., Any]:
    def applied(c: Any, *values: Any) -> Any:
        if any(c.im(value) for value in values):
            raise Undecidable("an order of complex numbers")
        return function(c, *(c.re(value) for value in values))

    return applied


_SAME_NAME = "sin cos tan cot sec csc sinh cosh tanh".split()
_OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: _of_one(name) for name in _SAME_NAME},
    **{f"arc{name}": _of_one(f"a{name}") for name in _SAME_NAME},
    "+": _sum,
    "*": lambda c, *factors: functools.reduce(lambda a, b: _limited(c, a * b), factors),
    "/": lambda c, a, b: _limited(c, a / b),
    "^": _power,
    "sqrt": _root,
    "root": _root,
    "exp": _exponential,
    "cis": lambda c, value: c.cos(_limited(c, value)) + c.mpc(0, 1) * c.sin(value),
    "ln": lambda c, value: c.ln(value),
    "log": _logarithm,
    "lg": lambda c, value: _logarithm(c, value, 10),
    "abs": lambda c, value: abs(value),
    "!": lambda c, n: c.factorial(_small(n, MAX_ARGUMENT)),
    "Gamma": lambda c, n: c.gamma(_small(n, MAX_ARGUMENT)),
    "binom": lambda c, n, k: c.binomial(_small(n, MAX_ARGUMENT), _small(k, MAX_ARGUMENT)),
    "floor": _of_reals(lambda c, value: c.floor(value)),
    "ceil": _of_reals(lambda c, value: c.ceil(value)),
    "max": _of_reals(lambda _, *values: max(values)),
    "min": _of_reals(lambda _, *values: min(values)),
    "mod": _of_reals(lambda _, a, b: a % b),
}
