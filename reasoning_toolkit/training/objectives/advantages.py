"""Advantages from the rewards of a group, the same for every token of a sequence."""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.primitives import group_deviation, group_mean, group_size
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Tokens


def grpo(rollouts: Rollouts, *, epsilon: float = 1e-6, freedom: int = 1) -> Tokens:
    """A = (r - mean of the group) / (deviation of the group + ε): GRPO, arXiv 2402.03300, section 4.1.2.

    Args:
        rollouts: the batch.
        epsilon: verl 1e-6, TRL 1e-4, the code of OREAL 1e-8.
        freedom: the deviation divides by size - freedom; verl and TRL 1, 0 for the population's.

    A group of one, and one whose rewards are all equal, has advantage 0 (verl takes the reward itself in a group of one).
    """
    rewards = _rewards(rollouts)
    centred = rewards - group_mean(rewards, rollouts.group_ids)
    return spread(centred / (group_deviation(rewards, rollouts.group_ids, freedom) + epsilon), rollouts.mask)


def dr_grpo(rollouts: Rollouts) -> Tokens:
    """A = r - mean of the group: Dr. GRPO, arXiv 2503.20783, section 3.2."""
    rewards = _rewards(rollouts)
    return spread(rewards - group_mean(rewards, rollouts.group_ids), rollouts.mask)


def rloo(rollouts: Rollouts) -> Tokens:
    """A = r - mean of the others of the group: RLOO, arXiv 2402.14740; 0 in a group of one."""
    rewards = _rewards(rollouts)
    size = group_size(rollouts.group_ids).to(rewards.dtype)
    centred = rewards - group_mean(rewards, rollouts.group_ids)
    return spread(centred * size / (size - 1.0).clamp_min(1.0), rollouts.mask)


def reward(rollouts: Rollouts) -> Tokens:
    """A = r: REINFORCE without a baseline (Williams 1992)."""
    return spread(_rewards(rollouts), rollouts.mask)


def sign(rollouts: Rollouts) -> Tokens:
    """A = +1 for a right sequence, -1 for a wrong one: the rewards of arXiv 2506.01347."""
    return spread(torch.where(rollouts.right, 1.0, -1.0).to(rollouts.mask.dtype), rollouts.mask)


def spread(advantages: Rows, mask: Tokens) -> Tokens:
    """One value a sequence as one value a token; 0 outside the mask."""
    return advantages[:, None] * mask


def _rewards(rollouts: Rollouts) -> Rows:
    return rollouts.rewards.to(rollouts.mask.dtype)
