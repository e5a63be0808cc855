r"""Recursive descent for scalar expressions: sums, products, powers.

    sum      [±] product ((+ | - | ± | ∓) product)*
    product  factor ((* | /) factor | factor)*          a factor behind another multiplies; 2 \frac12 is a mixed number
    factor   [-] atom (^ factor | ! | % | ° | ' | unit)*
    atom     numeral | variable | function | bracket    see `atoms.py`, `functions.py`, `environments.py`

LaTeX rules where they differ from plain text: ``\frac12`` is one half, ``2^10`` is plain text's, ``\sqrt12`` is √12.
"""

from __future__ import annotations

from fractions import Fraction

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.atoms import read_argument, read_atom
from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.numerals import read_numeral
from reasoning_toolkit.grading.pieces import close_group, starts_factor
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import (
    Apply,
    Matrix,
    Node,
    Number,
    Quantity,
    Relation,
    Sequence,
    Symbol,
    Words,
    integer,
    negative,
)
from reasoning_toolkit.grading.units import PHRASES, with_unit

_MAX_POSTFIXES = 8
_TRANSPOSE = (Symbol("T"), Symbol("top"))  # a row in round brackets stands for its column as well


def read_sum(reader: Reader) -> Node:
    """A sum of products."""
    terms = [_signed_product(reader)]
    while reader.at("mark", "+", "-", "±", "∓"):
        terms.append(_signed_product(reader))
    return terms[0] if len(terms) == 1 else Apply("+", tuple(terms))


def _signed_product(reader: Reader) -> Node:
    sign = 1
    while reader.at("mark", "+", "-"):
        sign = -sign if reader.take().text == "-" else sign
    if reader.at("mark", "±", "∓"):
        operator = reader.take().text
        signed: Node = Apply(operator, (read_product(reader),))
        return signed if sign == 1 else negative(signed)
    product = read_product(reader)
    return product if sign == 1 else negative(product)


def read_product(reader: Reader) -> Node:
    """A product of factors, signs, units and mixed numbers included."""
    factors, divisors = [_currency(reader) or _amount(reader)], 0
    while True:
        if reader.skip("mark", "*"):
            factors.append(read_factor(reader))
        elif reader.skip("mark", "/"):
            factors.append(Apply("/", (integer(1), read_factor(reader))))
            divisors += 1
        elif starts_factor(reader):
            if reader.at("number") and not isinstance(factors[-1], Apply):
                raise Unreadable("a number behind a value")
            factor = read_factor(reader)
            if not _is_remark(factor):
                factors.append(factor)
        elif reader.at("word") and reader.next.text.lower() not in PHRASES:
            return with_unit(reader, _multiplied(factors, divisors))
        else:
            return _multiplied(factors, divisors)


def _multiplied(factors: list[Node], divisors: int) -> Node:
    """The product, flat; with one divisor at its end a plain quotient."""
    last = factors[-1]
    if len(factors) > 1 and divisors == 1 and isinstance(last, Apply) and last.operator == "/":
        top, bottom = last.arguments
        numerator = factors[:-1] if top == integer(1) else [*factors[:-1], top]
        return Apply("/", (_multiplied(numerator, 0), bottom))
    return factors[0] if len(factors) == 1 else Apply("*", tuple(factors))


def _is_remark(factor: Node) -> bool:
    r"""Whether a bracket behind a value only comments on it: ``(k \in \mathbb{Z})``, ``(cm)``."""
    items = factor.items if isinstance(factor, Sequence) else (factor,)
    return any(isinstance(item, Relation) for item in items) or isinstance(factor, Words)


def _currency(reader: Reader) -> Node | None:
    if not reader.at("mark", *vocabulary.CURRENCY_SIGNS):
        return None
    sign = reader.take().text
    return Quantity(_amount(reader), vocabulary.CURRENCY_SIGNS[sign])


def _amount(reader: Reader) -> Node:
    mixed = _mixed(reader)
    return read_factor(reader) if mixed is None else _postfixed(reader, mixed)


