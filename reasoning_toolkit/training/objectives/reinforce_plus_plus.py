"""REINFORCE++ (arXiv 2501.03262): advantages that are whitened over all tokens of the batch instead of over a group."""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.advantages import dr_grpo, spread
from reasoning_toolkit.training.objectives.primitives import whiten
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Tokens


def reinforce_plus_plus(rollouts: Rollouts, *, gamma: float = 1.0) -> Tokens:
    """The discounted reward to go of each token, whitened over all tokens (section 3; `compute_reinforce_plus_plus_…` of verl 0.9.1).

    The reward is that of the last token. Whitening has sample variance, and every token counts: long sequences weigh more.
    """
    return whiten(reward_to_go(final_rewards(rollouts), rollouts.mask, gamma), rollouts.mask)


def reinforce_plus_plus_baseline(rollouts: Rollouts) -> Tokens:
    """r - mean of the group, whitened over all tokens (the paper's variant with a baseline)."""
    return whiten(dr_grpo(rollouts), rollouts.mask)


def final_rewards(rollouts: Rollouts) -> Tokens:
    """Each sequence's reward at its last token, 0 elsewhere."""
    after = rollouts.mask.flip(-1).cumsum(-1).flip(-1)
    last = rollouts.mask * (after == 1)
    return spread(rollouts.rewards.to(rollouts.mask.dtype), last)


def reward_to_go(rewards: Tokens, mask: Tokens, gamma: float) -> Tokens:
    """Σ of the rewards from each masked token on, each γ smaller for every masked token before it; 0 outside the mask.

    Only rewards of masked tokens count (`renorm.settle` moves others there), and tokens outside the mask take no time.
    """
    running = torch.zeros_like(rewards[:, 0])
    columns = []
    for token in reversed(range(rewards.shape[1])):
        here = mask[:, token]
        running = torch.where(here > 0, rewards[:, token] + gamma * running, running)
        columns.append(running * here)
    return torch.stack(columns[::-1], -1)
