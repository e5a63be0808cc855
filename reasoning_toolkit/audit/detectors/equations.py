r"""Part of E, and M and S: a stated equation that is false, a congruence that is false, a rewriting that changes the value.

E (`falsehoods.py`) asks here for two sides without variables, whose values are compared: exactly where no decimal occurs,
else to the coarsest last digit that is written, or a part in a thousand. M takes integers and what stands behind ``mod``.
S takes two sides of the same variables that are not the first pair of their chain (the first pair is often an equation to
be solved, or a definition) and compares them at random points.

A word of refutation or supposition before the formula ("suppose", "does not", "contradiction") suppresses an alarm: what is tried
out or refuted is no claim.
"""

from __future__ import annotations

import functools
import math
import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from reasoning_toolkit.audit.detectors.chains import Pair, decimal_step, is_number, pairs_of
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.approximate import approximate_value
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.tree import Apply, Node, Quantity, Symbol, free_symbols, walk

_BEFORE, _BEHIND = 120, 60
_SUPPOSED = re.compile(
    r"(?i)\b(?:suppos\w*|assum\w*|if|try\w*|test\w*|check\w*|guess\w*|otherwise|instead|whether|would|cannot|impossible|contradict\w*"
    r"|not|isn't|doesn't|wrong\w*|incorrect\w*|mistake\w*)\b[^.\n]*\Z"
)
_REFUTED = re.compile(
    r"(?i)\A[^.\n]*\b(?:contradict\w*|impossible|incorrect\w*|wrong\w*|mistake\w*|false|invalid|remainder"
    r"|(?:not|n't) (?:be |a |an |the |in )?(?:true|possible|equal|hold|match|satisf\w*|valid|work|correct|integer\w*|positive))\b"
)
_MODULUS = re.compile(
    r"\\pmod\s*\{?\s*(\d{1,12})\s*\}?|\(?\\?(?:bmod|mod|text\s*\{\s*\(?mod)(?:ulo)?[\s~\\,]*\}?\s*(\d{1,12})\b"
)
_MODULUS_BEFORE = 400
_INDEX_I = re.compile(r"_\{?i\b|\bi\s*=\s*\d|\b[2-9]?i\s*[-+]\s*1\)")
_ORDERS = {"<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge, "≠": operator.ne}
_NEAR = Fraction(1, 1000)  # decimals that were rounded before
_LOOSE = Fraction(1, 50)  # an approximation written without decimals


def wrong_equation(problem: str, solution: str, context: Context) -> Finding:
    """The first equation between numbers, or item of an equation of tuples, that is false."""
    return _first(solution, is_wrong_equation, "the two sides of this equation are different numbers")


def wrong_congruence(problem: str, solution: str, context: Context) -> Finding:
    """M: the first congruence between integers that is false."""
    return _first(solution, _is_wrong_congruence, "the two sides differ by no multiple of the modulus")


def wrong_identity(problem: str, solution: str, context: Context) -> Finding:
    """S: the first rewriting whose two sides differ at random points. A hint: known values may have been put in between."""
    return _first(solution, _is_wrong_identity, "the two sides are different functions of their variables")


def checked_equations(pairs: Sequence[Pair]) -> list[bool]:
    """For each equation between numbers whether it is true."""
    return [equal for pair in pairs if pair.relation in "=≈" and (equal := _equal_numbers(pair)) is not None]


def _first(solution: str, is_wrong: Callable[[Pair], bool], reason: str) -> Finding:
    for pair in pairs_of(solution):
        if is_wrong(pair) and is_claimed(solution, pair):
            return found_at(solution, pair.start, pair.end, f"{reason}: {pair.text}")
    return SOUND


def _holds_modulo(solution: str, pair: Pair) -> bool:
    """Whether the two sides agree modulo what was last written behind ``mod`` shortly before."""
    moduli = list(_MODULUS.finditer(solution, max(0, pair.start - _MODULUS_BEFORE), pair.end))
    return bool(moduli) and pair.relation == "=" and _congruent(pair, int(moduli[-1][1] or moduli[-1][2]))


def is_claimed(solution: str, pair: Pair) -> bool:
    """Whether the pair says what its symbols say here: nothing supposed or refuted, no index ``i``, no variable ``e``, no residue."""
    if is_supposed(solution, pair.start, pair.end) or _holds_modulo(solution, pair):
        return False
    nodes = [node for side in (pair.left, pair.right) for node in walk(side)]
    bases = sum(isinstance(node, Apply) and node.operator == "^" and node.arguments[0] == Symbol("e") for node in nodes)
    if nodes.count(Symbol("e")) > bases:
        return False
    return not (Symbol("i") in nodes and _INDEX_I.search(solution))


def is_supposed(solution: str, start: int, end: int) -> bool:
    """Whether what stands there is tried out or refuted by the words around it."""
    before = solution[max(0, start - _BEFORE) : start]
    behind = solution[end : end + _BEHIND]
    return bool(_SUPPOSED.search(before) or _REFUTED.search(behind))


def is_wrong_equation(pair: Pair) -> bool:
    """Whether a relation between two numbers is false; one with variables, or that cannot be evaluated, is not."""
    if pair.relation in _ORDERS:
        return _order_holds(pair) is False
    return pair.relation in "=≈" and not about_remainders(pair) and _equal_numbers(pair) is False


def _order_holds(pair: Pair) -> bool | None:
    if not (is_number(pair.left) and is_number(pair.right)) or has_unit(pair):
        return None
    try:
        return bool(_ORDERS[pair.relation](_value(pair.left), _value(pair.right)))
    except Undecidable:
        return None


def about_remainders(pair: Pair) -> bool:
    """Whether the chain is a congruence, or a quotient with a remainder."""
    return "≡" in pair.chain or "equiv" in pair.chain or "mod" in pair.chain or "remainder" in pair.chain


@functools.lru_cache(maxsize=4096)
def _equal_numbers(pair: Pair) -> bool | None:
    """Whether two numbers are equal as far as they are written; None where a side has a variable or cannot be evaluated."""
    if not (is_number(pair.left) and is_number(pair.right)) or isinstance(pair.left, Symbol) or has_unit(pair):
        return None
    try:
        if "÷" in pair.text or "div" in pair.text:  # 42 ÷ 8 = 5, and a remainder
            return math.floor(_value(pair.left)) == _value(pair.right) or equal_scalars(pair.left, pair.right)
        if equal_scalars(pair.left, pair.right):
            return True
        tolerance = _tolerance(pair)
        return abs(_value(pair.left) - _value(pair.right)) <= tolerance if tolerance else False
    except Undecidable:
        return None


def has_unit(pair: Pair) -> bool:
    """Whether a side holds a unit: ``1 m = 100 cm`` is no equation of numbers."""
    nodes = (*walk(pair.left), *walk(pair.right))
    return any(isinstance(node, Quantity) and node.unit not in ("percent", "degree") for node in nodes)


def _tolerance(pair: Pair) -> Fraction:
    steps = [step for step in (decimal_step(pair.left), decimal_step(pair.right)) if step is not None]
    if pair.relation == "=" and not steps:
        return Fraction(0)  # what is not equal is wrong, complex numbers too
    size = max(abs(_value(pair.left)), abs(_value(pair.right)))
    return max(*steps, size * _NEAR) if steps else size * _LOOSE


def _value(node: Node) -> Fraction:
    try:
        return rational_value(node, {})
    except Irrational:
        value = approximate_value(node, {}, 30)
        if value.imag:
            raise Undecidable("a complex number") from None
        return Fraction(float(value.real))


def _is_wrong_congruence(pair: Pair) -> bool:
    modulus = _MODULUS.search(pair.chain)
    if modulus is None or pair.relation not in "=≡" or not (is_number(pair.left) and is_number(pair.right)):
        return False
    return _congruent(pair, int(modulus[1] or modulus[2]), unknown=True) is False


def _congruent(pair: Pair, modulus: int, unknown: bool = False) -> bool:
    """Whether two integers differ by a multiple of the modulus; `unknown` where they are no integers."""
    try:
        difference = rational_value(pair.left, {}) - rational_value(pair.right, {})
    except (Irrational, Undecidable):
        return unknown
    if difference.denominator != 1 or modulus < 2:
        return unknown
    return difference % modulus == 0


def _is_wrong_identity(pair: Pair) -> bool:
    symbols = free_symbols(pair.left)
    if (
        pair.relation != "="
        or pair.place == 0
        or not symbols
        or symbols != free_symbols(pair.right)
        or has_unit(pair)
        or about_remainders(pair)
    ):
        return False
    try:
        return not equal_scalars(pair.left, pair.right)
    except Undecidable:
        return False
