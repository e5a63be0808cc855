"""DPO on log-ratios per token."""

from __future__ import annotations

from torch.nn.functional import logsigmoid

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets


def loss(logp: PairTokens, targets: Targets, beta: float = 5.0) -> Pairs:
    """- log σ( β (Δ(w)/|w| - Δ(l)/|l|) ), mean over pairs, with the targets of `given.prepare`.

    Source: arXiv 2411.15124, length-normalised DPO; TRL 1.16 `DPOTrainer`, `loss_type="sigmoid_norm"`.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    per_token = given.log_ratio(logp, targets) / given.lengths(targets)
    return given.mean_share(-logsigmoid(beta * given.margin(per_token)), targets)
