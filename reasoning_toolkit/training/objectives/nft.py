"""NFT (arXiv 2505.18116, equation 10): likelihood training where wrong answers train the policy through an implicit negative one.

With r the rate of right answers of a question, r π⁺ + (1 - r) π⁻ = π_old. So, with R = π_θ/π_old,

    right:  -log R        wrong:  -log max((1 - r R) / (1 - r), ε), the gradient kept below ε        each times ω(r)

A question whose samples are all right or all wrong has no loss and is not counted.

Where the paper and the released code differ:
1. The code divides the sum over tokens by 1000 in every micro-batch; the paper averages over tokens. `token-mean` here; the code's is
   `aggregation=constant`, `length` = 1000 / rows.
2. r is kept within [0.02, 0.98], as in the code.
3. The paper's remark on GRPO needs ω = √((1 - r)/r), as in the code, not (1 - r)/r.
"""

from __future__ import annotations

import torch
from torch import Tensor

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.primitives import group_mean, straight_through_max, valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens

QUESTION_WEIGHTS = ("one", "one-minus-rate", "square-root")
RATES = (0.02, 0.98)
LARGEST_LOG_RATIO = 10.0  # of the official code, which clamps above only


def prepare(
    rollouts: Rollouts,
    *,
    question_weight: str = "one-minus-rate",
    negative_weight: float = 1.0,
    aggregation: str = "token-mean",
    length: float | None = None,
) -> dict[str, Tensor]:
    """The targets: `weight`, `mask`, `right`, `rate`, and `old_logp` where the batch has it.

    Args:
        rollouts: the batch, with rewards that tell right from wrong.
        question_weight: ω: 1, 1 - r (Dr. GRPO's gradient on-policy), or √((1 - r)/r) (GRPO's, with the population's deviation).
        negative_weight: of wrong samples; 0 is rejection fine-tuning.
        aggregation: how token losses become one number.
        length: of the aggregation `constant`.
    """
    mask = rollouts.trained
    right = rollouts.right.to(mask.dtype)
    rate = group_mean(right, rollouts.group_ids)
    mixed = ((rate > 0) & (rate < 1)).to(mask.dtype)
    rate = rate.clamp(*RATES)
    of_row = _question_weight(rate, question_weight) * (right + negative_weight * (1.0 - right))
    weight = token_weights(mask * mixed[:, None], aggregation, length) * of_row[:, None]
    targets = {"weight": weight, "mask": mask, "right": right, "rate": rate}
    return targets if rollouts.old_logp is None else targets | {"old_logp": rollouts.old_logp}


def loss(logp: Tokens, targets: Targets, *, floor: float = 1.0) -> Rows:
    """What each row adds to the loss. `floor` is ε."""
    mask, rate = targets["mask"], targets["rate"][:, None]
    log_ratios = valid(logp, mask) - valid(targets.get("old_logp", logp.detach()), mask)
    log_ratios = log_ratios.clamp_max(LARGEST_LOG_RATIO)
    implicit = straight_through_max((1.0 - rate * log_ratios.exp()) / (1.0 - rate), floor)
    losses = torch.where(targets["right"][:, None] > 0, -log_ratios, -implicit.log())
    return (targets["weight"] * losses).sum(-1)


def _question_weight(rate: Rows, kind: str) -> Rows:
    if kind == "one":
        return torch.ones_like(rate)
    if kind == "one-minus-rate":
        return 1.0 - rate
    if kind == "square-root":
        return ((1.0 - rate) / rate).sqrt()
    raise unknown("question weight", kind, QUESTION_WEIGHTS)
