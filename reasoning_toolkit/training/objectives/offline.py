"""The objectives that learn from given completions."""

from __future__ import annotations

from reasoning_toolkit.training.objectives.objective import Objective

OFFLINE: dict[str, Objective] = {}
