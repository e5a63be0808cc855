"""REINFORCE (Williams 1992): L = -Σ w A log π_θ."""

from __future__ import annotations

from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(logp: Tokens, targets: Targets) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`."""
    return -(targets["weight"] * targets["advantages"] * valid(logp, targets["mask"])).sum(-1)
