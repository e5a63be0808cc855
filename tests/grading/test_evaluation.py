"""Exact and approximate evaluation: right values, no work beyond the limits, and what counts as the same value."""

from __future__ import annotations

import math
import threading
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.grading.approximate import approximate_value
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value
from reasoning_toolkit.grading.rational import _rounded_root as rounded_root
from reasoning_toolkit.grading.relations import equivalent_relations
from reasoning_toolkit.grading.scalars import equal_scalars, written_step
from reasoning_toolkit.grading.statements import parse
from reasoning_toolkit.grading.tree import Relation
from reasoning_toolkit.grading.verify import decide

EXACT = {
    r"\frac{1}{2}+\frac13": F(5, 6),
    r"2^{-3}": F(1, 8),
    r"(-8)^{1/3}": F(-2),
    r"\sqrt{\frac{9}{4}}": F(3, 2),
    r"\sqrt[3]{-27}": F(-3),
    r"5!": F(120),
    r"\binom{6}{3}": F(20),
    r"\lfloor -3.5 \rfloor": F(-4),
    r"\lceil 3.2 \rceil": F(4),
    r"|-7|": F(7),
    r"17 \bmod 5": F(2),
    r"\gcd(12, 18)": F(6),
    r"3\frac{1}{4}": F(13, 4),
    r"12\%": F(3, 25),
    r"2 - 3 - 4": F(-5),
    r"12/3/2": F(2),
    r"-2^2": F(-4),
    r"2^{3^2}": F(512),
}


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_exact_values(text: str, value: F) -> None:
    assert rational_value(parse(text), {}) == value


@pytest.mark.parametrize("text", [r"\sqrt{2}", r"\pi", "x", r"\sqrt{-1}", r"2^{1/2}", "(1/2)!", r"\sin 1"])
def test_what_is_not_rational(text: str) -> None:
    with pytest.raises(Irrational):
        rational_value(parse(text), {})


BEYOND = ["9^{9^{9^9}}", "1000000!", r"\binom{10^9}{10^8}", "10^{10^9}", "2^{100000}", "1/0", r"5 \bmod 0"]


@pytest.mark.parametrize("text", BEYOND)
def test_beyond_the_limits_nothing_is_computed(text: str) -> None:
    with pytest.raises(Undecidable):
        rational_value(parse(text), {})
    with pytest.raises(Undecidable):
        approximate_value(parse(text), {})


APPROXIMATE = {
    r"\sin 30^\circ": 0.5,
    r"\log_2 8": 3,
    r"\ln e^2": 2,
    r"\lg 1000": 3,
    r"e^{i\pi}": -1,
    r"\arctan 1": math.pi / 4,
    r"\sqrt[3]{2}": 2 ** (1 / 3),
    r"\cosh 0": 1,
    r"\sec 0": 1,
    r"\frac{1}{\sqrt{2}}": 0.5**0.5,
    r"\sin^2 1 + \cos^2 1": 1,
    r"\tan^{-1} 1": math.pi / 4,
}


@pytest.mark.parametrize(("text", "value"), APPROXIMATE.items())
def test_approximate_values(text: str, value: float) -> None:
    found = approximate_value(parse(text), {})
    assert abs(complex(found) - value) < 1e-15


def test_threads_have_contexts_of_their_own() -> None:
    found: dict[int, str] = {}

    def evaluate(digits: int) -> None:
        for _ in range(200):
            found[digits] = str(approximate_value(parse(r"\sqrt{2}"), {}, digits).context.dps)

    threads = [threading.Thread(target=evaluate, args=(digits,)) for digits in (30, 60, 90)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {30: "30", 60: "60", 90: "90"}


@pytest.mark.parametrize(
    ("gold", "prediction", "equal"),
    [
        (r"\pi", r"\pi+10^{-60}", False),
        (r"\sqrt{10^{40}+1}", "10^{20}", False),
        (r"\sqrt{2}-\sqrt{2}", "0", True),
        (r"\sqrt{2}\cdot 10^{-90}", "0", False),
        (r"\sqrt{5+2\sqrt6}", r"\sqrt2+\sqrt3", True),
        ("|x|", "x", False),
        (r"\sqrt{x^2}", "|x|", True),
        (r"\ln x^2", r"2\ln x", True),
        (r"(-1)^n", r"\cos(n\pi)", True),
        (r"(-1)^n", "1", False),
        (r"\frac{x^{50}-1}{x-1}", r"\frac{1-x^{50}}{1-x}", True),
        ("180.67", r"\frac{542}{3}", True),
        ("180.66", r"\frac{542}{3}", False),
        ("0.5", r"\frac{51}{100}", False),
        (r"\frac13", "0.33333", True),
        (r"\frac13", "0.3333", False),
        ("100000", "100000.1", False),
        (r"41.4\%", r"\sqrt{2}-1", True),
        (r"50\%", "0.05", False),
        (r"180^\circ", r"\pi", True),
        (r"5\text{ cm}", r"5\text{ kg}", False),
    ],
)
def test_scalars(gold: str, prediction: str, equal: bool) -> None:
    assert equal_scalars(parse(gold), parse(prediction)) is equal


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("0.25", F(1, 100)),
        ("-0.25", F(1, 100)),
        (r"6.02\times10^{3}", F(10)),
        ("5", None),
        (r"2.5\pi", None),
        (r"1/4", None),
    ],
)
def test_the_step_of_a_decimal(text: str, step: F | None) -> None:
    assert written_step(parse(text)) == step


@pytest.mark.parametrize(
    ("gold", "prediction", "equal"),
    [
        ("2x+4y=6", "x+2y-3=0", True),
        ("2x+4y=6", "x+2y+3=0", False),
        ("x<1", "-x>-1", True),
        ("x<1", "-x<-1", False),
        ("x<1", "x\\le 1", False),
        ("x^2=1", "x=1", False),
        ("1=2", "3=4", False),
    ],
)
def test_relations_up_to_a_factor(gold: str, prediction: str, equal: bool) -> None:
    a, b = parse(gold), parse(prediction)
    assert isinstance(a, Relation)
    assert isinstance(b, Relation)
    assert equivalent_relations(a, b) is equal


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_a_quadratic_equals_its_expansion_and_nothing_else(a: int, b: int, error: int) -> None:
    gold, expanded = f"(x-({a}))(x-({b}))", f"x^2 - ({a + b}) x + ({a * b + error})"
    assert equal_scalars(parse(gold), parse(expanded)) is (error == 0)


@given(st.integers(0, 10**400), st.integers(2, 64))
def test_an_integer_root_is_exact_or_none(value: int, degree: int) -> None:
    root = rounded_root(value, degree)
    assert root**degree <= value < (root + 1) ** degree
    assert rounded_root(value**degree, degree) == value


@pytest.mark.parametrize("text", [r"\lfloor 1, 2 \rfloor", r"\lceil 1,000,000 \rceil", r"\max()", r"\min()"])
def test_a_function_of_too_many_or_too_few_values_is_undecidable(text: str) -> None:
    with pytest.raises(Undecidable, match=r"of [023] values"):
        rational_value(parse(text), {})
    assert not decide("5", text).equal


def test_the_largest_of_one_value_is_that_value() -> None:
    assert rational_value(parse(r"\max 5"), {}) == rational_value(parse(r"\min(5)"), {}) == 5
