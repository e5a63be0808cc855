"""Supervised fine-tuning: the likelihood of given completions."""

from __future__ import annotations

from torch import Tensor

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def prepare(batch: Given, aggregation: str = "token-mean") -> dict[str, Tensor]:
    """The weight of each token, by the counts of the whole batch.

    Raises:
        UsageError: an unknown aggregation.
        DataError: the mask is not of 0 and 1.
    """
    targets = given.prepare(batch)
    return targets | {"weight": token_weights(targets["mask"], aggregation)}


def loss(logp: Tokens, targets: Targets) -> Rows:
    """The negative log-likelihood.

        token-mean       - Σ_b Σ_t logp / Σ_b |y_b|
        sequence-mean    - mean_b ( Σ_t logp / |y_b| )

    Source: maximum likelihood. The token mean divides by the tokens of all rows of an optimiser step, as TRL 1.16 `SFTTrainer` does.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    return -(given.policy(logp, targets) * targets["weight"]).sum(-1)
