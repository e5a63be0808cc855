"""OREAL (arXiv 2502.06781, equation 11): likelihood on right samples, a policy gradient on wrong ones, both weighted token by token.

    L =   f · Σ_right a_i Σ_t ω⁺_t · (-log π_θ) / tokens of right samples
        - η · Σ_wrong A_i Σ_t ω⁻_t · R_t       / tokens of wrong samples          R_t = π_θ / sg(π_θ), one step a batch
        + β · Σ k3(π_θ, π_ref)                 / tokens

With q_t = σ(score of the token-level reward model), ω⁺ = max(2q - 1, 0) and ω⁻ = max(1 - 2q, 0): equation 10 at threshold ½. Without
scores ω = 1. The rewards are read as ±1, and A is their difference from the others' mean (RLOO).

Where the paper and the released code differ:
1. Right samples: unit weight in the paper, the advantage in every released configuration. `positives=unit`; `rloo` is the code's.
2. Wrong samples: the paper derives the factor 1 - p for a question of pass rate p and prints none in equation 11; the code takes RLOO,
   whose size is 2pG/(G - 1). RLOO here; `negatives=one-minus-rate` is the derivation, `grpo` the code's other shape.
3. q_t: the paper reads the score of each token, the code the mean of the scores up to it. `scores=token`; `prefix-mean` is the code's.
4. The penalty: the paper writes π_old, which is the current policy here and would have no gradient; the code takes the frozen
   reference, and so do we.
5. The code's KL of type `kl` has the wrong sign and is not here.
6. The code divides by 0 where a batch has no right or no wrong sample; that part is 0 here.

Statistics of groups are of all samples; `keep` then picks the rows that are trained on: in the paper a right and a wrong one of each
question that has both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.training.objectives.advantages import grpo, rloo, spread
from reasoning_toolkit.training.objectives.policy import penalty
from reasoning_toolkit.training.objectives.primitives import group_mean, valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens

SHAPES: dict[
    str, Callable[[Rollouts], Tokens]
] = {  # of the reward that a sample's gradient is multiplied with, from rewards of ±1
    "unit": lambda signed: torch.ones_like(signed.mask),
    "rloo": rloo,
    "grpo": partial(grpo, epsilon=1e-8),
    "one-minus-rate": lambda signed: spread((group_mean(signed.rewards, signed.group_ids) - 1.0) / 2.0, signed.mask),
}
SCORES = ("token", "prefix-mean")


def prepare(
    rollouts: Rollouts,
    *,
    positives: str = "unit",
    negatives: str = "rloo",
    scores: str = "token",
    positive_factor: float = 1.0,
    negative_factor: float = 0.5,
) -> dict[str, Tensor]:
    """The targets: `positive` and `negative`, the factors of -log π_θ and of R; `weight` of the penalty, `mask`, `ref_logp`.

    Args:
        rollouts: the batch, with rewards that tell right from wrong; `token_scores` where there is a token-level reward model.
        positives: the shape of right samples' rewards, one of `SHAPES`.
        negatives: the shape of wrong samples' rewards; -(1 - p) for `one-minus-rate`.
        scores: what a token is weighted by, one of `SCORES`.
        positive_factor: f.
        negative_factor: η.
    """
    mask, right = rollouts.trained, rollouts.right[:, None]
    signed = replace(rollouts, rewards=torch.where(rollouts.right, 1.0, -1.0).to(mask.dtype), reward_space="real")
    right_mask, wrong_mask = mask * right, mask * ~right
    of_right, of_wrong = token_weights(rollouts, scores)
    targets = {
        "mask": mask,
        "weight": mask / mask.sum().clamp_min(1.0),
        "positive": positive_factor * _shape(signed, positives) * of_right * _mean(right_mask),
        "negative": -negative_factor * _shape(signed, negatives) * of_wrong * _mean(wrong_mask),
    }
    return targets if rollouts.ref_logp is None else targets | {"ref_logp": rollouts.ref_logp}


def loss(logp: Tokens, targets: Targets, *, kl: float = 0.01) -> Rows:
    """What each row adds to the loss; `kl` is β."""
    own = valid(logp, targets["mask"])
    losses = targets["negative"] * (own - own.detach()).exp() - targets["positive"] * own
    if kl:
        losses = losses + kl * targets["weight"] * penalty(logp, targets)
    return losses.sum(-1)


def token_weights(rollouts: Rollouts, scores: str = "token") -> tuple[Tokens, Tokens]:
    """ω⁺ and ω⁻; 1 where the batch has no `token_scores`.

    Raises:
        UsageError: `scores` is none of `SCORES`.
    """
    if scores not in SCORES:
        raise unknown("value of scores", scores, SCORES)
    if rollouts.token_scores is None:
        return torch.ones_like(rollouts.mask), torch.ones_like(rollouts.mask)
    read = valid(rollouts.token_scores.detach(), rollouts.mask)
    if scores == "prefix-mean":
        read = read.cumsum(-1) / rollouts.mask.cumsum(-1).clamp_min(1.0)
    chance = torch.sigmoid(read)
    return (2.0 * chance - 1.0).clamp_min(0.0), (1.0 - 2.0 * chance).clamp_min(0.0)


def _shape(signed: Rollouts, name: str) -> Tokens:
    if name not in SHAPES:
        raise unknown("shape of rewards", name, SHAPES)
    return SHAPES[name](signed)


def _mean(mask: Tokens) -> Tokens:
    return mask / mask.sum().clamp_min(1.0)
