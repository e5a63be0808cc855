"""Compare what was found with a file of expected numbers, leaf by leaf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any


def compare(found: dict[str, Any], expected: dict[str, Any], elsewhere: re.Pattern[str]) -> dict[str, Any]:
    """How many numbers agree to the last place that is given, and those that differ with both values.

    Args:
        elsewhere: numbers whose path holds this rest on a program that is not there; they are counted apart.
    """
    leaves = {"/".join(path): (value, _at(found, path)) for path, value in _numbers(expected)}
    missing = [path for path in leaves if elsewhere.search(path)]
    differ = {
        path: {"expected": value, "found": got}
        for path, (value, got) in leaves.items()
        if path not in missing and (got is None or abs(got - value) > _half_unit(value))
    }
    agree = len(leaves) - len(missing) - len(differ)
    return {"numbers": len(leaves), "agree": agree, "differ": differ, "rest_on_a_program_not_there": len(missing)}


def _numbers(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _numbers(value, (*path, key))
    elif isinstance(tree, int | float):
        yield path, tree


def _at(tree: Any, path: tuple[str, ...]) -> float | None:
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, int | float) else None


def _half_unit(value: float) -> float:
    """Half a unit of the fourth place, or of the last one where more are given."""
    exponent = Decimal(repr(value)).as_tuple().exponent
    places = max(4, -exponent if isinstance(exponent, int) else 0) if isinstance(value, float) else 0
    return 0.5 * 10.0**-places + 1e-12 if places else 0.0
