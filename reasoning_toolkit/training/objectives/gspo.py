"""GSPO (arXiv 2507.18071, equations 5 to 7): the clipped surrogate of one ratio a sequence.

    s = (π_θ(y|x) / π_old(y|x))^(1/|y|),   L = mean over sequences of max(-A s, -A clip(s, 1 - ε_low, 1 + ε_high))

LUSPO (arXiv 2602.05261) is this times |y|: the aggregation `sequence-sum`.

Where the advantage differs within a sequence, each token has its own, with the sequence's ratio, whose gradient goes through the token
alone (GSPO-token, equation 13): the two forms have one gradient where the advantage is constant. verl adds 1e-8 to |y|; we do not.
"""

from __future__ import annotations

from reasoning_toolkit.training.objectives.clip import clipped
from reasoning_toolkit.training.objectives.policy import penalty, ratio
from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(logp: Tokens, targets: Targets, *, clip_low: float = 3e-4, clip_high: float = 4e-4, kl: float = 0.0) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`.

    Args:
        logp: under the current policy.
        targets: of these rows.
        clip_low: ε_low.
        clip_high: ε_high.
        kl: β of a penalty k3 on each token.
    """
    mask = targets["mask"]
    own = valid(logp, mask)
    mean = (ratio(logp, targets).sum(-1) / mask.sum(-1).clamp_min(1.0)).detach()
    sequence = (own - own.detach() + mean[:, None]).exp() * mask
    losses = clipped(sequence, targets["advantages"], clip_low, clip_high)
    if kl:
        losses = losses + kl * penalty(logp, targets)
    return (targets["weight"] * losses).sum(-1)
