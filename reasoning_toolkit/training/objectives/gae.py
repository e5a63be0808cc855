"""Generalised advantage estimation (arXiv 1506.02438)."""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.primitives import whiten
from reasoning_toolkit.training.objectives.reinforce_plus_plus import final_rewards
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Tokens


def gae(rollouts: Rollouts, *, gamma: float = 1.0, smoothing: float = 1.0) -> Tokens:
    """Â_t = Σ_l (γλ)^l δ_{t+l}, δ_t = r_t + γ V_{t+1} - V_t (equation 16), whitened over all tokens as in verl.

    The reward is that of the last token; `gamma` and `smoothing` are γ and λ.
    """
    assert rollouts.values is not None  # the row of the table needs it
    return whiten(
        discounted_errors(final_rewards(rollouts), rollouts.values, rollouts.mask, gamma, smoothing), rollouts.mask
    )


def discounted_errors(rewards: Tokens, values: Tokens, mask: Tokens, gamma: float, smoothing: float) -> Tokens:
    """Â_t before whitening; 0 outside the mask. The returns are this plus the values.

    Value and advantage are carried over tokens outside the mask, which take no time (verl 0.9.1, `compute_gae_advantage_return`).
    """
    following = advantage = torch.zeros_like(rewards[:, 0])
    columns = []
    for token in reversed(range(rewards.shape[1])):
        here = mask[:, token] > 0
        error = rewards[:, token] + gamma * following - values[:, token]
        advantage = torch.where(here, error + gamma * smoothing * advantage, advantage)
        following = torch.where(here, values[:, token], following)
        columns.append(advantage * here)
    return torch.stack(columns[::-1], -1)
