r"""What is called a factoring or a rewriting, and is none: the two forms differ at random points.

- ``we can factor $x^2 - 1 = (x - 1)(x + 2)$``: a sum on the left, a product on the right.
- ``$x^2 - 4 > 0$, which we can factor as $(x - 2)^2 > 0$``: two relations that must say the same.
"""

from __future__ import annotations

import itertools
import re

from reasoning_toolkit.audit.detectors.chains import Pair, pairs_of
from reasoning_toolkit.audit.detectors.contradictions import differences
from reasoning_toolkit.audit.detectors.equations import has_unit, is_claimed
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.tree import Apply, free_symbols

_FACTOR = re.compile(r"(?i)\bfactor(?:s|ed|ize[ds]?|ise[ds]?)?\s+(?:the \w+\s+)?(?:as )?\Z")
_AS = re.compile(r"(?i)\A[^.\n]{0,40}\b(?:factor|expand|rewrit|written|rewrite)\w*(?: \w+){0,4} (?:as|into|to)\W*\Z")
_BEFORE = 60


def wrong_rewriting(problem: str, solution: str, context: Context) -> Finding:
    """The first factoring or rewriting whose two forms differ."""
    pairs = pairs_of(solution)
    for pair in pairs:
        named = _FACTOR.search(solution[max(0, pair.start - _BEFORE) : pair.start])
        if named and _is_wrong_factoring(pair) and is_claimed(solution, pair):
            return found_at(solution, pair.start, pair.end, f"the two sides are different polynomials: {pair.text}")
    for first, second in itertools.pairwise(pairs):
        if (
            first.end <= second.start
            and _AS.match(solution[first.end : second.start])
            and _says_otherwise(first, second)
        ):
            return found_at(solution, second.start, second.end, f"{second.text} is no other form of {first.text}")
    return SOUND


def _is_wrong_factoring(pair: Pair) -> bool:
    left, right = pair.left, pair.right
    if not (isinstance(left, Apply) and isinstance(right, Apply) and left.operator == "+" and right.operator in "*^"):
        return False
    if pair.relation != "=" or has_unit(pair) or free_symbols(left) != free_symbols(right):
        return False
    try:
        return not equal_scalars(left, right)
    except Undecidable:
        return False


def _says_otherwise(first: Pair, second: Pair) -> bool:
    """Whether left minus right of the second is no multiple of that of the first."""
    if first.relation != second.relation or first.relation not in "=<>≤≥":
        return False
    f, g = differences(first, second)
    return any(f[0] * b != g[0] * a for a, b in zip(f, g, strict=True))
