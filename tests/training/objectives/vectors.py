"""Golden vectors: files of inputs, settings and what the official code or the written formula gives, in float64.

`GOLDEN_VECTORS` names another folder with files of the same form.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.table import find_objective

FOLDER = Path(os.environ.get("GOLDEN_VECTORS") or Path(__file__).resolve().parents[2] / "golden")


def vector(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def tensor(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def rollouts(inputs: dict[str, Any], **changes: Any) -> Rollouts:
    """The batch of a vector's inputs; `changes` are fields of `Rollouts`."""
    known = {name: tensor(inputs[name]) for name in ("mask", "rewards", "old_logp", "ref_logp") if name in inputs}
    return Rollouts(**{"group_ids": torch.tensor(inputs["group_ids"]), "reward_space": "zero-one", **known, **changes})


def run(name: str, logp: Tensor, batch: Rollouts, **settings: Any) -> tuple[Tensor, Tensor]:
    """The loss of a batch under an objective of the table, and its gradient with respect to `logp`."""
    objective = find_objective(name).bind(**settings)
    logp = logp.clone().requires_grad_()
    loss = objective.loss(logp, objective.prepare(batch)).sum()
    loss.backward()
    return loss.detach(), logp.grad


def same(found: tuple[Tensor, Tensor], expected: dict[str, Any], key: str = "loss") -> None:
    """Value and gradient agree to 1e-10."""
    torch.testing.assert_close(found[0], tensor(expected[key]), rtol=0.0, atol=1e-10)
    torch.testing.assert_close(found[1], tensor(expected["grad_logp"]), rtol=0.0, atol=1e-10)
