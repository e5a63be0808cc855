"""Reinforcement distillation: likelihood of right traces up, of wrong ones down by less. No reference, no log-sigmoid."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Scalar, Targets


def loss(
    logp: PairTokens, targets: Targets, alpha: float = 0.8, floor: float | None = None, gamma: float = 0.0
) -> Pairs:
    """- logπ(w)/|w| + α logπ(l)/|l|, mean over pairs, with the targets of `given.prepare`.

    α = 0 is supervised fine-tuning on the chosen completions with a sequence mean; α = 1 the limit of SimPO's gradient as β → 0.
    For any α > 0 the loss has no lower bound: watch `likelihoods` and stop when they have `collapsed`.

    Source: arXiv 2505.24850, section 3 (α = 0.8 in its table of the best results); Tim-Siu/reinforcement-distillation,
    `dpo2_trainer.DPOTrainer.dpo_loss`, `loss_type="reinforce"`. They differ:

    1. The code may multiply the rejected term by exp(γ logπ(l)/|l|), with its gradient; the recipe does not use it: `gamma`, 0 by default.
    2. The code counts |y| before long completions are cut, and sums after. Here both are of the mask.

    Ours alone: `floor` in nats; a rejected completion whose mean log-probability is below it is not pushed further.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    chosen, rejected = given.mean_log_probability(logp, targets).unbind(1)
    pushed = rejected if floor is None else rejected.clamp_min(floor)
    weight = alpha * (gamma * rejected).exp() if gamma else alpha
    return given.mean_share(-chosen + weight * pushed, targets)


def likelihoods(logp: PairTokens, targets: Targets) -> tuple[Scalar, Scalar]:
    """What chosen and rejected rows add to the mean log-probability of a token, mean over pairs: the two figures to watch.

    Those of micro-batches add up. Both fall in good runs of the paper; that the chosen one falls far is a collapse.
    """
    chosen, rejected = given.mean_log_probability(logp.detach(), targets).unbind(1)
    return given.mean_share(chosen, targets).sum(), given.mean_share(rejected, targets).sum()


def collapsed(chosen: Sequence[float], drop: float = 1.0) -> bool:
    """Whether the chosen completions have lost `drop` nats a token since their best, or are no longer a number.

    Args:
        chosen: the first figure of `likelihoods`, step by step.
        drop: ours, without a source: at 1 nat a token is e times less likely on average than it was.
    """
    if not chosen:
        return False
    return not max(chosen) - chosen[-1] < drop
