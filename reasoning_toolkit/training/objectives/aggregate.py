"""How token losses become one number. Each is a weight a token, so that the loss is Σ weight · token loss and rows add up.

    token-mean      Σ x m / Σ m                                DAPO, arXiv 2503.14476, equation 8
    sequence-mean   mean over sequences of Σ x m / |y|         GRPO, arXiv 2402.03300, equation 3
    sequence-sum    mean over sequences of Σ x m               REINFORCE
    constant        mean over sequences of Σ x m / length      Dr. GRPO, arXiv 2503.20783, section 3.2

A sequence without a masked token is not counted, as in verl (TRL counts it): then a batch padded with empty rows has the same loss.
"""

from __future__ import annotations

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.training.objectives.objective import AGGREGATIONS
from reasoning_toolkit.training.objectives.shapes import Tokens


def token_weights(mask: Tokens, aggregation: str, length: float | None = None) -> Tokens:
    """The weight of each token of a batch; 0 where the mask is 0.

    Args:
        mask: of all rows that share the optimiser step: the counts are taken over it.
        aggregation: one of `AGGREGATIONS`.
        length: of `constant`, in tokens: the longest completion that is allowed.

    Raises:
        UsageError: another aggregation; `constant` without a length.
    """
    lengths = mask.sum(-1, keepdim=True)
    sequences = (lengths > 0).sum().clamp_min(1)
    if aggregation == "token-mean":
        return mask / mask.sum().clamp_min(1.0)
    if aggregation == "sequence-mean":
        return mask / lengths.clamp_min(1.0) / sequences
    if aggregation == "sequence-sum":
        return mask / sequences
    if aggregation != "constant":
        raise unknown("aggregation", aggregation, AGGREGATIONS)
    if not length:
        raise UsageError("the aggregation 'constant' divides by a length, and none is given", hint="set length=TOKENS")
    return mask / length / sequences
