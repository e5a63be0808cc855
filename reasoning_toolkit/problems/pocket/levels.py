"""What makes a pocket problem hard: more steps, longer numbers, two-digit factors. And one random step of a level."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from reasoning_toolkit.problems.pocket.program import Step, apply


@dataclass(frozen=True, slots=True)
class Level:
    """Bounds of a level of difficulty.

    Attributes:
        steps: operations in a chain or a story.
        addend: largest number to add or subtract.
        factor: largest number to multiply by.
        most: largest result of any step.
    """

    steps: int
    addend: int
    factor: int
    most: int


LEVELS: dict[int, Level] = {
    1: Level(steps=3, addend=29, factor=5, most=99),
    2: Level(steps=4, addend=49, factor=9, most=199),
    3: Level(steps=5, addend=99, factor=19, most=999),
    4: Level(steps=6, addend=199, factor=29, most=1_999),
    5: Level(steps=7, addend=499, factor=49, most=4_999),
}
REMAINDER_SHARE = 0.4
"""Of chains and stories, those that ask for a remainder in the end: many wrong numbers leave the right remainder, as with
every question of few possible answers."""


def chain_steps(rng: Random, level: Level) -> tuple[int, list[Step]]:
    """A first number, and steps that each work on the result before: the first on that number."""
    start = value = rng.randint(max(2, level.addend // 10), level.addend)
    steps: list[Step] = []
    remainder = rng.random() < REMAINDER_SHARE
    while len(steps) < level.steps - remainder:
        operator, operand = _draw(rng, level, value)
        result = apply(operator, value, operand)
        if result is not None and 2 <= result <= level.most:
            steps.append(Step(operator, f"#{len(steps) - 1}" if steps else start, operand))
            value = result
    if remainder:
        steps.append(Step("mod", f"#{len(steps) - 1}", rng.randint(2, 10)))
    return start, steps


def _draw(rng: Random, level: Level, value: int) -> tuple[str, int]:
    operator = rng.choices("+-*/", (3, 3, 4, 2))[0]
    if operator == "*":
        return operator, rng.randint(2, max(2, min(level.factor, level.most // max(value, 1))))
    if operator == "/":
        return operator, rng.randint(2, 9)
    return operator, rng.randint(max(2, level.addend // 10), level.addend)
