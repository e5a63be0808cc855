"""SAPO (arXiv 2511.20347; as TRL 1.16 has it): a soft gate in place of the clip.

    L = -Σ w · A · 4/τ · σ(τ (R - 1)),   τ = τ₊ where A ≥ 0, else τ₋

At R = 1 the gate has slope 1, so that on-policy the gradient is REINFORCE's; the larger τ, the sooner it closes.
"""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.policy import ratio
from reasoning_toolkit.training.objectives.primitives import by_sign
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(
    logp: Tokens, targets: Targets, *, positive_temperature: float = 1.0, negative_temperature: float = 1.05
) -> Rows:
    """What each row adds to the loss. `targets` are those of `policy.prepare`; the temperatures are τ₊ and τ₋."""
    advantages = targets["advantages"]
    temperature = by_sign(advantages, positive_temperature, negative_temperature)
    gate = torch.sigmoid(temperature * (ratio(logp, targets).exp() - 1.0)) * 4.0 / temperature
    return -(targets["weight"] * advantages * gate).sum(-1)
