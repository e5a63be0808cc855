r"""Q: what a solution claims is put to the test: in the problem's own equations, and by the meaning of the claim.

- Each variable that the solution gives one number is put into the problem's equations of such variables alone.
- "91 is prime", "1001 is divisible by 3", "200 is a perfect square", "57 is even" are computed.

A value may belong to a case, or be rejected later, so a variable with two values is left out, and a solution that discards one as well.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from reasoning_toolkit.audit.detectors.chains import MAX_SOLUTION, Pair, is_number, pairs_of
from reasoning_toolkit.audit.detectors.equations import is_wrong_equation
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.tree import CONSTANTS, Node, Symbol, free_symbols, with_children

_OPEN, _CLOSE = r"\$?\\?\(?\s?", r"\s?\\?\)?\$?"
_NUMERAL = rf"(?<![\w.,^+*/=-])(?<![\^+*/=-] ){_OPEN}(\d{{1,12}}){_CLOSE}"
_KIND = rf"prime|composite|even|odd|perfect square|perfect cube|(?:divisible by|multiple of) {_OPEN}(?P<by>\d{{1,12}})(?![\d.^])"
_CLAIM = re.compile(rf"{_NUMERAL} is (?P<not>not )?(?:also )?(?:an? )?(?P<what>{_KIND})\b")
_LARGEST = 10**6  # to be tried for divisors


def claim_refuted(problem: str, solution: str, context: Context) -> Finding:
    """Q: the first claim that does not hold."""
    for match in _CLAIM.finditer(solution[:MAX_SOLUTION]):
        number, what = int(match[1]), match["what"]
        if what in ("prime", "composite") and number > _LARGEST:
            continue
        if _holds(number, what, int(match["by"] or 1)) is bool(match["not"]):
            return found_at(solution, match.start(), match.end(), f"{number} is {'' if match['not'] else 'not '}{what}")
    return _in_the_problem(problem, solution)


def _holds(number: int, what: str, divisor: int) -> bool:
    match what.split()[0]:
        case "prime" | "composite" as kind:
            prime = number > 1 and all(number % d for d in range(2, math.isqrt(number) + 1))
            return prime if kind == "prime" else number > 1 and not prime
        case "even" | "odd" as kind:
            return number % 2 == (kind == "odd")
        case "perfect":
            return (
                math.isqrt(number) ** 2 == number
                if what.endswith("square")
                else round(number ** (1 / 3)) ** 3 == number
            )
    return divisor > 0 and number % divisor == 0


def _in_the_problem(problem: str, solution: str) -> Finding:
    claimed = pairs_of(solution)
    values = single_values(claimed)
    for pair in pairs_of(problem):
        symbols = free_symbols(pair.left) | free_symbols(pair.right)
        if pair.relation != "=" or not symbols or not symbols <= values.keys() or isinstance(pair.left, Symbol):
            continue
        put_in = replace(pair, left=filled(pair.left, values), right=filled(pair.right, values))
        if is_wrong_equation(put_in):
            given = next(p for p in claimed if symbols & {name for name, _ in assignments(p)})
            return found_at(solution, given.start, given.end, f"these values do not solve the problem's {pair.text}")
    return SOUND


def single_values(pairs: tuple[Pair, ...]) -> dict[str, Node]:
    """Variables to which the solution gives one number only."""
    values: dict[str, Node] = {}
    several: set[str] = set()
    for pair in pairs:
        for name, value in assignments(pair):
            if name in values and not _same(values[name], value):
                several.add(name)
            values.setdefault(name, value)
    return {name: value for name, value in values.items() if name not in several}


def assignments(pair: Pair) -> list[tuple[str, Node]]:
    """The variable and its value where one side is a variable and the other a number."""
    both = ((pair.left, pair.right), (pair.right, pair.left))
    return [
        (name.name, value)
        for name, value in both
        if pair.relation == "=" and isinstance(name, Symbol) and name.name not in CONSTANTS and is_number(value)
    ]


def _same(a: Node, b: Node) -> bool:
    try:
        return equal_scalars(a, b)
    except Undecidable:
        return False


def filled(node: Node, values: dict[str, Node]) -> Node:
    """The node with these values for variables."""
    return (
        values[node.name]
        if isinstance(node, Symbol) and node.name in values
        else with_children(node, lambda n: filled(n, values))
    )
