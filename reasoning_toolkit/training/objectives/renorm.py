"""ReNorm of PPR (code: Zhuohao-Li/ppr): a process score a turn, tied to the outcome, so that a wrong trajectory has no good turn.

    r̂_t = r_t + r_o - μ for every turn before the last, r̂_last = r_o        r_t in [0, 1], r_o 0 or 1, μ = 1

A trajectory of one turn keeps its reward. With a critic, GAE of r̂ follows; without one, whitened rewards to go (ours).

Where we leave the released code: its masks for GAE hold observations, its loss's do not. Here only tokens of the policy take time, and
a reward at an observation counts at the policy's token before it.
"""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.gae import discounted_errors
from reasoning_toolkit.training.objectives.primitives import whiten
from reasoning_toolkit.training.objectives.reinforce_plus_plus import reward_to_go
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Tokens


def renorm(rollouts: Rollouts, *, centre: float = 1.0, gamma: float = 1.0, smoothing: float = 1.0) -> Tokens:
    """The whitened advantage of each token.

    Args:
        rollouts: the batch, with `turn_end` and `turn_rewards`, and `values` where there is a critic.
        centre: μ, the expected sum of a process score and an outcome.
        gamma: γ of the rewards to go.
        smoothing: λ of GAE.
    """
    assert rollouts.turn_end is not None and rollouts.turn_rewards is not None  # the row of the table needs them
    tied = tie(rollouts.turn_rewards, rollouts.turn_end, centre)
    rewards = settle(tied, rollouts.mask)
    if rollouts.values is None:
        return whiten(reward_to_go(rewards, rollouts.mask, gamma), rollouts.mask)
    return whiten(discounted_errors(rewards, rollouts.values, rollouts.mask, gamma, smoothing), rollouts.mask)


def tie(turn_rewards: Tokens, turn_end: Tokens, centre: float = 1.0) -> Tokens:
    """r̂ at the turns' last tokens, 0 elsewhere."""
    still = turn_end.flip(-1).cumsum(-1).flip(-1)  # turns that end here or later
    last = turn_end * (still == 1)
    outcome = (turn_rewards * last).sum(-1, keepdim=True)
    return turn_rewards * turn_end + (turn_end - last) * (outcome - centre)


def settle(rewards: Tokens, mask: Tokens) -> Tokens:
    """Each reward at the last token of the policy up to its own; at the first one where none came before."""
    position = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
    first = mask.argmax(-1, keepdim=True)
    before = torch.where(mask > 0, position, -1).cummax(-1).values
    return torch.zeros_like(rewards).scatter_add(-1, torch.where(before < 0, first, before), rewards)
