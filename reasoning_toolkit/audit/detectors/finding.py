"""What a detector is told and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reasoning_toolkit.grading.thinking import after_thinking

MAX_QUOTE = 300
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Context:
    """What else is known about a solution.

    Attributes:
        answer: the problem's reference answer, "" if unknown.
        accepted: samples of this problem whose answer was accepted; with `samples` the accepted rate c / n.
        samples: samples of this problem; 0 if unknown.
    """

    answer: str = ""
    accepted: int = 0
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A detector's verdict on a solution whose answer was accepted.

    Attributes:
        flawed: the reasoning is rejected.
        score: 0 to 1, higher is more suspect; a calibrated probability only where the detector says so.
        step: index into `steps_of(solution)` of the first bad step, from 0; None if no step is named. What asks a model counts the
            steps of `judged_part(solution)`.
        quote: what is wrong, in the solution's own words; "" if nothing is quoted.
        reason: why, in one sentence.
    """

    flawed: bool
    score: float
    step: int | None = None
    quote: str = ""
    reason: str = ""


SOUND = Finding(False, 0.0)


def found_at(solution: str, start: int, end: int, reason: str) -> Finding:
    """A flaw at these characters of the solution."""
    return Finding(True, 1.0, step_at(solution, start), solution[start:end].strip()[:MAX_QUOTE], reason)


def judged_part(solution: str) -> str:
    """What stands behind the thinking; all of it where the thinking never ends. Models judge this, and count its steps."""
    return after_thinking(solution) or solution


def steps_of(solution: str) -> list[str]:
    """Paragraphs of a solution; its lines where no blank line parts them. Blank ones are left out."""
    return [solution[start:end].strip() for start, end in _spans(solution)]


def step_at(solution: str, place: int) -> int | None:
    """The index of the step that holds the character at `place`; None behind the last."""
    return next((number for number, (_, end) in enumerate(_spans(solution)) if place < end), None)


def _spans(solution: str) -> list[tuple[int, int]]:
    breaks = list(_BLANK_LINE.finditer(solution.rstrip())) or list(re.finditer("\n", solution.rstrip()))
    starts = [0, *(match.end() for match in breaks)]
    ends = [*(match.start() for match in breaks), len(solution)]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if solution[a:b].strip()]
