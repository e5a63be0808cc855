"""An oracle in the place of a process reward model: the exact checker of pocket problems scores every step as it is.

It knows the problem's program, which no method may. It shows what search and votes would gain from a perfect reward model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.problems.pocket.check import check_trace
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.scorer import Scores, separator_of, step_spans
from reasoning_toolkit.scoring.table import only


@dataclass(frozen=True, slots=True)
class StepChecker:
    """1 for a step without fault, 0 for one with a wrong equation that stands or an unjustified jump, or a box that does not follow."""

    separator: str
    identity: str = "step-checker"

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        return [_scores(problem, text, self.separator) for problem, text in pairs]


def open_step_checker(model: str, arguments: dict[str, Any]) -> StepChecker:
    """With the argument `step`: line, as the pocket model writes its steps, or paragraph."""
    only(arguments, "step")
    return StepChecker(separator_of(arguments.get("step", "line")))


def _scores(problem: Problem, text: str, separator: str) -> Scores:
    found = check_trace(problem, text)
    faults = [label.start for label in found.steps if label.kind in ("wrong equation", "unjustified jump")]
    if not found.complete and "\\boxed{" in text:
        faults.append(text.rindex("\\boxed{"))
    return tuple(float(not any(a <= fault < b for fault in faults)) for a, b in step_spans(text, separator))
