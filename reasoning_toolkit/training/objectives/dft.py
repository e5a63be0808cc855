"""Dynamic fine-tuning: supervised fine-tuning in which each token weighs as much as the policy believes it."""

from __future__ import annotations

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def loss(logp: Tokens, targets: Targets) -> Rows:
    """- Σ_b Σ_t sg(π(y_t)) logp / Σ_b |y_b|, with the targets of `sft.prepare`; sg stops the gradient.

    Source: arXiv 2508.05629, the token-level form; TRL 1.16 `SFTTrainer`, `loss_type="dft"`.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    own = given.policy(logp, targets)
    return -(own.detach().exp() * own * targets["weight"]).sum(-1)
