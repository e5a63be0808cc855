"""A pocket problem's inside: steps of arithmetic on whole numbers, each on numbers of the question or on results of earlier steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Operand = int | str
"""A number of the question, or ``#j``: the result of step j."""

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: ``+``, ``-``, ``*``, ``/`` (exact) or ``mod``."""

    operator: str
    left: Operand
    right: Operand


Program = tuple[Step, ...]
"""The last step gives the answer."""


def values(program: Program) -> list[int]:
    """The result of each step."""
    results: list[int] = []
    for step in program:
        left, right = (operand_value(operand, results) for operand in (step.left, step.right))
        result = apply(step.operator, left, right)
        assert result is not None, f"{step} divides {left} by {right} with a remainder"
        results.append(result)
    return results


def operand_value(operand: Operand, results: Sequence[int]) -> int:
    """A number of the question, or a result."""
    return operand if isinstance(operand, int) else results[int(operand[1:])]


def apply(operator: str, left: int, right: int) -> int | None:
    """The exact result; None where a division leaves a remainder or divides by zero."""
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        return None
    if operator == "mod":
        return left % right
    return left // right if left % right == 0 else None


def sources(step: Step) -> list[int]:
    """The earlier steps whose results a step uses."""
    return [int(operand[1:]) for operand in (step.left, step.right) if isinstance(operand, str)]


def split_of(program: Program) -> Split:
    """The one split that a program belongs to, in whatever words it is put: a twentieth each is validation and test."""
    digest = hashlib.sha256(json.dumps(to_json(program)).encode()).digest()
    return {0: "test", 1: "validation"}.get(digest[0] % 20, "train")  # type: ignore[return-value]


def to_json(program: Program) -> list[list[Operand]]:
    """Rows of operator, left, right."""
    return [[step.operator, step.left, step.right] for step in program]


def from_json(rows: Sequence[Sequence[Operand]]) -> Program:
    """The inverse of `to_json`."""
    return tuple(Step(str(operator), left, right) for operator, left, right in rows)
