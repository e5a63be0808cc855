"""Anchored preference optimisation, the zero form: chosen up and rejected down, each against the reference."""

from __future__ import annotations

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets


def loss(logp: PairTokens, targets: Targets, beta: float = 0.1) -> Pairs:
    """- σ(β Δ(w)) + σ(β Δ(l)) + 1, mean over pairs, with the targets of `given.prepare`.

    Source: arXiv 2408.06266, APO-zero; TRL 1.16 `DPOTrainer`, `loss_type="apo_zero"`. The paper has no constant: the 1 is TRL's.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    return given.mean_share(1.0 - given.margin((beta * given.log_ratio(logp, targets)).sigmoid()), targets)
