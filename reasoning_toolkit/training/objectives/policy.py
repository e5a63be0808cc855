"""What the objectives with an advantage share: the weights of their tokens, the policy that sampled, a penalty on leaving the reference."""

from __future__ import annotations

from torch import Tensor

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.primitives import k3, log_ratio, valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Targets, Tokens


def prepare(
    rollouts: Rollouts,
    advantages: Tokens,
    *,
    aggregation: str = "token-mean",
    length: float | None = None,
    positive_weight: float = 1.0,
    negative_weight: float = 1.0,
    renormalize: bool = False,
) -> dict[str, Tensor]:
    """The targets of a policy gradient: `advantages`, `weight`, `mask`, and `old_logp` and `ref_logp` where the batch has them.

    Args:
        rollouts: the batch.
        advantages: of its tokens.
        aggregation: how token losses become one number (`aggregate`).
        length: of the aggregation `constant`, in tokens.
        positive_weight: of positive advantages. λ of W-REINFORCE; 0 leaves only negatives (NSR, GRPO-N).
        negative_weight: of negative advantages; 0 leaves only positives (PSR).
        renormalize: count only the tokens that are left with an advantage, not all.
    """
    signed = positive_weight * advantages.clamp_min(0.0) + negative_weight * advantages.clamp_max(0.0)
    counted = rollouts.trained
    if renormalize:
        counted = counted * (signed != 0).to(counted.dtype)
    targets = {
        "advantages": signed,
        "weight": token_weights(counted, aggregation, length),
        "mask": rollouts.trained,
        "old_logp": rollouts.old_logp,
        "ref_logp": rollouts.ref_logp,
    }
    return {name: value for name, value in targets.items() if value is not None}


def ratio(logp: Tokens, targets: Targets) -> Tokens:
    """log π_θ/π_old of each token; 0 in value where the batch has no `old_logp`: then the current policy sampled."""
    return log_ratio(logp, targets.get("old_logp", logp.detach()), targets["mask"])


def penalty(logp: Tokens, targets: Targets) -> Tokens:
    """k3 of the policy from the reference, at each token.

    Raises:
        UsageError: the batch has no `ref_logp`.
    """
    if "ref_logp" not in targets:
        raise UsageError(
            "a KL penalty needs ref_logp, and the batch has none", hint="give ref_logp, or set kl=0 for none"
        )
    return k3(valid(logp, targets["mask"]), valid(targets["ref_logp"], targets["mask"]))
