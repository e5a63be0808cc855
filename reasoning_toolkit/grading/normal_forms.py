"""Rewriting a tree without changing what it says, so that fewer shapes meet in the comparison."""

from __future__ import annotations

import functools
import re

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.limits import MAX_NODES, Undecidable
from reasoning_toolkit.grading.tree import (
    Apply,
    Collection,
    Matrix,
    Node,
    Quantity,
    Relation,
    Symbol,
    children,
    exceeds,
    free_symbols,
    walk,
    with_children,
)

_NUMBERED = re.compile(r"x_\d")
_PARAMETERS = frozenset("jklmnt")


def plain(node: Node) -> Node:
    """Without what changes nothing: braces around one value, a chain that ends in the value, ``5 = x`` for ``x = 5``."""
    match node:
        case Collection(items=(item,)):
            return plain(item)
        case Collection(items=items, braced=False):
            return _records(items) or _unnumbered(items) or node
        case Apply("*", factors) if any(isinstance(factor, Matrix) for factor in factors):
            return _matrix_product(factors)
        case Relation(sides=(_, Collection() as values), operators=("∈",)):
            return plain(values)
        case Apply("∪", (Collection(items=some, braced=True), Collection(items=others, braced=True))):
            return Collection((*some, *others), braced=True)
        case Relation(sides=(first, *_, last), name=name) if name and len(node.sides) > 2:
            return Relation((first, last), ("=",), name)
        case Relation(sides=(first, *_, last), operators=operators) if set(operators) == {"="} and not free_symbols(
            node
        ):
            return last
        case Relation(sides=(first, Symbol(name=name) as last), operators=("=",)) if not isinstance(first, Symbol):
            return Relation((last, first), ("=",), name)
    return node


def without_name(gold: Node, prediction: Node) -> tuple[Node, Node]:
    """A name or function that one side alone states is dropped, and so is what a predicted number is the value of."""
    if isinstance(gold, Relation) == isinstance(prediction, Relation):
        return gold, prediction
    if not free_symbols(gold) and _evaluates(prediction):
        return gold, plain(children(prediction)[-1])
    return plain(value_of(gold)), plain(value_of(prediction))


def _evaluates(node: Node) -> bool:
    """Whether an equation ends in the value of a sum of unknowns: ``m + n = 17 + 7 = 24``."""
    match node:
        case Relation(sides=(Apply("+", terms), *values), operators=operators) if set(operators) == {"="}:
            return all(isinstance(term, Symbol) for term in terms) and not any(map(free_symbols, values))
    return False


def value_of(node: Node) -> Node:
    """The value of an equation that names it; any other node as it is."""
    return node.sides[-1] if isinstance(node, Relation) and node.name else node


def with_parameter_of(gold: Node, prediction: Node) -> Node:
    """A family of angles ``… + kπ`` with its integer parameter named as in the gold answer."""
    mine, other = free_symbols(gold), free_symbols(prediction)
    if not (len(mine) == len(other) == 1 and mine | other <= _PARAMETERS and Symbol("pi") in walk(gold)):
        return prediction
    renamed = Symbol(next(iter(mine)))
    return _replaced(prediction, Symbol(next(iter(other))), renamed)


def in_unit_of(gold: Node, prediction: Node) -> Node:
    """A letter behind the predicted value is the gold answer's unit where that is its name: ``10 h``, ``5 m``."""
    match gold, prediction:
        case Quantity(unit=unit), Apply("*", (*factors, Symbol(name=name))) if vocabulary.UNITS.get(name) == unit:
            return Quantity(factors[0] if len(factors) == 1 else Apply("*", tuple(factors)), unit)
    return prediction


def decimal_logarithms(node: Node) -> Node:
    """The tree with the decimal logarithm for each ``log`` without a base."""
    if isinstance(node, Apply) and node.operator == "log" and len(node.arguments) == 1:
        return Apply("lg", (decimal_logarithms(node.arguments[0]),))
    return with_children(node, decimal_logarithms)


def _records(items: tuple[Node, ...]) -> Node | None:
    """``p=5, q=2, p=7, q=2`` as two records; None where the names do not repeat in turn."""
    names = [item.name for item in items if isinstance(item, Relation) and item.name]
    width = len(set(names))
    if len(names) != len(items) or not 1 < width < len(names) or names != names[:width] * (len(names) // width):
        return None
    return Collection(tuple(Collection(items[start : start + width]) for start in range(0, len(items), width)))


def _unnumbered(items: tuple[Node, ...]) -> Node | None:
    """``x_1=2, x_2=3`` as ``2, 3``: the numbers of solutions are arbitrary; None for anything else."""
    if not all(isinstance(item, Relation) and _NUMBERED.fullmatch(item.name) for item in items):
        return None
    return Collection(tuple(map(value_of, items)))


def _matrix_product(factors: tuple[Node, ...]) -> Node:
    """The product of matrices and scalars. Raises Undecidable where the sizes do not fit."""
    scalars = tuple(factor for factor in factors if not isinstance(factor, Matrix))
    product = functools.reduce(_times, (factor for factor in factors if isinstance(factor, Matrix)))
    return with_children(product, lambda cell: Apply("*", (*scalars, cell))) if scalars else product


def _times(a: Matrix, b: Matrix) -> Matrix:
    if len(a.rows[0]) != len(b.rows):
        raise Undecidable("a product of matrices that do not fit")
    columns = list(zip(*b.rows, strict=True))
    product = Matrix(tuple(tuple(_dot(row, column) for column in columns) for row in a.rows))
    if exceeds(product, MAX_NODES):
        raise Undecidable(f"a matrix product of more than {MAX_NODES} terms")
    return product


def _dot(row: tuple[Node, ...], column: tuple[Node, ...]) -> Node:
    return Apply("+", tuple(Apply("*", pair) for pair in zip(row, column, strict=True)))


def _replaced(node: Node, old: Node, new: Node) -> Node:
    return new if node == old else with_children(node, lambda child: _replaced(child, old, new))
