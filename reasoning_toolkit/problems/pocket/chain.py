"""Chains: one nested expression, worked out from the inside."""

from __future__ import annotations

from random import Random

from reasoning_toolkit.problems.pocket.levels import LEVELS, chain_steps
from reasoning_toolkit.problems.pocket.program import Program


def chain(rng: Random, level: int) -> tuple[Program, str]:
    """A program and its question, e.g. ``Compute ((47 + 38) * 6 - 129) mod 9.``"""
    start, steps = chain_steps(rng, LEVELS[level])
    text = str(start)
    for place, step in enumerate(steps):
        nested = place > 0 and (step.operator not in "+-" or steps[place - 1].operator == "mod")
        loose = steps[place - 1].operator in "+-"
        text = f"({text})" if nested and loose else text
        text = f"{text} {step.operator} {step.right}"
        if step.operator == "mod" and place < len(steps) - 1:
            text = f"({text})"
    return tuple(steps), f"Compute {text}."
