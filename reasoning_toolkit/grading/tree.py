"""The syntax tree of an answer: small, frozen, hashable; equal trees are equal answers.

scalars      Number, Symbol, Apply (an operator or function), Quantity (a value with a unit)
structures   Sequence (brackets keep their kind), Collection (lists and sets), Relation, Matrix, Ratio, Based, Words
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number. `step`: the unit of its last digit where it was written as a decimal, else None."""

    value: Fraction
    step: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable or a constant (``pi``, ``e``, ``i``, ``infty``) by name, subscript included."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or a named function of arguments: ``+ * / ^ ± ∓ ! sqrt sin binom …``."""

    operator: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what stands behind it: ``percent``, ``degree``, a known unit, or "" for other words."""

    value: Node
    unit: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Ordered items between brackets; two of them may be a point or an interval."""

    items: tuple[Node, ...]
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Unordered items: a set in braces, or a bare list."""

    items: tuple[Node, ...]
    braced: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A chain ``sides[0] operators[0] sides[1] …``. `name`: the left side where it only names the right one."""

    sides: tuple[Node, ...]
    operators: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of equal length."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Terms ``a : b : …``; proportional ratios are equal."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Based:
    """Digits in a stated base."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Words:
    """Text, casefolded, without articles."""

    text: str


Node: TypeAlias = Number | Symbol | Apply | Quantity | Sequence | Collection | Relation | Matrix | Ratio | Based | Words

CONSTANTS = frozenset({"pi", "e", "i", "infty"})
INFINITY = Symbol("infty")
NOTHING = Collection((), braced=True)


def integer(value: int) -> Number:
    """The number as a node."""
    return Number(Fraction(value))


def negative(node: Node) -> Node:
    """Minus the node; a number stays a number."""
    if isinstance(node, Number):
        return Number(-node.value, node.step)
    return Apply("*", (integer(-1), node))


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Apply(arguments=below) | Sequence(items=below) | Collection(items=below):
            return below
        case Relation(sides=below) | Ratio(terms=below):
            return below
        case Quantity(value=value):
            return (value,)
        case Matrix(rows=rows):
            return tuple(cell for row in rows for cell in row)
    return ()


def with_children(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` applied to each node directly below."""
    match node:
        case Apply(operator, below):
            return Apply(operator, tuple(map(change, below)))
        case Sequence(below, opening, closing):
            return Sequence(tuple(map(change, below)), opening, closing)
        case Collection(below, braced):
            return Collection(tuple(map(change, below)), braced)
        case Relation(below, operators, name):
            return Relation(tuple(map(change, below)), operators, name)
        case Ratio(below):
            return Ratio(tuple(map(change, below)))
        case Quantity(value, unit):
            return Quantity(change(value), unit)
        case Matrix(rows):
            return Matrix(tuple(tuple(map(change, row)) for row in rows))
    return node


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def exceeds(node: Node, nodes: int) -> bool:
    """Whether the tree has more than so many nodes; never counts further than that."""
    return next(itertools.islice(walk(node), nodes, None), None) is not None


def free_symbols(node: Node) -> frozenset[str]:
    """Names of the variables, constants left out."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Symbol)) - CONSTANTS
