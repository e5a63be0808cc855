"""What crosses between a solution and its tests: plain values, as they were."""

from __future__ import annotations

import json
import math
from collections import Counter, namedtuple
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.sandbox.boundary import pack, unpack

ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
KEYS = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3), max_leaves=5
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
    ),
    max_leaves=20,
)


def crossed(value: Any) -> Any:
    return unpack(json.loads(json.dumps(pack(value))))


@settings(max_examples=50)
@given(VALUES)
def test_a_plain_value_comes_out_as_it_went_in(value: Any) -> None:
    assert repr_sorted(crossed(value)) == repr_sorted(value)


def repr_sorted(value: Any) -> str:
    """A text that tells types apart and does not depend on the order of a set."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{repr_sorted(k)}:{repr_sorted(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}[" + ",".join(map(repr_sorted, value)) + "]"
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}[" + ",".join(sorted(map(repr_sorted, value))) + "]"
    return repr(value)


def test_numbers_that_json_does_not_know() -> None:
    assert math.isnan(crossed(float("nan")))
    assert [crossed(x) for x in (math.inf, -math.inf, -0.0, 0.1 + 0.2, 10**400)] == [
        math.inf,
        -math.inf,
        -0.0,
        0.1 + 0.2,
        10**400,
    ]
    assert math.copysign(1, crossed(-0.0)) == -1


def test_what_is_built_on_a_plain_type_crosses_as_that() -> None:
    point = namedtuple("point", "x y")
    number = IntEnum("number", "one")
    assert crossed([Counter("aab"), point(1, 2), number(1), True]) == [{"a": 2, "b": 1}, (1, 2), 1, True]
    assert [type(x) for x in crossed([Counter("aab"), point(1, 2), number(1), True])] == [dict, tuple, int, bool]


class Everything:
    """Equal to everything: how a solution forges a pass where it shares an interpreter with its tests."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize(
    "value", [Everything(), Fraction(1, 2), range(3), {1: 2}.keys(), iter(()), object, b"x", [[Everything()]]]
)
def test_nothing_else_crosses(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot be compared"):
        pack(value)


@pytest.mark.parametrize(
    "packed", [{"object": []}, {}, {"list": [], "dict": []}, {"set": [{"list": []}]}, {"dict": [[1]]}]
)
def test_a_forged_reply_is_an_error(packed: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        unpack(packed)
