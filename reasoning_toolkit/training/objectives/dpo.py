"""Direct preference optimisation."""

from __future__ import annotations

from torch.nn.functional import logsigmoid

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets


def loss(logp: PairTokens, targets: Targets, beta: float = 0.1) -> Pairs:
    """- log σ( β (Δ(w) - Δ(l)) ), mean over pairs, with the targets of `given.prepare`. It is log 2 where policy and reference agree.

    Source: arXiv 2305.18290, equation 7.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    return given.mean_share(-logsigmoid(beta * given.margin(given.log_ratio(logp, targets))), targets)
