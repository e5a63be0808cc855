"""The clipped surrogate of PPO (arXiv 1707.06347, equation 7), with GRPO's penalty and the dual clip of arXiv 1912.09729.

    L = Σ w · max(-A R, -A clip(R, 1 - ε_low, 1 + ε_high)) + w · β k3(π_θ, π_ref),   R = π_θ / π_old

GRPO, Dr. GRPO, DAPO, PSR, NSR and W-REINFORCE are this with their own advantages and aggregations.

Where the code differs:
1. Dual clip: verl's default is 3, the papers of GRPO and DAPO have none. None here; `dual_clip=3` is verl's.
2. GRPO's β is 0.04 in the paper and 0 in TRL and verl. 0.04 in the row of GRPO.
"""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.policy import penalty, ratio
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(
    logp: Tokens,
    targets: Targets,
    *,
    clip_low: float = 0.2,
    clip_high: float = 0.2,
    dual_clip: float | None = None,
    kl: float = 0.0,
) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`.

    Args:
        logp: under the current policy.
        targets: of these rows.
        clip_low: ε_low.
        clip_high: ε_high.
        dual_clip: the loss of a token of negative advantage is at most this many times -A; None for no bound.
        kl: β of the penalty.
    """
    losses = clipped(ratio(logp, targets).exp(), targets["advantages"], clip_low, clip_high, dual_clip)
    if kl:
        losses = losses + kl * penalty(logp, targets)
    return (targets["weight"] * losses).sum(-1)


def clipped(
    ratios: Tokens, advantages: Tokens, clip_low: float, clip_high: float, dual_clip: float | None = None
) -> Tokens:
    """max(-A R, -A clip(R)), and at most -A c where A is negative."""
    losses = torch.maximum(-advantages * ratios, -advantages * ratios.clamp(1.0 - clip_low, 1.0 + clip_high))
    if dual_clip is None:
        return losses
    return torch.where(advantages < 0, torch.minimum(losses, -advantages * dual_clip), losses)
