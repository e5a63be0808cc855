"""Equations: solve for x, then compute something with it."""

from __future__ import annotations

from random import Random

from reasoning_toolkit.problems.pocket.program import Program, Step

_MOST_ROOT = {1: 20, 2: 40, 3: 60, 4: 99, 5: 150}


def equation(rng: Random, level: int) -> tuple[Program, str]:
    """A program and its question, e.g. ``Solve 7 x + 38 = 262. What is 5 x - 9?``"""
    root = rng.randint(3, _MOST_ROOT[level])
    steps, text = _FORMS[level](rng, root)
    x = f"#{len(steps) - 1}"
    factor = rng.randint(2, 9 if level < 4 else 19)
    operator, operand = rng.choice("+-"), rng.randint(2, 99 if level < 4 else 199)
    if operator == "-" and factor * root <= operand:
        operator = "+"
    steps += [Step("*", factor, x), Step(operator, f"#{len(steps)}", operand)]
    return tuple(steps), f"Solve {text}. What is {factor} x {operator} {operand}?"


def _shift(rng: Random, root: int) -> tuple[list[Step], str]:
    b = rng.randint(2, 99)
    return [Step("-", root + b, b)], f"x + {b} = {root + b}"


def _linear(rng: Random, root: int) -> tuple[list[Step], str]:
    a, b = rng.randint(2, 9), rng.randint(2, 99)
    total = a * root + b
    return [Step("-", total, b), Step("/", "#0", a)], f"{a} x + {b} = {total}"


def _both_sides(rng: Random, root: int) -> tuple[list[Step], str]:
    small = rng.randint(2, 8)
    a, b = small + rng.randint(2, 9), rng.randint(2, 99)
    right = (a - small) * root + b
    steps = [Step("-", a, small), Step("-", right, b), Step("/", "#1", "#0")]
    return steps, f"{a} x + {b} = {small} x + {right}"


def _bracket(rng: Random, root: int) -> tuple[list[Step], str]:
    a, b, c = rng.randint(2, 9), rng.randint(2, 49), rng.randint(2, 199)
    total = a * (root + b) + c
    steps = [Step("-", total, c), Step("/", "#0", a), Step("-", "#1", b)]
    return steps, f"{a} (x + {b}) + {c} = {total}"


def _bracket_both_sides(rng: Random, root: int) -> tuple[list[Step], str]:
    small = rng.randint(2, 8)
    a, b, c = small + rng.randint(2, 9), rng.randint(2, 49), rng.randint(2, 199)
    right = a * (root + b) + c - small * root
    steps = [
        Step("-", a, small),
        Step("*", a, b),
        Step("+", "#1", c),
        Step("-", right, "#2"),
        Step("/", "#3", "#0"),
    ]
    return steps, f"{a} (x + {b}) + {c} = {small} x + {right}"


_FORMS = {1: _shift, 2: _linear, 3: _both_sides, 4: _bracket, 5: _bracket_both_sides}
