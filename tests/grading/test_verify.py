"""Verification: what is equal, what only looks equal, and what holds of any two texts."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reasoning_toolkit.grading.limits import MAX_PRINTED
from reasoning_toolkit.grading.verify import decide, verify

EQUAL = [
    ("42", "42"),
    ("42", "42.0"),
    ("42", "+42"),
    ("042", "42"),
    ("-5", "\u22125"),
    ("42", "\uff14\uff12"),
    ("42", "\u0e54\u0e52"),
    ("1,234", "1234"),
    ("1234", r"1{,}234"),
    ("0.5", r"\frac{1}{2}"),
    ("1/2", "2/4"),
    (r"\frac{1}{3}", "0.333333"),
    ("0.333", r"\frac{1}{3}"),
    ("3.14", r"\pi"),
    (r"\frac{7}{2}", r"3\frac{1}{2}"),
    ("$42", "42"),
    ("5", r"5\text{ cm}"),
    ("10%", r"10\%"),
    ("5", "x=5"),
    ("x=5", "5"),
    (r"\sqrt{12}", r"2\sqrt{3}"),
    (r"\frac{1}{\sqrt{2}}", r"\frac{\sqrt{2}}{2}"),
    ("x^2+2x+1", "(x+1)^2"),
    ("2x+6", "2(x+3)"),
    ("(1,2)", r"\left( 1, 2 \right)"),
    ("(1, 2]", "(1,2]"),
    ("1,2", "2,1"),
    (r"\{1,2\}", r"\{2,1\}"),
    (r"90^\circ", "90"),
    (r"2\pi", r"\pi \cdot 2"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
    (r"\text{(A)}", "A"),
    ("B", r"\textbf{B}"),
    (r"2^{10}", "1024"),
    (r"2\lambda", r"\lambda + \lambda"),
    (r"\boxed{7}", "$7$."),
    (r"\left\{ x \right.", r"\left\{ x \right."),
]
DIFFERENT = [
    ("5", "500"),
    ("5", "0.05"),
    ("5", "50"),
    ("0.75", "75"),
    ("100000", "100001"),
    ("123456789012345678901234567890", "123456789012345678901234567891"),
    ("5", "-5"),
    ("11/2", "1 1/2"),
    (r"\frac{11}{2}", r"1\frac{1}{2}"),
    ("12", "1 2"),
    ("102", "10\u00b2"),
    ("1, 234", "1234"),
    ("0.33", r"\frac{1}{3}"),
    ("0.3334", r"\frac{1}{3}"),
    (r"\frac{1}{3}", "0.3333"),
    (r"\pi", "3.14"),
    ("3.14159", "3.14160"),
    ("1.0000000001", "1.0000000002"),
    (r"\frac{1000000}{1000001}", r"\frac{1000001}{1000002}"),
    ("5", "3=4=5"),
    ("5", "3 or 5"),
    ("5", r"3 or \boxed{5}"),
    ("5", r"3} \boxed{5"),
    ("5", "3 5"),
    ("1728", "1331 and 1728"),
    ("1331 and 1728", "1728"),
    ("41", "41, 42, 43"),
    ("x+1", "x-1"),
    ("2x+1", "2y+1"),
    ("3x+4y+14=0", "3x+4y+15=0"),
    ("(1,2)", "(2,1)"),
    ("(1,2)", "[1,2]"),
    (r"\sqrt{2}", "1.414"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}2\\1\end{pmatrix}"),
    ("A", "B"),
    ("A", "E"),
    (r"2\pi", r"3\pi"),
    ("yes", "no"),
    ("5", "x"),
    ("0", "undefined"),
    ("5", "five or so"),
    ("5", ""),
    ("", ""),
    ("5", "$$"),
    ("5", r"\text{}"),
    ("5", r"\frac{5}{0}"),
]


@pytest.mark.parametrize(("gold", "prediction"), EQUAL)
def test_the_same_answer(gold: str, prediction: str) -> None:
    assert verify(gold, prediction), decide(gold, prediction)


@pytest.mark.parametrize(("gold", "prediction"), DIFFERENT)
def test_another_answer(gold: str, prediction: str) -> None:
    assert not verify(gold, prediction), decide(gold, prediction)


def test_no_answer_is_wrong() -> None:
    assert not verify("5", None)


@pytest.mark.parametrize(
    ("gold", "prediction", "reason"),
    [
        ("east", "$east$", "equal text"),
        ("1/2", "0.5", "equal number"),
        ("1/2", "0.6", "different numbers"),
        ("x+1", "1+x", "equal values"),
        ("B", "(b)", "choice"),
        ("x+1", "2+x", "different values"),
        ("5", r"\foo", "undecided: an unknown command: 'foo'"),
        ("5", "9^{9^{9^9}}", "undecided: a power beyond the limits"),
        ("5", "3=4=5", "contradicts itself"),
        ("5", " ", "empty answer"),
        ("5", "x" * 5_000, "refused: 5,000 characters"),
        ("5", "(" * 65 + "5" + ")" * 65, "refused: brackets 65 deep"),
        ("5", "5}", "refused: braces do not balance"),
        ("5", "open('x') or 5", "refused: looks like code"),
        ("x" * 4_097, "5", "refused: 4,097 characters"),
    ],
)
def test_the_reason(gold: str, prediction: str, reason: str) -> None:
    decision = decide(gold, prediction)
    assert (decision.equal, decision.reason) == (reason.startswith("equal") or reason == "choice", reason)


@example(168640, 169488)  # the full stop behind the box is no decimal point
@given(st.integers(), st.integers())
def test_integers_are_equal_when_they_are(a: int, b: int) -> None:
    decision = decide(str(a), f"$\\boxed{{{b:,}}}$.")
    assert (decision.equal, decision.tier) == (a == b, "number")


PIECES = st.sampled_from(
    [
        r"\frac{",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        "|",
        r"\sqrt",
        "^",
        "_",
        ",",
        " and ",
        " or ",
        "=",
        "<",
        r"\le ",
        r"\in ",
        r"\cup ",
        r"\pm ",
        "1",
        "2",
        "12",
        "0.5",
        "x",
        "y",
        "i",
        "e",
        r"\pi ",
        "%",
        r"^\circ",
        r"\text{",
        " cm",
        "!",
        "10^{",
        r"\begin{pmatrix}",
        r"\end{pmatrix}",
        "&",
        r"\\",
        r"\{",
        r"\}",
        r"\left",
        "...",
        "e9",
        "/",
        "*",
        "-",
        "+",
        ":",
        "$",
        "\0",
        "\ud800",
        "²",
        "½",
        "٣",
        "≤",
        "∞",
        "'",
        r"\log_",
        r"\sin",
        r"\infty",
        "million",
        "for all",
        "if",
        "percent",
    ]
)
ANSWERS = st.lists(PIECES | st.text(max_size=3), max_size=14).map("".join)


@settings(deadline=None, max_examples=300)
@given(ANSWERS, ANSWERS)
def test_never_raises_and_repeats_itself(gold: str, prediction: str) -> None:
    decision = decide(gold, prediction)
    assert decision == decide(gold, prediction)
    assert decision.equal or decision.reason


@settings(deadline=None, max_examples=200)
@given(ANSWERS)
def test_every_answer_that_is_not_empty_equals_itself(answer: str) -> None:
    assert decide(answer, answer).equal or decide(answer, answer).reason == "empty answer"


@settings(deadline=None, max_examples=200)
@given(ANSWERS, ANSWERS)
def test_the_symmetric_mode_is_symmetric(a: str, b: str) -> None:
    assert decide(a, b, symmetric=True).equal == decide(b, a, symmetric=True).equal


def test_a_rounded_gold_answer_is_not_symmetric_but_for_the_symmetric_mode() -> None:
    assert decide("0.333", "1/3").equal
    assert not decide("1/3", "0.333").equal
    assert not decide("0.333", "1/3", symmetric=True).equal


def test_forms_are_cut_to_a_printable_length() -> None:
    decision = decide("x+" * 600 + "x", "y+" * 600 + "y")
    assert max(len(decision.gold_form), len(decision.prediction_form)) <= MAX_PRINTED
