"""Each profile against outputs of the grader it reproduces: its own tests, its issue threads, its code read by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.grading import PROFILES, grade
from reasoning_toolkit.grading.profiles import hendrycks, minerva, prm800k, profile_named

HENDRYCKS = [  # the first block are the claims of math_equivalence_test.py of hendrycks/math
    (r"\tfrac{1}{2} + \frac1{72}", r"\\frac{1}{2} + 2/3", False),
    (r"\tfrac{1}{2} +\! \frac1{72}", r"\\dfrac{1}{2} +\frac{1}{72}", True),
    ("10, 4, -2", "4, 10, -2", False),
    (r"10\text{ units}", "10 ", True),
    (r"10\text{ units}", "100 ", False),
    ("10", r"\$10", True),
    (r"\left(x-2\right)\left(x+2\right)", "(x-2)(x+2)", True),
    ("0.1, 4, 2", "4, .1, 2", False),
    ("0.1", ".1", True),
    (r"10\%", "10", True),
    (r"10\sqrt{3} + \sqrt4", r"10\sqrt3 + \sqrt{4}", True),
    (r"\frac34i", r"\frac{3}{4}i", True),
    (r"\tfrac83", r"\frac{8}{3}", True),
    ("5x - 7y + 11z + 4 = 0", "x + y - z + 2 = 0", False),
    ("1/2", r"\frac{1}{2}", True),
    # read off the code
    ("0.5", "1/2", True),
    ("0.25", "1/4", False),
    ("10%", "10", False),
    ("1,000", "1000", False),
    ("k=5", "5", True),
    ("ab=5", "5", True),
    ("abc=5", "5", False),
    ("90^\\circ", "90", True),
    ("5\\text{cm}", "5", False),
    ("033", "33", False),
    (r"5\text{ a}\text{ b}", "5", False),
    (r"\frac", r"\frac", True),
    (r"3 + \sqrt", r"3+\sqrt", False),
    ("01/2", r"\frac{01}{2}", False),
]
MINERVA_FORMS = [
    ("x = 5", "5"),
    (r"\frac12", r"\frac{1}{2}"),
    (r"\sqrt2", r"\sqrt{2}"),
    ("1,000", "1000"),
    ("(1, 2)", "(1,2)"),
    ("5 square units", "5"),
    ("so it is $x$ then", "x"),
    (r"\text{east}", "east"),
    (r"1\text{ and }2", "12"),
    (r"\boxed{7}", "7"),
    (r"\$12.50", "12.50"),
    ("90^\\circ", "90"),
    ("12 ft", "12"),
]
MINERVA = [  # as lm-evaluation-harness says with sympy 1.14 and antlr 4.11
    (r"\frac{1}{2}", "0.5", True),
    (r"\frac{1}{2}", "0.25", False),
    ("42", "42", True),
    ("42", "42.", False),
    ("0.5", ".5", False),
    ("07", "7", False),
    ("-8, 9", "-8", True),
    ("-8, 9", "-8, 7", True),
    (r"2\frac{1}{2}", "1", True),
    (r"2\frac{1}{2}", r"\frac{5}{2}", False),
    ("3:5", "6:10", True),
    ("1011_2", "1011_3", True),
    ("(1,2)", "(1,2)", False),
    ("[0,1]", "[0,1]", False),
    (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}", False),
    (r"25\%", r"25\%", False),
    ("x<3", "x", False),
    ("x=5", "5", True),
    (r"\sqrt{8}", r"2\sqrt{2}", True),
    ("1,234", "1234", True),
    (r"1\,234", "1234", True),
    ("(x+1)^2", "x^2+2x+1", True),
    (r"90^\circ", "90", True),
]
PRM800K = [
    ("2", "2.0", True),
    ("1,000", "1000", True),
    (r"\frac{1}{2}", "1/2", True),
    (r"\frac{1}{2}", r"\frac{2}{4}", False),  # "if fractions aren't reduced"
    ("1/2", "0.5", True),
    ("4", "2+2", False),  # an integer only as text
    (r"1\frac{1}{2}", "1 1/2", True),
    (r"\text{East}", "east", True),
    ("(1,2)", "(1, 2)", True),
    ("(1,2)", "(2,1)", False),
    ("(1,2)", "[1,2]", False),
    (r"\sqrt{2}/2", r"\frac{\sqrt{2}}{2}", True),
    ("10 meters", "10", True),
    ("5 million", "5*10^6", True),
    (r"\frac{\pi}{2}", "pi/2", True),
    ("30^\\circ", "30", True),
    ("a+b+c", "c+b+a", False),  # a third letter is not evaluated
    ("x^{10}", "x^{5}*x^{5}", False),
    (r"\$5", "5", True),
    ("{5}", "5", True),
]
GSM8K = [
    ("gsm8k_strict", "4", "2+2=4\n#### 4", "right"),
    ("gsm8k_strict", "4", "2+2=4\n#### 4\n\nQuestion: ...\n#### 9", "right"),
    ("gsm8k_flexible", "4", "2+2=4\n#### 4\n\nQuestion: ...\n#### 9", "wrong"),
    ("gsm8k_strict", "4", "The answer is 4.", "no_answer"),
    ("gsm8k_strict", "4", "####4", "no_answer"),
    ("gsm8k_strict", "1234", "#### 1,234", "right"),
    ("gsm8k_strict", "18", "#### $18", "no_answer"),
    ("gsm8k_strict", "18", "#### 18.", "right"),
    ("gsm8k_flexible", "29", "It costs $29.", "right"),
    ("gsm8k_flexible", "29", "It costs $29.00.", "wrong"),
    ("gsm8k_flexible", "5", "so it is -5", "wrong"),
    ("gsm8k_flexible", "70000", "a long gold\n#### 70000", "right"),
    ("gsm8k_flexible", "3", "no number here", "no_answer"),
]
DAPO = [
    ("34", "so it is.\n\nAnswer: 34", "right"),
    ("34", "answer : $34$", "right"),
    ("34", "Answer: 33\nAnswer: 34", "right"),
    ("34", "Answer: 34\n" + "x" * 300, "no_answer"),
    ("34", r"\boxed{34}", "no_answer"),
    ("34", r"Answer: \boxed{34}", "right"),
    ("0.5", "Answer: 1/2", "wrong"),
    ("12ft", "Answer: 12", "wrong"),
    ("1000", "Answer: 1,000", "right"),
]


@pytest.mark.parametrize(("gold", "answer", "equal"), HENDRYCKS)
def test_hendrycks_calls_equal_what_its_own_code_does(gold: str, answer: str, equal: bool) -> None:
    assert hendrycks.equal(gold, answer).equal is equal


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{1} then \boxed{2}.", "2"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        (r"\boxed{1} then \boxed{2", None),
        (r"\fbox{1}", None),
        (r"\boxed {1}", None),
        ("1", None),
    ],
)
def test_hendrycks_reads_only_the_last_box(text: str, answer: str | None) -> None:
    assert hendrycks.extract(text)[0] == answer


@pytest.mark.parametrize(("answer", "form"), MINERVA_FORMS)
def test_minerva_normalises_as_in_appendix_d(answer: str, form: str) -> None:
    assert minerva.normalise(answer) == form


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Final Answer: The final answer is $24$. I hope it is correct.", "$24$"),
        ("\nProblem: 2\n".join(f"Final Answer: The final answer is {n}. I hope it is correct." for n in (4, 5)), "4"),
        ("Final Answer: The final answer is 4.", None),
        ("Final Answer: The final answer is\n4. I hope it is correct.", None),
        ("The final answer is 4. I hope it is correct.", None),
    ],
)
def test_minerva_reads_only_its_sentence(text: str, answer: str | None) -> None:
    assert minerva.extract(text)[0] == answer


@pytest.mark.parametrize(("gold", "answer", "equal"), MINERVA)
def test_minerva_calls_equal_what_its_own_code_does(gold: str, answer: str, equal: bool) -> None:
    assert minerva.equal(gold, answer).equal is equal


@pytest.mark.parametrize(("gold", "answer", "equal"), PRM800K)
def test_prm800k_calls_equal_what_its_own_code_does(gold: str, answer: str, equal: bool) -> None:
    assert prm800k.equal(gold, answer).equal is equal


def test_prm800k_reads_the_answer_heading_before_the_box() -> None:
    assert prm800k.extract("\\boxed{1}\n# Answer\n\n2\n") == ("2", "answer heading")
    assert prm800k.extract(r"\boxed{1}") == ("1", "boxed")


@pytest.mark.parametrize(("profile", "gold", "text", "outcome"), GSM8K)
def test_gsm8k(profile: str, gold: str, text: str, outcome: str) -> None:
    assert grade(gold, text, "stop", profile).outcome == outcome


@pytest.mark.parametrize(("gold", "text", "outcome"), DAPO)
def test_dapo(gold: str, text: str, outcome: str) -> None:
    assert grade(gold, text, "stop", "dapo").outcome == outcome


def test_a_published_profile_reads_a_completion_that_was_cut_off() -> None:
    assert grade("4", "#### 4 and", "length", "gsm8k_strict").outcome == "right"
    assert grade("4", "#### 4 and", "length").outcome == "truncated"
    assert grade("4", "so", "length", "gsm8k_strict").outcome == "truncated"


def test_an_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="gsm8k_strikt") as caught:
        profile_named("gsm8k_strikt")
    assert "did you mean gsm8k_strict" in str(caught.value)


@pytest.mark.parametrize("name", [name for name, row in PROFILES.items() if not row.equal_many])
@given(
    text=st.text(alphabet="ab1 2,.$%\\{}()[]=/^#\n", max_size=60),
    gold=st.sampled_from(["1", "1/2", r"\frac12", "(1,2)"]),
)
def test_no_profile_raises_and_equal_texts_are_equal(name: str, text: str, gold: str) -> None:
    profile = PROFILES[name]
    profile.extract(text)
    if name not in ("default", "minerva", "prm800k"):
        profile.equal(gold, text)
        assert profile.equal(text, text).equal


HOSTILE = {
    "open boxes": "\\boxed{" * 100_000,
    "sentences": "Final Answer: The final answer is " * 20_000,
    "dollars": "Answer: " + "$" * 1_000_000,
    "digits": "#### " + "1" * 1_000_000,
    "hashes": "#### " * 200_000,
    "fractions": "\\boxed{" + "\\frac{" * 100_000 + "}" * 100_001,
    "answers": "# Answer\n\n" * 100_000 + "(" * 100_000,
}


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_megabyte_takes_linear_time(name: str, kind: str) -> None:
    start = time.process_time()
    grade("5", HOSTILE[kind], "stop", name)
    assert time.process_time() - start < 5
