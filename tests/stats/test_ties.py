"""The heaviest total: order decides among equals, and the last digit is no difference."""

from __future__ import annotations

from reasoning_toolkit.stats.ties import heaviest


def test_the_first_of_equals_and_the_last_digit() -> None:
    assert 0.1 + 0.2 > 0.3
    assert heaviest({"a": 0.3, "b": 0.1 + 0.2}) == "a"
    assert heaviest({"a": 0.3, "b": 0.3 + 1e-9}) == "b"
    assert heaviest({"a": 1e300, "b": 1e300 * (1 + 1e-13)}) == "a"


def test_nothing_is_heaviest_of_nothing() -> None:
    assert heaviest({}) is None
    assert heaviest({"a": 0.0}) is None
    assert heaviest({"a": 0.0, "b": 1e-300}) == "b"
