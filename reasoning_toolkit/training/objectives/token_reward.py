"""The token-level reward model of OREAL (arXiv 2502.06781, section 3): a score a token, whose mean tells right samples from wrong ones.

    L = mean over samples of BCE(σ(mean over tokens of the score), right)

It starts from the supervised policy with a linear head on the last hidden states in place of the vocabulary's, zero at first as in the
paper (the released code leaves it random), and has its own optimiser. It is trained on the rows that the policy is trained on.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def prepare(rollouts: Rollouts) -> dict[str, Tensor]:
    """The targets: `mask`, `right` and each row's `weight`; a row without tokens is not counted."""
    mask = rollouts.trained
    there = (mask.sum(-1) > 0).to(mask.dtype)
    return {"mask": mask, "right": rollouts.right.to(mask.dtype), "weight": there / there.sum().clamp_min(1.0)}


def loss(scores: Tokens, targets: Targets) -> Rows:
    """What each row adds to the loss. `scores` are logits, of the current reward model."""
    mask = targets["mask"]
    mean = valid(scores, mask).sum(-1) / mask.sum(-1).clamp_min(1.0)
    return targets["weight"] * binary_cross_entropy_with_logits(mean, targets["right"], reduction="none")
