"""One completion from somewhere else, with what its source said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from reasoning_toolkit.engines.types import FinishReason
from reasoning_toolkit.problems.problem import Problem


@dataclass(frozen=True, slots=True)
class Label:
    """What the source said of a completion; None where it said nothing. It never changes our own verdict.

    Attributes:
        answer: the answer that the source read.
        right: whether the source called the answer right.
        sound: whether a person accepted the reasoning. A right answer that is not sound is a false positive.
        first_error: the earliest wrong step, counted from 0.
        step_ends: where each step ends, in characters of the text; empty where the source has no steps.
        extra: whatever else the source recorded: model, scores, error types.
    """

    answer: str | None = None
    right: bool | None = None
    sound: bool | None = None
    first_error: int | None = None
    step_ends: tuple[int, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain data, without what has its default."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), {})}


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of a problem, as an import reads it.

    Attributes:
        place: file and line, for messages.
        problem: what was asked.
        text: the response; None where the source only says that there was one.
        finish_reason: as in `Completion`.
        tokens: how many were generated; 0 where the source does not say.
        label: what the source said of it.
        identity: what no other completion of the source may have: its own id there; "" where it has none.
        votes: whether it has a vote.
    """

    place: str
    problem: Problem
    text: str | None
    finish_reason: FinishReason = "stop"
    tokens: int = 0
    label: Label = field(default_factory=Label)
    identity: str = ""
    votes: bool = True


GOLD_FROM = "gold_from"  # in a problem's extra: what its gold answer was read from, where the source gives none
STEP_BREAK = "\n\n"  # between the steps of a solution that comes as a list


def joined_steps(steps: list[str]) -> tuple[str, tuple[int, ...]]:
    """The text of a solution that comes as a list of steps, and where each step ends in it."""
    ends, position = [], 0
    for step in steps:
        ends.append(position + len(step))
        position = ends[-1] + len(STEP_BREAK)
    return STEP_BREAK.join(steps), tuple(ends)


def agreed(values: list[bool | None]) -> bool | None:
    """What several scores of one completion say together: None where they differ or where there is none."""
    said = {value for value in values if value is not None}
    return said.pop() if len(said) == 1 else None
