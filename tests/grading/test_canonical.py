"""Canonical keys: one value, one key; two values, two keys; any text, no error."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.grading.canonical import MAX_CHARACTERS, answer_key, exact_value, tidy

SAME_KEY = [
    ("42", "42", "42.", "042", "+42", "42.0", "84/2", "$42$", r"\(42\)", "$$42$$", r"\[42\]", "**42**", "`42`", "{42}"),
    ("42", r"\boxed{42}", r"$\boxed{42}$.", r"\fbox{42}", r"\boxed{\boxed{42}}", "$42", r"\$42", r"\text{42}"),
    ("42", "\uff14\uff12", "\u0e54\u0e52", "\u0664\u0662", "4\u200b2", "\u00a042\u00a0", r"42\,", r"\!42"),
    ("-5", "\u22125", "\uff0d5", "- 5", "-5.00", "-10/2", r"-\frac{10}{2}", r"\frac{-10}{2}", r"\frac{10}{-2}", "-$5"),
    ("0", "-0", "0.0", "0/7", "00"),
    ("1/2", "0.5", ".5", "2/4", r"\frac12", r"\frac{1}{2}", r"\dfrac{1}{2}", r"\tfrac{1}2", r"\frac {1} {2}", "1 / 2"),
    ("1234", "1,234", "1{,}234", r"1\,234", r"1,\!234", "1 234", "$1,234.00", "1234.0"),
    ("1234567/2", "617,283.5"),
    ("(1,2)", r"\left( 1, 2 \right)", "(1, 2)", r"$(1,\,2)$"),
    (r"2\pi", r"2 \pi", r"$2\pi$", r"2\;\pi", r"2\quad\pi"),
    ("10%", r"10\%", "10 %", "10\uff05"),
    ("A", r"\text{A}", r"\textbf{A}", r"\mathrm{A}", "A."),
]
DIFFERENT_KEYS = [
    ("1 1/2", "11/2"),
    ("1 2", "12"),
    ("1, 234", "1,234"),
    ("1,2", "12"),
    ("1,23", "123"),
    ("10\u00b2", "102"),
    ("1\u00bd", "11/2"),
    ("10%", "10"),
    ("10%", "0.1"),
    ("(1,2)", "[1,2]"),
    ("(1,2)", "(2,1)"),
    ("2^{10}", "2^10"),
    ("x", "X"),
    ("$3$ and $4$", "3and4"),
    ("{1}+{2}", "1}+{2"),
    ("3\\frac{1}{2}", "31/2"),
    ("1.2.3", "1.23"),
]


@pytest.mark.parametrize(("key", "forms"), [(row[0], row) for row in SAME_KEY])
def test_forms_of_one_answer_share_its_key(key: str, forms: tuple[str, ...]) -> None:
    assert {form: answer_key(form) for form in forms} == dict.fromkeys(forms, key)


@pytest.mark.parametrize(("a", "b"), DIFFERENT_KEYS)
def test_different_answers_have_different_keys(a: str, b: str) -> None:
    assert answer_key(a) != answer_key(b)


@pytest.mark.parametrize("answer", ["1/0", r"\frac{1}{0}", ".", "-", "/", "1/", "9^{9^{9^9}}", "1e999999999", "--5"])
def test_what_is_no_number_stays_text(answer: str) -> None:
    assert exact_value(answer) is None


@pytest.mark.parametrize("digits", [401, 4_000, 200_000])
def test_giant_numbers_stay_text(digits: int) -> None:
    number = "9" * digits
    assert (answer_key(number), exact_value(number)) == (number, None)
    assert exact_value(f"1/{number}") is None
    assert exact_value("9" * 400) == 10**400 - 1


def test_a_text_over_the_limit_keeps_its_own_key() -> None:
    answer = " $" + "x" * MAX_CHARACTERS + "$ "
    assert answer_key(answer) == answer.strip()


def test_tidy_keeps_the_latex() -> None:
    assert tidy(r" $\boxed{\dfrac{1}{2} \text{ cm}}$. ") == r"\dfrac{1}{2} \text{ cm}"
    assert tidy("$3$ and $4$") == "$3$ and $4$"
    assert tidy(r"\left\{ x \right.") == r"\left\{ x \right."


def test_endless_wrapping_ends() -> None:
    assert tidy("{" * 2000 + "5" + "}" * 2000).strip("{}") == "5"


@given(st.fractions(max_denominator=10**6))
def test_every_way_to_write_a_fraction_has_its_value(value: Fraction) -> None:
    top, bottom, sign = abs(value.numerator), value.denominator, "-" if value < 0 else ""
    for form in (
        f"{value}",
        f"{sign}{3 * top}/{3 * bottom}",
        rf"${sign}\frac{{{top}}}{{{bottom}}}$",
        f"\\boxed{{{value}}}",
    ):
        assert (exact_value(form), answer_key(form)) == (value, str(value))


@given(st.integers(-(10**12), 10**12), st.integers(0, 8))
def test_grouping_and_places_change_nothing(whole: int, places: int) -> None:
    assert answer_key(f"{whole:,}" + ("." + "0" * places if places else "")) == str(whole)


MARKUP = st.sampled_from(
    ["$", "\\(", "\\)", "{", "}", "\\boxed", "\\text{", "\\frac", "\\,", "/", ".", "-", "1", "\u0663"]
)


@given(st.lists(MARKUP | st.text(max_size=5), max_size=20).map("".join))
def test_never_raises_on_any_text(answer: str) -> None:
    assert isinstance(answer_key(answer), str)
    value = exact_value(answer)
    assert value is None or answer_key(answer) == str(value)
