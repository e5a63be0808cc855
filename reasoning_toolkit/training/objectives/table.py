"""Every training objective, by name."""

from __future__ import annotations

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.training.objectives.objective import Objective
from reasoning_toolkit.training.objectives.offline import OFFLINE
from reasoning_toolkit.training.objectives.online import ONLINE

OBJECTIVES: dict[str, Objective] = ONLINE | OFFLINE


def find_objective(name: str) -> Objective:
    """The row of a name.

    Raises:
        UsageError: no objective has it; the hint is the nearest names.
    """
    if name not in OBJECTIVES:
        raise unknown("objective", name, OBJECTIVES)
    return OBJECTIVES[name]
