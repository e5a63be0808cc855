"""The objectives that learn from rewarded samples of the policy."""

from __future__ import annotations

from reasoning_toolkit.training.objectives.objective import Objective

ONLINE: dict[str, Objective] = {}