def _mixed(reader: Reader) -> Node | None:
    r"""``2\frac{1}{2}`` or ``2 1/2`` at the start of a product; None if it is no mixed number."""
    start, whole = reader.place, reader.next
    if whole.kind == "number" and whole.text.isdecimal():
        reader.take()
        part = _proper_fraction(reader)
        if part is not None:
            return Apply("+", (integer(int(whole.text)), Number(part)))
    reader.place = start
    return None


def _proper_fraction(reader: Reader) -> Fraction | None:
    if reader.skip("function", "frac"):
        try:
            top, bottom = (read_argument(reader) for _ in range(2))
        except Unreadable:
            return None
    else:
        tokens = reader.tokens[reader.place : reader.place + 3]
        if len(tokens) < 3 or not tokens[0].spaced or [t.kind for t in tokens] != ["number", "mark", "number"]:
            return None
        if tokens[1].text != "/" or tokens[2].text == "0":
            return None
        reader.place += 3
        top, bottom = read_numeral(tokens[0].text), read_numeral(tokens[2].text)
    if not (isinstance(top, Number) and isinstance(bottom, Number)) or not 0 < top.value < bottom.value:
        return None
    return top.value / bottom.value


def read_factor(reader: Reader) -> Node:
    """One factor with what is raised or set behind it."""
    if reader.at("mark", "-", "+"):
        sign = reader.take().text
        with reader.inside(bars=reader.bars, in_set=reader.in_set):
            factor = read_factor(reader)
        return negative(factor) if sign == "-" else factor
    return _postfixed(reader, read_atom(reader))


def _postfixed(reader: Reader, base: Node) -> Node:
    for _ in range(_MAX_POSTFIXES):
        if reader.next.kind != "mark":
            break
        if reader.skip("mark", "^"):
            base = _power(reader, base)
        elif reader.skip("mark", "!"):
            base = Apply("!", (base,))
        elif reader.skip("mark", "%"):
            base = Quantity(base, "percent")
        elif reader.skip("mark", "°"):
            base = _degrees(reader, base)
        elif reader.at("mark", "'") and isinstance(base, Symbol):
            reader.take()
            base = Symbol(base.name + "'")
        elif reader.at("mark", "$", "€", "£", "¥", "₹"):
            base = Quantity(base, vocabulary.CURRENCY_SIGNS[reader.take().text])
        else:
            break
    return base


def _degrees(reader: Reader, value: Node) -> Node:
    """Degrees of an angle, or of a temperature where ``C`` or ``F`` follows."""
    temperature = reader.take().text if reader.at("letter", "C", "F") else ""
    return Quantity(value, "degree" + temperature)


def _power(reader: Reader, base: Node) -> Node:
    opened = reader.skip("open", "{")
    if reader.skip("mark", "°") or (isinstance(base, Number) and reader.skip("letter", "o")):
        close_group(reader, opened)
        return _degrees(reader, base)
    if reader.at("word") and reader.next.text.lower() in vocabulary.ORDINALS:
        reader.take()
        close_group(reader, opened)
        return Quantity(base, "")
    if reader.at("mark", "'", "*", "+") and isinstance(base, Symbol):
        name = base.name + reader.take().text
        close_group(reader, opened)
        return Symbol(name)
    if opened:
        reader.place -= 1
        return _raised(base, read_argument(reader))
    with reader.inside(bars=reader.bars, in_set=reader.in_set):
        return _raised(base, read_factor(reader))


def _raised(base: Node, exponent: Node) -> Node:
    if isinstance(base, Matrix | Sequence) and exponent in _TRANSPOSE:
        return Matrix(tuple(zip(*base.rows, strict=True))) if isinstance(base, Matrix) else base
    if isinstance(base, Quantity):
        return Quantity(Apply("^", (base.value, exponent)), base.unit)
    return Apply("^", (base, exponent))
