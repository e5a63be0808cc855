"""The first noun: a problem with a known answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["value", "code"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One question with its gold answer.

    Attributes:
        id: unique within its source.
        question: the text shown to the model.
        answer: the gold answer as text, ready for the grader.
        kind: ``value``, an answer that is compared; or ``code``, where the answer is a program of tests to pass.
        source: where it came from, e.g. ``gsm8k@revision`` or a file path.
        extra: whatever else the data set knows (level, subject, solution, tests).
    """

    id: str
    question: str
    answer: str
    source: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = "value"
