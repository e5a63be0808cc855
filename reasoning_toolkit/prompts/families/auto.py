"""Prompts that are written during the search: where it starts, and the control beside it.

The start has no system message (or the task's own instruction, where that is what is rewritten); the control is a system message of the
usual length that says nothing, for a model may answer better or worse for having one at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.snippets import matched_neutral

START = Candidate(name="start")
_USUAL = "Work through the problem step by step, check each step, and give the final answer at the end."  # length of what is written


def candidates(problems: Sequence[Problem]) -> Arms:
    """The start and the neutral control, of which no proposer is told."""
    neutral = matched_neutral(_USUAL)
    return Arms((START, Candidate({"task": neutral.text}, name=neutral.name)), 0, 1)
