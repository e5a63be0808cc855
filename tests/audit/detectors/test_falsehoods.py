"""E beyond equations of numbers: each kind with a false statement, and with a true one that looks like it."""

from __future__ import annotations

import pytest

from reasoning_toolkit.audit.detectors import Context
from reasoning_toolkit.audit.detectors.chains import pairs_of
from reasoning_toolkit.audit.detectors.contradictions import differ_by_constant
from reasoning_toolkit.audit.detectors.falsehoods import falsehood
from reasoning_toolkit.audit.detectors.statements import is_probability, is_wrong_ratio
from reasoning_toolkit.audit.detectors.sums import MAX_TERMS, written_out

FALSE = [
    r"$\sum_{k=1}^{4} k^2 = 31$",
    r"$\prod_{i=2}^4 \frac{i}{2} = 4$",
    r"$\left(1 + \frac{1}{2}, 4\right) = (\frac{3}{2}, 5)$",  # tuples item by item
    r"\[ x^2 + 4x = 5 \implies (x+2)^2 = 5 + 3 \]",
    r"$2x + 3y = 12$, which simplifies to $4x + 6y = 25$",
    r"\[ 200 = 2s \] \[ 240 = 2s \]",
    r"Given $3x + 7 = 25$, subtract and divide to get $x = 5$.",
    r"From $x^3 - 3x^2 - 1 = 0$ we see that $x = 3$ is a root.",
    r"We can factor $x^2 - 5x - 6 = (x - 2)(x - 3)$.",
    r"It says $x^2 + 6x + 5 > 0$, which we can rewrite as $(x + 3)^2 - 5 > 0$.",
    "The sides 6, 8, and 10 are in the ratio 3:4:6.",
    r"Hence the probability of a match is $\frac{4 \cdot 5}{12}$.",
    "The probability is (4! * 2) / (3!).",
    r"Let the side length be $s$. Then $s = 150/2 = 75$, so the side length is $\boxed{80}$.",
]
TRUE = [
    "He has 54 − 37 = 17 left, it costs $36000-$1200 = 34800, and 3 / 6 = 50% of 200%10 = 20.",
    r"$\sum_{k=1}^{4} k^2 = 30$ and $\sum_{i=1}^{3} 2i = 12$ and $\prod_{k=1}^3 k = 6$",
    r"$\sum_{k=1}^{3} k + 1 = 9$",  # it is not clear what is summed
    r"$\sum_{k=1}^{n} k = 10$ and $\sum_{k=1}^{3} a_k = 5$",
    r"$\left(1 + \frac{1}{2}, 4\right) = (\frac{3}{2}, 4)$ and $(x, y) = (1, 2)$",
    r"$\begin{pmatrix} 3 \\ 2 \end{pmatrix} \cdot \begin{pmatrix} 2 \\ -3 \end{pmatrix} = 0$",
    r"$1,\!000,\!000/1000 = 1000$ and $\frac{1}{3} = 0.333...$",
    r"$\sin^2 30^\circ (\sin 90^\circ + 1) = \frac{1}{2}$",
    r"With $5d + 4e = 20$ and $d = 4$ we get $54e = 0$.",  # here e is a variable
    r"\[ x^2 + 4x = 5 \implies (x+2)^2 = 5 + 4 \]",
    r"\[ 2x - 3 = 5 \quad \text{or} \quad 2x - 3 = -5 \]",  # cases
    "So \\[ x + 2 = 0 \\] \n\n\\[ x - 1 = 0 \\]",  # factors of a product
    r"One line is $x + y = 3$, and the other is $x + y = 5$.",
    r"$f(1) = 3a + 1$, which gives $f(2) = 3a + 5$",  # f(1) is no product
    r"Given $3x + 7 = 25$, subtract and divide to get $x = 6$.",
    r"If $3x = 15$ then $x = 5$. If $3x = 12$ then $x = 4$.",
    r"From $x^2 - 4x + 3 = 0$ we see that $x = 3$ is a root.",
    r"We can factor $x^2 - 5x + 6 = (x - 2)(x - 3)$.",
    r"Factor the right side: $x^2 - 5x = 6(x - 3)$",  # an equation to be solved
    r"It says $x^2 + 6x + 5 > 0$, which we can rewrite as $(x + 3)^2 - 4 > 0$.",
    "The sides 6, 8, and 10 are in the ratio 3:4:5, and the triangles 2 and 5 years old in the ratio 2:5.",
    r"The probability is $\frac{5}{12}$. The probability of 3 in 4 is 75%. The sum for the probability is 5 + 12 = 17.",
    r"Let the side length be $s$. Then $s = 150/2 = 75$, so the area is $\boxed{5625}$.",
    r"Let the side length be $s$. Then $s = 75$ or $s = 80$, so the side length is $\boxed{80}$.",
]


@pytest.mark.parametrize("solution", FALSE)
def test_finds_what_is_false(solution: str) -> None:
    found = falsehood("", solution, Context())
    assert found.flawed
    assert found.step == 0
    assert found.quote in solution


@pytest.mark.parametrize("solution", TRUE)
def test_leaves_alone_what_is_true_or_unclear(solution: str) -> None:
    assert falsehood("", solution, Context()).reason == ""


def test_the_earliest_falsehood_counts() -> None:
    solution = "The sides 1 and 2 are in the ratio 1:3.\n\nSo $1 + 2 = 4$."
    assert falsehood("", solution, Context()).step == 0


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("x + y = 1", "2x + 2y = 2", False),
        ("x + y = 1", "2x + 2y = 3", True),
        ("x^2 = 4", "x = 2", False),
        ("x + y = 1", "x - y = 3", False),
        ("x + y = 1", "x + z = 3", False),
        ("|x| = 3", "x = -4", False),
    ],
)
def test_equations_that_differ_by_a_constant(first: str, second: str, apart: bool) -> None:
    (one,), (two,) = pairs_of(f"${first}$"), pairs_of(f"${second}$")
    assert differ_by_constant(one, two) is apart


def test_sums_are_written_out() -> None:
    assert written_out(r"2\sum_{k=1}^{3} k^2") == "2(( (1)^2)+( (2)^2)+( (3)^2))"
    assert written_out(r"\prod_{i=0}^1 2i") == "(( 2(0))( 2(1)))"
    for unclear in (
        r"\sum_{k=1}^{3} k + 1",
        r"\sum_{k=1}^{n} k",
        rf"\sum_{{k=1}}^{{{MAX_TERMS + 1}}} k",
        r"\sum_{k=3}^{1} k",
        r"\sum_{k=1}^{3}",
        r"\sum_{k=1}^{3} (k",
    ):
        assert written_out(unclear) == unclear


def test_ratios_and_probabilities() -> None:
    assert is_wrong_ratio("sides 6, 8, and 10 are ", "3:4:6")
    assert not is_wrong_ratio("sides 10, 6 and 8 are ", "3:4:5")
    assert not is_wrong_ratio("sides 6 and 8 are ", "3:4:6")
    assert not is_wrong_ratio("sides 0 and 0 are ", "0:1")
    assert is_probability("50\\%")
    assert is_probability("p^2")
    assert not is_probability(r"\frac{3}{2}")
