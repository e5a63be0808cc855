"""Which numbers of a problem are its data, hiding one, replacing all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.audit.detectors.numbers import numbers_of, with_other_numbers, without_number

CASES = [
    ("Ann has 3 apples and 12.5 pears.", ["3", "12.5"]),
    ("A crowd of 1,234,567 people", ["1,234,567"]),
    ("the points (3,4) and (0,-7)", ["3", "4", "0", "7"]),
    (r"Solve $x^2 - 5x + 6 = 0$ for $x_1$.", ["5", "6", "0"]),
    (r"$\frac{1}{2} \cdot 2^{10} + a_{3}$", ["1", "2", "2"]),
    ("the 2nd of 3 cards", ["3"]),
    ("What follows? [asy] draw((0,0)--(3,4)); [/asy] The side is 5.", ["5"]),
    ("An open drawing [asy] 1 2 3", []),
    ("12345678901234567890 is too long", []),
    ("How many primes are even?", []),
]


@pytest.mark.parametrize(("question", "numbers"), CASES)
def test_the_data_of_a_problem(question: str, numbers: list[str]) -> None:
    assert [question[a:b] for a, b in numbers_of(question)] == numbers


def test_each_number_can_be_hidden() -> None:
    question = "1,200 coins in 3 boxes"
    assert without_number(question, 0) == ("[?] coins in 3 boxes", "1200")
    assert without_number(question, 1) == ("1,200 coins in [?] boxes", "3")
    assert without_number(question, 4) == without_number(question, 0)
    with pytest.raises(IndexError, match="no number"):
        without_number("How many?", 0)


def test_other_numbers_keep_what_is_equal_and_how_it_is_written() -> None:
    new = with_other_numbers("3 cats and 3 dogs eat 1,000 kg for $2.50, $x^2$", seed=1)
    cats, dogs, food, price = (new[a:b] for a, b in numbers_of(new))
    assert cats == dogs in ("4", "5")
    assert 1000 < int(food) <= 1250
    assert len(price.partition(".")[2]) == 2 and 2.5 < float(price) <= 3.12
    assert new.endswith(", $x^2$")


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 99))
def test_other_numbers_are_other_and_stay_apart(values: list[int], seed: int) -> None:
    question = " and ".join(map(str, values))
    new = [int(part) for part in with_other_numbers(question, seed).split(" and ")]
    assert all(a < b for a, b in zip(values, new, strict=True))
    assert len(set(new)) == len(set(values))
    assert with_other_numbers(question, seed) == with_other_numbers(question, seed)


@given(st.text("0123456789.,^_{}[]asy/ x$\\-", max_size=60))
def test_no_text_is_too_strange(question: str) -> None:
    new = with_other_numbers(question, 0)
    assert (new == question) == (not numbers_of(question))
