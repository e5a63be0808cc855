"""Random batches of rewarded samples that hold everything an objective may need."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor

from reasoning_toolkit.training.objectives.objective import Bound
from reasoning_toolkit.training.objectives.online import ONLINE
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import take

POLICY = [
    name for name in ONLINE if name != "oreal-token-reward"
]  # the objectives of the policy's own log-probabilities
LENGTH = 6


def bound(name: str, **changes: Any) -> Bound:
    """An objective, with a longest completion that fits these batches."""
    settings = {"length": LENGTH} if "length" in ONLINE[name].settings else {}
    return ONLINE[name].bind(**settings | changes)


def make(name: str = "", seed: int = 0, groups: int = 3, size: int = 4) -> tuple[Tensor, Rollouts]:
    """Log-probabilities and a batch, off-policy; the first of each group is right, the second wrong, the others by chance.

    For `expo` the last row of each group is an explanation.
    """
    random = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=random, dtype=torch.float64)

    rows = groups * size
    lengths = torch.randint(2, LENGTH + 1, (rows,), generator=random)
    mask = (torch.arange(LENGTH)[None, :] < lengths[:, None]).double()
    place = torch.arange(rows) % size
    rewards = torch.where(place < 2, (place == 0).double(), (normal(rows) > 0).double())
    logp = -normal(rows, LENGTH).abs() - 0.1
    last = (torch.arange(LENGTH)[None, :] == lengths[:, None] - 1).double()
    turn_end = last.clone()
    turn_end[:, 0] = 1.0
    batch = Rollouts(
        mask=mask,
        rewards=rewards,
        group_ids=torch.arange(rows) // size,
        reward_space="zero-one",
        old_logp=logp + 0.2 * normal(rows, LENGTH),
        ref_logp=logp + 0.2 * normal(rows, LENGTH),
        entropy=normal(rows, LENGTH).abs(),
        step_ids=torch.where(mask > 0, torch.arange(LENGTH)[None, :] // 2, -1),
        turn_end=turn_end,
        turn_rewards=last * rewards[:, None] + (turn_end - last) * 0.25,
        values=normal(rows, LENGTH) * mask,
        token_scores=normal(rows, LENGTH),
        shown=place == size - 1 if name == "expo" else None,
    )
    return logp, batch


def value_and_gradient(objective: Bound, logp: Tensor, batch: Rollouts) -> tuple[Tensor, Tensor]:
    logp = logp.detach().clone().requires_grad_()
    loss = objective.loss(logp, objective.prepare(batch)).sum()
    loss.backward()
    return loss.detach(), logp.grad


def in_pieces(objective: Bound, logp: Tensor, batch: Rollouts, pieces: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The same, cut into micro-batches."""
    logp = logp.detach().clone().requires_grad_()
    targets = objective.measure(logp.detach(), objective.prepare(batch))
    total = torch.zeros((), dtype=logp.dtype)
    for rows in pieces:
        loss = objective.loss(logp[rows], take(targets, rows)).sum()
        loss.backward()
        total += loss.detach()
    return total, logp.grad


def mapped(batch: Rollouts, change: Any, **changes: Any) -> Rollouts:
    """The batch with `change(name, tensor)` in place of each tensor."""
    values = {f.name: getattr(batch, f.name) for f in fields(batch)}
    tensors = {name: change(name, value) for name, value in values.items() if isinstance(value, Tensor)}
    return replace(batch, **tensors, **changes)
