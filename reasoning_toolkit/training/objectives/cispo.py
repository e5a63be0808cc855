"""CISPO (arXiv 2506.13585, equations 4 and 5): REINFORCE weighted by a clipped ratio that carries no gradient.

    L = -Σ w · sg(clip(R, lowest, highest)) · A · log π_θ

The bounds are of the ratio itself. The paper leaves out the lower one in its experiments, and so does TRL (highest 5.0, which its
documentation recommends after arXiv 2510.13786); verl clips to [1 - ε_low, 1 + ε_high]: `lowest=0.8, highest=1.28` is its behaviour.
"""

from __future__ import annotations

from reasoning_toolkit.training.objectives.policy import ratio
from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(logp: Tokens, targets: Targets, *, lowest: float = 0.0, highest: float = 5.0) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`."""
    ratios = ratio(logp, targets).exp().clamp(lowest, highest).detach()
    return -(targets["weight"] * targets["advantages"] * ratios * valid(logp, targets["mask"])).sum(-1)
