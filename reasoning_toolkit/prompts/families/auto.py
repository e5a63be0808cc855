"""Prompts that are written during the search, by a proposer or behind a bridge: where it starts, and the control beside it.

The start has no system message (or the task's own instruction, where that is what is rewritten); the control is a system message of the
usual length that says nothing, for a model may answer better or worse for having one at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.bridges.bridge import BRIDGES, find_bridge
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.snippets import matched_neutral
from reasoning_toolkit.prompts.proposers.proposer import PROPOSERS, Value, find_proposer

START = Candidate(name="start")
WRITERS: dict[str, str] = {name: f"{row.note} ({row.source})" for name, row in PROPOSERS.items()} | {
    name: row.note for name, row in BRIDGES.items()
}
_USUAL = "Work through the problem step by step, check each step, and give the final answer at the end."  # length of what is written


def candidates(problems: Sequence[Problem]) -> Arms:
    """The start and the neutral control, of which no proposer is told."""
    neutral = matched_neutral(_USUAL)
    return Arms((START, Candidate({"task": neutral.text}, name=neutral.name)), 0, 1)


def most_candidates(name: str, settings: Mapping[str, Value]) -> int:
    """How many candidates a row of `WRITERS` writes at most in a whole search.

    Raises:
        UsageError: an unknown name or setting, or a value that does not fit.
    """
    if name not in WRITERS:
        raise unknown("family of written prompts", name, WRITERS)
    if name in BRIDGES:
        return int(find_bridge(name, settings)[1]["candidates"])
    row, chosen = find_proposer(name, settings)
    return int(chosen["rounds"]) * row.most(chosen).candidates
