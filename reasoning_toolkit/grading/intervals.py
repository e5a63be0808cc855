r"""Sets of real numbers, however they are written, as intervals.

    [a, b)    a ≤ x < b    x ∈ [a, b)    x > a    |x - b| ≤ a    2x ≤ a    x ≠ a    A ∪ B    \mathbb{R} ∖ {a, b}    x < a or x > b

An interval is a `Sequence` of its two ends in its brackets.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from reasoning_toolkit.grading.approximate import approximate_value
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.tree import (
    INFINITY,
    Apply,
    Collection,
    Node,
    Number,
    Relation,
    Sequence,
    Symbol,
    free_symbols,
    integer,
    negative,
)

_REVERSED = {">": "<", ">=": "<="}
_OPENING, _CLOSING = {"<": "(", "<=": "["}, {"<": ")", "<=": "]"}
_MINUS_INFINITY = negative(INFINITY)
_SET_OPERATORS = ("∪", "∖")


def describes_set(node: Node) -> bool:
    """Whether the answer can only be a set of reals: an inequality, a union, a half-open interval."""
    match node:
        case Relation(operators=operators):
            return operators[0] in ("<", "<=", ">", ">=", "!=", "∈")
        case Apply(operator=operator):
            return operator in _SET_OPERATORS
        case Collection(items=items, braced=False):
            return all(isinstance(item, Relation) for item in items) and any(map(describes_set, items))
        case Symbol(name=name):
            return name == "set R"
        case Sequence(items=(_, _), opening=opening, closing=closing):
            return (opening, closing) in (("(", "]"), ("[", ")")) or any(_is_infinite(end) for end in node.items)
    return False


def intervals_of(node: Node) -> list[Node] | None:
    """The disjoint parts of the set, in no order; None where it is no set of reals that can be read.

    Raises:
        Undecidable: ends that cannot be put in order.
    """
    match node:
        case Sequence(items=(_, _)):
            return [node]
        case Symbol(name="set R"):
            return [_interval(_MINUS_INFINITY, "<", "<", INFINITY)]
        case Apply(operator="∪", arguments=(first, second)):
            parts = [intervals_of(first), intervals_of(second)]
            return None if parts[0] is None or parts[1] is None else parts[0] + parts[1]
        case Apply(operator="∖", arguments=(Symbol(name="set R"), Collection(items=holes))):
            return _without(list(holes))
        case Collection(items=items, braced=False):
            return _joined(items)
        case Collection(items=(_,)):
            return [node]
        case Relation(sides=sides, operators=operators):
            return _of_relation(sides, operators)
    return None


def variable_of(node: Node) -> str:
    """The variable that an inequality is about, or "" for sets without one."""
    if isinstance(node, Relation):
        if len(names := free_symbols(node)) == 1:
            return next(iter(names))
        for side in node.sides[1:2] if len(node.sides) == 3 else node.sides:
            inner = side.arguments[0] if isinstance(side, Apply) and side.operator == "abs" else side
            if isinstance(inner, Symbol) and not _is_infinite(inner):
                return inner.name
    return variable_of(node.items[0]) if isinstance(node, Collection) and node.items else ""


def _of_relation(sides: tuple[Node, ...], operators: tuple[str, ...]) -> list[Node] | None:
    if operators == ("∈",):
        return intervals_of(sides[1])
    if operators == ("=",):
        return [Collection((sides[1],), braced=True)] if isinstance(sides[0], Symbol) else None
    if operators == ("!=",):
        return _without([sides[1]]) if isinstance(sides[0], Symbol) else None
    if all(operator in _REVERSED for operator in operators):
        return _of_relation(sides[::-1], tuple(_REVERSED[operator] for operator in operators[::-1]))
    if not all(operator in _OPENING for operator in operators):
        return None
    if len(sides) == 3 and _is_unknown(sides[1], sides[0], sides[2]):
        return [_interval(sides[0], operators[0], operators[1], sides[2])]
    return _one_sided(sides[0], operators[0], sides[1]) if len(sides) == 2 else None


def _one_sided(low: Node, operator: str, high: Node) -> list[Node] | None:
    below, above = _is_unknown(low, high), _is_unknown(high, low)
    if below and above:
        return None
    if below or above:
        return [_interval(_MINUS_INFINITY, "<", operator, high) if below else _interval(low, operator, "<", INFINITY)]
    match low, high:
        case Apply(operator="abs", arguments=(inside,)), radius if (centre := _centre(inside)) is not None:
            return [_interval(_sum(centre, negative(radius)), operator, operator, _sum(centre, radius))]
        case radius, Apply(operator="abs", arguments=(inside,)) if (centre := _centre(inside)) is not None:
            left, right = _sum(centre, negative(radius)), _sum(centre, radius)
            return [_interval(_MINUS_INFINITY, "<", operator, left), _interval(right, operator, "<", INFINITY)]
    return _linear(Apply("+", (low, negative(high))), operator)


def _linear(difference: Node, operator: str) -> list[Node] | None:
    """Where ``a x + b`` is below zero; None if the difference is no such polynomial with rational coefficients."""
    names = free_symbols(difference)
    if len(names) != 1:
        return None
    try:
        constant, *values = (rational_value(difference, dict.fromkeys(names, Fraction(x))) for x in (0, 1, 2, 7))
    except (Irrational, Undecidable):
        return None
    slope = values[0] - constant
    if slope == 0 or values[1:] != [constant + 2 * slope, constant + 7 * slope]:
        return None
    root = Number(-constant / slope)
    return [_interval(_MINUS_INFINITY, "<", operator, root) if slope > 0 else _interval(root, operator, "<", INFINITY)]


def _is_unknown(node: Node, *bounds: Node) -> bool:
    """A variable, or a function of one between bounds that are numbers: ``x``, ``f(x)``."""
    match node:
        case Symbol():
            return True
        case Apply("*", (Symbol(name="f" | "g" | "h"), Symbol())):
            return not any(map(free_symbols, bounds))
    return False


def _centre(inside: Node) -> Node | None:
    """``a`` of ``|x - a|``, 0 of ``|x|``; None for anything else."""
    match inside:
        case Symbol():
            return integer(0)
        case Apply("+", (Symbol(), shift)) if not free_symbols(shift):
            return negative(shift)
    return None


def _sum(a: Node, b: Node) -> Node:
    return b if a == integer(0) else Apply("+", (a, b))


def _interval(low: Node, low_operator: str, high_operator: str, high: Node) -> Node:
    return Sequence((low, high), _OPENING[low_operator], _CLOSING[high_operator])


def _without(holes: list[Node]) -> list[Node]:
    """All reals but these."""
    ends = [_MINUS_INFINITY, *sorted(holes, key=_position), INFINITY]
    return [_interval(low, "<", "<", high) for low, high in itertools.pairwise(ends)]


def _joined(items: tuple[Node, ...]) -> list[Node] | None:
    """Several conditions: two half-lines that overlap are their common part, all else is a union."""
    parts = [intervals_of(item) for item in items]
    if any(part is None for part in parts):
        return None
    flat = [interval for part in parts if part is not None for interval in part]
    return _common_part(flat) or flat


def _common_part(parts: list[Node]) -> list[Node] | None:
    """The part between two half-lines that run towards each other, else None."""
    for first, second in (parts, parts[::-1]) if len(parts) == 2 else ():
        if isinstance(first, Sequence) and isinstance(second, Sequence):
            (low, end), (start, high) = first.items, second.items
            bounded = not (_is_infinite(low) or _is_infinite(high))
            if bounded and _is_infinite(end) and _is_infinite(start) and _position(low) < _position(high):
                return [Sequence((low, high), first.opening, second.closing)]
    return None


def _is_infinite(node: Node) -> bool:
    return node in (INFINITY, _MINUS_INFINITY)


def _position(end: Node) -> float:
    """Where the end lies on the line, to put ends in order."""
    value = approximate_value(end, {})
    if value.imag:
        raise Undecidable("an end that is not real")
    return float(value.real)
