"""E, A, M, S, Q, C: each on a solution with the flaw, and on one that only looks like it."""

from __future__ import annotations

import time

import pytest

from reasoning_toolkit.audit.detectors import DETECTORS, Context, detector, steps_of
from reasoning_toolkit.audit.detectors.answer import derivation
from reasoning_toolkit.audit.detectors.chains import pairs_of

FLAWED = [
    ("E", r"We have $3 \cdot 4 = 13$, so \boxed{13}."),
    ("E", "Note that 200^2 + 240^2 = 300^2 (a right triangle)."),
    ("E", r"\[ x = 2(3 + 4) \\ = 15 \]"),  # a row that begins with a relation goes on from the row before
    ("E", r"Since $\sqrt[4]{37} < \sqrt{3}$, nothing is left out."),
    ("E", r"\( \sqrt[3]{4} + \sqrt[3]{2} + 1 \approx 3.31758 \)"),
    ("E", r"$\sqrt{2 - 11} = 3$"),  # a complex number is no real one
    ("M", r"$7^2 \equiv 5 \pmod{10}$"),
    ("S", r"$D = (a+2)^2 - 4b = a^2 + 4a - 4b$"),
    ("A", "Step 1: We look at the blocks.\n\nStep 247: After some work, the answer is $\\boxed{247}$."),
    ("A", r"We find $x = 3$. The point is $\boxed{(3, 41)}$."),
    ("Q", "The number 91 is prime."),
    ("Q", r"Now $1001$ is divisible by $3$."),
]
HARMLESS = [
    ("E", r"Suppose $2 + 2 = 5$. That is a contradiction."),
    ("E", r"But $13^2 = 170$ is not true."),
    ("E", r"$\frac{1}{3} = 0.333$ and $\sqrt{2} \approx 1.41$"),
    ("E", r"Modulo 1000: $3^{16} \equiv 721 \pmod{1000}$, so $3^{16} \cdot 3 = 721 \cdot 3$."),
    ("E", r"$17 = 5 \cdot 3$ remainder $2$"),
    ("E", "x + 2 = 5 and 2x = 6"),
    ("E", r"$1\text{ m} = 100\text{ cm}$"),
    ("E", "42 ÷ 8 = 5"),
    ("E", r"Let $r_i = 1$ for $i = 1$; then $|e^{(2i-1)}| = 1$"),
    ("M", r"$3^4 \equiv 1 \pmod{10}$ and $-1 \equiv 9 \pmod {10}$"),
    ("S", r"$2x + 3 = x + 5$"),  # an equation to be solved
    ("S", r"$f = (a+b)^2 = a^2 + 2ab + b^2$"),
    ("A", r"So $19 + 1 + 19 + 1 = \boxed{40}$."),
    ("A", "The number of favourable outcomes is 11 of 36. \\boxed{\\frac{11}{36}}"),
    ("A", r"There are five of them: $\boxed{5}$"),
    ("A", r"The probability is $\frac{23}{36}$, so $m + n$ is $\boxed{59}$."),
    ("A", r"It is even: \boxed{\text{even}}"),
    ("A", "no box at all"),
    ("Q", "97 is prime, 91 is not prime, $1001$ is divisible by $7$, 144 is a perfect square."),
]


def flawed(name: str, solution: str, problem: str = "", context: Context | None = None) -> bool:
    return detector(name)(problem, solution, context or Context()).flawed


@pytest.mark.parametrize(("name", "solution"), FLAWED)
def test_finds_the_flaw(name: str, solution: str) -> None:
    found = detector(name)("", solution, Context())
    assert found.flawed
    assert found.step == 0 or name == "A"
    assert found.quote in solution


@pytest.mark.parametrize(("name", "solution"), HARMLESS)
def test_leaves_alone_what_only_looks_like_it(name: str, solution: str) -> None:
    assert not flawed(name, solution)


def test_the_first_bad_step_is_named() -> None:
    solution = "First, $2 + 2 = 4$.\n\nThen $4 \\cdot 5 = 21$.\n\nSo $21 + 1 = 23$."
    found = detector("E")("", solution, Context())
    assert found.step == 1
    assert "21" in steps_of(solution)[1]


def test_values_are_put_into_the_equations_of_the_problem() -> None:
    problem = "Solve $x^2 + y = 12$ for $x$ where $y = 3$."
    assert flawed("Q", "Clearly $y = 3$.\n\nSo $x = 4$.", problem)
    assert not flawed("Q", "Clearly $y = 3$.\n\nSo $x = 3$.", problem)
    assert not flawed(
        "Q", "Clearly $y = 3$.\n\nSo $x = 4$ or $x = 3$.", problem
    )  # a variable with two values is not judged


def test_derivations() -> None:
    assert derivation(r"$2 + 3 = 5$, so \boxed{5}") == "computed"
    assert derivation(r"There are 5, so \boxed{5}") == "stated"
    assert derivation(r"So \boxed{5}") == "nowhere"
    assert derivation("So 5.") == "not judged"


def test_rarely_solved_problems() -> None:
    assert flawed("C", "", context=Context(accepted=3, samples=64))
    assert not flawed("C", "", context=Context(accepted=4, samples=64))
    assert not flawed("C", "")


def test_accepted_rate_raises_suspicion() -> None:
    text = r"Assume a pattern. $1 + 1 = 2$ \boxed{2}"
    often, seldom = (detector("X")("", text, Context(accepted=c, samples=64)).score for c in (60, 2))
    assert seldom > often


HOSTILE = {
    "open brackets": r"\[" * 4000 + "$" * 4001,
    "plain chains": "1=1 -" * 6000,
    "long chain": "1" + "=1" * 20000,
    "huge powers": "$9^{9^{9}} = 2^{99999}$ $9999! = 1$ " * 500,
    "roots": r"$\sqrt{2}+\sqrt{3}=\sqrt{7}-\sqrt[5]{3}$ is not so. " * 900,
    "claims": "999983 is prime. " * 3000,
    "nesting": "$" + "(" * 3000 + "1" + ")" * 3000 + " = 2$ \\boxed{" + "{" * 500,
    "sums": r"$\sum_{k=1}^{9} \sqrt{k+3} = \prod_{k=1}^{36} \cos(k) \sin(k)$ " * 900,
    "equations": "".join(f"$x^2 + {n}y = {n * n}$ gives $y = {n}$ " for n in range(900)),
    "ratios": "1, 2 and 3 are in the ratio 1:2:3. " * 1500 + "the probability is (" * 2000,
    "nothing": "",
    "signs": "\x00\ud800≈≡ \\boxed{} = = = ÷" * 200,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon(name: str) -> None:
    for row in DETECTORS:
        detector(row)("", r"$\sqrt 2 \approx 1$", Context())
    started = time.process_time()
    for row in DETECTORS:
        detector(row)(HOSTILE[name], HOSTILE[name], Context())
    assert time.process_time() - started < 3


def test_relations_of_a_solution() -> None:
    (first, second) = pairs_of(r"$a = b + 1 = 3, c < 4$")[:2]
    assert (first.relation, first.place, second.place) == ("=", 0, 1)
