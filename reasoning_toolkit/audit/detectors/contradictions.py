r"""Equations that cannot hold together, where one is derived from the other.

- Two neighbouring equations of the same variables, ``f = 0`` and ``g = 0``: if ``f - c g`` is a constant other than 0, no numbers solve
  both. So ``(x+3)^2 - 9 = 0`` does not lead to ``(x+3)^2 = 3``, whatever ``x`` is.
- An equation of one unknown, and the value that the solution soon gives this unknown, once and for all.
- A value that is called a root, and the last equation of its unknown.

Where alternatives are spoken of (``or``, cases, ``if``), nothing is judged: equations of two cases need not hold together.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from reasoning_toolkit.audit.detectors.chains import Pair, is_number, pairs_of
from reasoning_toolkit.audit.detectors.claims import assignments, filled, single_values
from reasoning_toolkit.audit.detectors.equations import about_remainders, has_unit, is_claimed, is_wrong_equation
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.tree import CONSTANTS, Apply, Node, Number, Symbol, walk

_NEXT = 3  # equations behind one that may be derived from it
_NEAR, _SOON = 150, 400  # characters
_CALL = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?:'|\^\{-1\}|\\left)*\s*\(")  # f(x), which would be read as a product
_ALTERNATIVES = re.compile(r"(?i)\b(?:or|and|cases?|either|if)\b|#")
_OTHER_CASE = re.compile(r"(?i)\b(?:or|cases?|either|if|other|another|second|when|for)\b|#")
_OTHER = re.compile(
    r"(?i)\b(?:suppos\w*|assum\w*|second|other|another|also|similarly|when|where|for|let|first|next|consider|then|not|set\w*|equation"
    r"|minimum|maximum|try|instead|\d[.)])|^\s*\d+\.|[*]"
)
_ROWS = re.compile(
    r"(?:(?P<derives>\\\\|\n|\\(?:implies|Rightarrow|Longrightarrow|iff|Leftrightarrow|rightarrow|to|therefore)(?![A-Za-z]))"
    r"|\\q?quad|[\s&,.;])*"
)
_ROOT = re.compile(
    r"\A\W{0,4}(?:is|are) (?:indeed |also |clearly )?(?:an? |one |the )?(?:real |only |valid |integer |rational )?(?:root|solution|zero)\b"
)
_ROOT_BEHIND = 60
_ALGEBRAIC = frozenset("+*/^") | {"sqrt"}
_POINTS = [Fraction(7, 3), Fraction(-11, 5), Fraction(13, 4), Fraction(-17, 7), Fraction(5, 11), Fraction(-19, 6)]


def contradiction(problem: str, solution: str, context: Context) -> Finding:
    """The first equation that cannot hold together with one that it is derived from, or with the value found for its unknown."""
    equations = [pair for pair in pairs_of(solution) if _is_equation(pair)]
    kinds = (kind(solution, equations) for kind in (_apart, _unsolved, _no_roots))
    for first, second in itertools.chain.from_iterable(kinds):
        if is_claimed(solution, first) and is_claimed(solution, second):
            return found_at(solution, second.start, second.end, f"no numbers solve both {first.text} and {second.text}")
    return SOUND


def _is_equation(pair: Pair) -> bool:
    """Whether this is an equation of variables, as far as it can be told from a function's value or a congruence."""
    return (
        pair.relation == "="
        and bool(_unknowns(pair))
        and not (about_remainders(pair) or has_unit(pair) or _CALL.search(pair.text))
        and all(
            node.operator in _ALGEBRAIC
            for side in (pair.left, pair.right)
            for node in walk(side)
            if isinstance(node, Apply)
        )
    )


def _unknowns(pair: Pair) -> frozenset[str]:
    symbols = {node.name for side in (pair.left, pair.right) for node in walk(side) if isinstance(node, Symbol)}
    return frozenset(symbols - {"pi"})


def _apart(solution: str, equations: list[Pair]) -> Iterator[tuple[Pair, Pair]]:
    """Pairs of neighbours that differ by a constant."""
    for place, first in enumerate(equations):
        if assignments(first):
            continue
        for second in equations[place + 1 : place + 1 + _NEXT]:
            if (
                first.left != second.left
                and not (_is_factor(first) and _is_factor(second))
                and _follows(solution, first, second)
                and differ_by_constant(first, second)
            ):
                yield first, second


