"""Noise contrastive alignment: absolute rewards of completions, not only their difference."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Completions, Rows, Targets


def prepare(batch: Given, alpha: float = 1.0) -> dict[str, Tensor]:
    """The targets of `given.prepare` and `preference` (prompts, K): softmax(reward/α), or all on the chosen one where there is none.

    Raises:
        DataError: rewards that are not finite or not one a completion; none of them where K is not 2.
    """
    targets = given.prepare(batch)
    return targets | {"preference": _preference(batch, alpha).to(targets["mask"].dtype)}


def loss(logp: Completions, targets: Targets, beta: float = 0.1) -> Rows:
    """- Σ_k preference_k log σ(r_k) - (1/K) Σ_k log σ(-r_k), r = β Δ(y); mean over prompts. A pair has K = 2.

    It is 2 log 2 where policy and reference agree. Source: arXiv 2402.05369, NCA; for pairs also TRL 1.16 `DPOTrainer`,
    `loss_type="nca_pair"`.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    rewards = beta * given.log_ratio(logp, targets)
    losses = -(targets["preference"] * logsigmoid(rewards)).sum(-1) - logsigmoid(-rewards).mean(-1)
    return given.mean_share(losses, targets)


def _preference(batch: Given, alpha: float) -> Tensor:
    sequences = batch.mask.shape[:-1]
    if batch.rewards is None:
        if sequences[1:] != (2,):
            raise DataError(f"expected pairs, or rewards of {tuple(sequences)} completions, and none came")
        return torch.tensor([1.0, 0.0], device=batch.mask.device).expand(sequences)
    if batch.rewards.shape != sequences:
        raise DataError(f"rewards are {tuple(batch.rewards.shape)}, expected one a completion: {tuple(sequences)}")
    if not bool(torch.isfinite(batch.rewards).all()):
        raise DataError("rewards must be finite", hint="leave out prompts whose reward is infinite or NaN")
    return (batch.rewards / alpha).softmax(-1)
