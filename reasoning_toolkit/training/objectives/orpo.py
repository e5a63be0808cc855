"""Odds ratio preference optimisation: likelihood and preference in one stage, without a reference."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Sequences, Targets


def prepare(batch: Given, aggregation: str = "sequence-mean") -> dict[str, Tensor]:
    """The targets of `given.prepare` and the weight of each chosen token in the likelihood term.

    Raises:
        UsageError: an unknown aggregation.
        DataError: the mask is not of 0 and 1.
    """
    targets = given.prepare(batch)
    return targets | {"weight": token_weights(targets["mask"][:, 0], aggregation)}


def loss(logp: PairTokens, targets: Targets, strength: float = 0.1) -> Pairs:
    """- a(w) - λ log σ( log odds(w) - log odds(l) ), mean over pairs; a = logπ(y)/|y|, log odds = a - log(1 - e^a), λ the strength.

    Source: arXiv 2403.07691, equations 4, 6 and 7. TRL 1.16 `ORPOTrainer` differs:

    1. Its likelihood term is a mean over the tokens of the batch: `aggregation="token-mean"`.
    2. That term covers the prompt too; to have it so, set the chosen mask on the prompt. Ours is the completion's.
    3. It computes the odds in float32; ours keep the precision of `logp`.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    likelihood = (given.policy(logp, targets)[:, 0] * targets["weight"]).sum(-1)
    odds = log_odds(given.mean_log_probability(logp, targets))
    return -likelihood + given.mean_share(-strength * logsigmoid(given.margin(odds)), targets)


def log_odds(mean_logp: Sequences) -> Sequences:
    """log( p / (1 - p) ) of p = e^mean_logp, exact for p near 0 and near 1; finite, without a gradient, where p is 1."""
    below = mean_logp.clamp_max(-torch.finfo(mean_logp.dtype).eps)
    near = below > -math.log(2.0)
    sure = torch.where(near, below, -1.0)
    unsure = torch.where(near, -1.0, below)
    return below - torch.where(near, (-torch.expm1(sure)).log(), torch.log1p(-unsure.exp()))