def _is_factor(pair: Pair) -> bool:
    """``x - 2 = 0``, which may be one of several factors of a product."""
    return pair.right == Number(Fraction(0)) and len(_unknowns(pair)) == 1


def _is_linear_factor(pair: Pair) -> bool:
    return _is_factor(pair) and not any(isinstance(node, Apply) and node.operator == "^" for node in walk(pair.left))


def _follows(solution: str, first: Pair, second: Pair) -> bool:
    """Whether the second is the next row, or stands behind a few words, none of which speak of alternatives."""
    if _ALTERNATIVES.search(solution, first.start, second.end):
        return False
    if first.end <= second.start:
        between = solution[first.end : second.start]
        return len(between) <= _NEAR and not _OTHER.search(between)
    start = solution.find(first.chain, first.start) + len(first.chain)
    rows = _ROWS.fullmatch(solution, start, max(start, solution.find(second.chain, start)))
    return first.chain == second.chain or (rows is not None and rows["derives"] is not None)


def differ_by_constant(first: Pair, second: Pair) -> bool:
    """Whether left minus right of the first is a multiple of that of the second plus a number other than 0."""
    f, g = differences(first, second)
    if not f or f[0] == f[1] or g[0] == g[1]:
        return False
    factor = (f[0] - f[1]) / (g[0] - g[1])
    gap = f[0] - factor * g[0]
    return gap != 0 and all(a - factor * b == gap for a, b in zip(f, g, strict=True))


def differences(first: Pair, second: Pair) -> tuple[list[Fraction], list[Fraction]]:
    """Left minus right of two relations of the same variables at the same points; nothing where they cannot be compared."""
    names = _unknowns(first)
    if not names or names != _unknowns(second) or names & CONSTANTS or _CALL.search(first.text + second.text):
        return [], []
    try:
        f, g = ([_difference(pair, number) for number in range(len(_POINTS))] for pair in (first, second))
    except (Irrational, Undecidable):
        return [], []
    return f, g


def _difference(pair: Pair, number: int) -> Fraction:
    """Left minus right at one of several points, of both signs."""
    point = {
        name: _POINTS[(number + 2 * place) % len(_POINTS)] + number * place
        for place, name in enumerate(sorted(_unknowns(pair)))
    }
    return rational_value(pair.left, point) - rational_value(pair.right, point)


def _unsolved(solution: str, equations: list[Pair]) -> Iterator[tuple[Pair, Pair]]:
    """An equation of one unknown, and the only value that is found for it soon after, which does not solve it."""
    values = single_values(pairs_of(solution))
    found = {name: pair for pair in reversed(equations) for name, _ in assignments(pair)}
    for pair in equations:
        name = min(_unknowns(pair))
        if _is_to_be_solved(pair) and name in values and name in found:
            value = found[name]
            soon = pair.end <= value.start <= pair.start + _SOON
            if soon and not _OTHER_CASE.search(solution, pair.start, value.end) and _fails(pair, name, values[name]):
                yield pair, value


def _no_roots(solution: str, equations: list[Pair]) -> Iterator[tuple[Pair, Pair]]:
    """The last equation of one unknown, and a value that is called its root and does not solve it."""
    last: dict[str, Pair] = {}
    for pair in equations:
        for name, value in assignments(pair):
            called = _ROOT.search(solution[pair.end : pair.end + _ROOT_BEHIND])
            if called and name in last and _fails(last[name], name, value):
                yield last[name], pair
        if _is_to_be_solved(pair) and not assignments(pair):
            last[min(_unknowns(pair))] = pair


def _is_to_be_solved(pair: Pair) -> bool:
    """Whether this is an equation of one unknown with a number on one side, and no factor of a product."""
    one_number = is_number(pair.left) or is_number(pair.right)
    return len(_unknowns(pair)) == 1 and one_number and not _is_linear_factor(pair)


def _fails(pair: Pair, name: str, value: Node) -> bool:
    put_in = {name: value}
    return is_wrong_equation(replace(pair, left=filled(pair.left, put_in), right=filled(pair.right, put_in)))
