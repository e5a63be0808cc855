"""What a scorer is, what its steps are, and how the scores of steps become one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.problems.problem import Problem

Scores = tuple[float, ...]

SEPARATORS: dict[str, str] = {"paragraph": "\n\n", "line": "\n"}  # what ends a step, by name

AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": lambda scores: math.fsum(scores) / len(scores),
    "min": min,
    "product": math.prod,
    "last": lambda scores: scores[-1],
}


class Scorer(Protocol):
    """What the toolkit needs of anything that scores responses; the higher, the better."""

    @property
    def identity(self) -> str:
        """All that can change a score besides problem and text."""

    @property
    def separator(self) -> str:
        """The text that ends a step."""

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        """The scores of the steps of each response, in order; one score where it has no steps to tell apart.

        A response may be unfinished: then its last step ends where it ends.
        """


def step_spans(text: str, separator: str) -> list[tuple[int, int]]:
    """Character spans of the steps of a text, without the separators; blank ones are none."""
    spans, start = [], 0
    for step in text.split(separator):
        if step.strip():
            spans.append((start, start + len(step)))
        start += len(step) + len(separator)
    return spans


def aggregated(scores: Sequence[float], how: str) -> float:
    """The scores of a response's steps as one; 0 for a response without steps.

    Args:
        scores: of the steps, in order.
        how: a row of `AGGREGATES`. Mean is what the study of false positives searches with (arXiv 2502.06217, official code).

    Raises:
        UsageError: there is no such row.
    """
    if how not in AGGREGATES:
        raise unknown("aggregate", how, AGGREGATES)
    return float(AGGREGATES[how](scores)) if scores else 0.0


def separator_of(step: str) -> str:
    """The text that ends a step of this name.

    Raises:
        UsageError: there is no such name.
    """
    if step not in SEPARATORS:
        raise unknown("step", step, SEPARATORS)
    return SEPARATORS[step]
