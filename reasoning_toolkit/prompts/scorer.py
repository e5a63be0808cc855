"""What a reply is worth: a number from 0 to 1, an outcome, and feedback for whoever rewrites the prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.problems.problem import Problem

Outcome = Literal["right", "wrong", "no_answer", "truncated", "error", "timeout"]


@dataclass(frozen=True, slots=True)
class Score:
    """The worth of one reply.

    Attributes:
        score: from 0 to 1; NaN where there is none, as for an engine's error.
        outcome: of a graded metric, `right` is the full score.
        feedback: what was wrong, in a sentence for a rewriter; None where nothing is said.
        answer: what was read from the reply.
    """

    score: float
    outcome: Outcome
    feedback: str | None = None
    answer: str | None = None


Scorer = Callable[[Problem, str, bool], Score]  # problem, reply, whether the reply was cut off
