"""EMPG (arXiv 2509.09265, equations 6 to 8 and 12): advantages of the steps of an agent, modulated by the policy's entropy.

With H the mean entropy of a step's tokens, and H̃ that scaled to [0, 1] by the least and largest of all steps of the batch,

    g = exp(-k H̃) / mean over steps of exp(-k H̃)      a confident step counts more
    f = exp(-k' H̃)                                     a step whose next one is confident is rewarded
    A(i, t) = A_i g_t + ζ f_{t+1}, less its mean over all steps; no bonus for the last step of a trajectory

No official code is public. Steps are those of the trajectory, unlike in two public ports, which scale the entropy of single tokens or
of whole sequences. A batch is one process's rows or all rows: gather before. Where all of a group is right or wrong only the bonus is
left, so filter first.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from reasoning_toolkit.training.objectives.advantages import grpo
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Tokens

EPSILON = 1e-8


def empg(
    rollouts: Rollouts,
    *,
    confidence: float = 1.0,
    clarity: float = 1.0,
    bonus: float = 0.1,
    centre: bool = True,
    epsilon: float = 1e-6,
) -> Tokens:
    """The modulated advantage of each token; 0 for tokens of no step.

    Args:
        rollouts: the batch, with `entropy` and `step_ids`, which number a trajectory's steps in their order.
        confidence: k.
        clarity: k'.
        bonus: ζ.
        centre: take the mean over steps away.
        epsilon: of the base advantage, GRPO's.
    """
    assert rollouts.entropy is not None and rollouts.step_ids is not None  # the row of the table needs them
    steps = find_steps(rollouts.step_ids, rollouts.mask)
    if not len(steps.size):
        return torch.zeros_like(rollouts.mask)
    scaled = scale(steps.mean(rollouts.entropy))
    clear = torch.exp(-clarity * scaled)
    following = torch.where(steps.last, 0.0, clear.roll(-1))
    base = grpo(rollouts, epsilon=epsilon)
    own = steps.mean(base)
    modulated = own * modulation(scaled, confidence) + bonus * following
    if centre:
        modulated = modulated - modulated.mean()
    result = torch.zeros_like(rollouts.mask)
    result[steps.tokens] = modulated[steps.of_token]
    return result


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a batch, trajectory by trajectory.

    Attributes:
        last: whether a step is its trajectory's last, (steps,).
        size: tokens of each step, (steps,).
        tokens: True for the tokens of some step, (rows, tokens).
        of_token: the step of each of these tokens, in their order.
    """

    last: torch.Tensor
    size: torch.Tensor
    tokens: torch.Tensor
    of_token: torch.Tensor

    def mean(self, values: Tokens) -> torch.Tensor:
        """The mean over each step's tokens, (steps,)."""
        return values.new_zeros(len(self.size)).index_add(0, self.of_token, values[self.tokens]) / self.size


def find_steps(step_ids: Tokens, mask: Tokens) -> Steps:
    """The steps that have a token of the policy."""
    tokens = (step_ids >= 0) & (mask > 0)
    rows = torch.arange(len(tokens), device=tokens.device)[:, None].expand_as(tokens)[tokens]
    numbers = torch.stack([rows, step_ids[tokens].long()], -1)
    steps, of_token, size = numbers.unique(dim=0, return_inverse=True, return_counts=True)
    last = torch.ones(len(steps), dtype=torch.bool, device=tokens.device)
    last[:-1] = steps[1:, 0] != steps[:-1, 0]
    return Steps(last, size, tokens, of_token)


def scale(entropy: torch.Tensor) -> torch.Tensor:
    """H̃: 0 for the least of all steps, 1 for the largest; 0 where all are equal. (steps,) → (steps,)."""
    return (entropy - entropy.min()) / (entropy.max() - entropy.min() + EPSILON)


def modulation(scaled: torch.Tensor, confidence: float) -> torch.Tensor:
    """g: larger for confident steps, 1 in the mean. (steps,) → (steps,)."""
    powers = torch.exp(-confidence * scaled)
    return powers / (powers.mean() + EPSILON)
