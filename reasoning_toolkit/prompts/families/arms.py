"""What a family hands to the search: its candidates, and which of them are the controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reasoning_toolkit.prompts.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Arms:
    """The candidates of a family.

    Attributes:
        candidates: all different, controls among them.
        baseline: position of the prompt that a gain is measured against.
        neutral: position of a control that says nothing in as many words; None where the family has none.
        factors: of each candidate its level of every factor, counted from 0, for the main effects; empty where it is no grid.
        factor_names: of the factors.
        level_names: of each factor the texts of its levels.
    """

    candidates: tuple[Candidate, ...]
    baseline: int
    neutral: int | None
    factors: Sequence[Sequence[int]] = ()
    factor_names: tuple[str, ...] = ()
    level_names: tuple[tuple[str, ...], ...] = ()
