"""VESPO (arXiv 2602.10693): REINFORCE weighted by a gamma kernel of the sequence's ratio, which carries no gradient.

    L = -Σ w · φ(W) · A · log π_θ,   φ(W) = W^k e^(λ (1 - W)),   W = π_θ(y|x) / π_old(y|x)

φ(1) = 1. log W is kept within log 1e-8 and 20, as in TRL, whose reading of the paper this is.
"""

from __future__ import annotations

import math

from reasoning_toolkit.training.objectives.policy import ratio
from reasoning_toolkit.training.objectives.primitives import LARGEST_LOG_RATIO, by_sign, valid
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(
    logp: Tokens,
    targets: Targets,
    *,
    positive_power: float = 2.0,
    positive_decay: float = 3.0,
    negative_power: float = 3.0,
    negative_decay: float = 2.0,
) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`; power and decay are k and λ by the advantage's sign."""
    advantages = targets["advantages"]
    whole = ratio(logp, targets).detach().sum(-1, keepdim=True).clamp(math.log(1e-8), LARGEST_LOG_RATIO)
    power = by_sign(advantages, positive_power, negative_power)
    decay = by_sign(advantages, positive_decay, negative_decay)
    kernel = (power * whole + decay * (1.0 - whole.exp())).exp()
    return -(targets["weight"] * advantages * kernel * valid(logp, targets["mask"])).sum(-1)
