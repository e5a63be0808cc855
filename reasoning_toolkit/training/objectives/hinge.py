"""A hinge on the preference margin, in place of DPO's logistic function."""

from __future__ import annotations

from torch import relu

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets


def loss(logp: PairTokens, targets: Targets, beta: float = 0.1) -> Pairs:
    """max(0, 1 - β (Δ(w) - Δ(l))), mean over pairs, with the targets of `given.prepare`. No gradient beyond a margin of 1/β.

    Source: arXiv 2309.06657, the loss "hinge-norm"; TRL 1.16 `DPOTrainer`, `loss_type="hinge"`.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    return given.mean_share(relu(1.0 - beta * given.margin(given.log_ratio(logp, targets))), targets)
