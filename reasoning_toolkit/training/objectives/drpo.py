"""DRPO: a discriminative loss whose right answers are weighted by brevity among themselves only (code: Optimization-AI/DRPO).

With s = mean log-probability of a sequence's tokens, C the longest completion, and right and wrong samples P and N of a question,

    ω_i = softmax over P of (1 - |y_i|/C)/λ
    ℓ   = -Σ_P ω_i s_i + τ log mean_N exp(s_j/τ)                    0 for a question without both
    L   = mean over questions of ℓ + β/2 · max(K - δ, 0)²            K = mean over tokens of log π_old - log π_θ

λ → ∞ is DisCO (arXiv 2505.12366). All questions are counted, those without a loss too.

The wrong samples' softmax and K couple rows under the current policy: `measure` computes both for a whole batch without a gradient, and
with them the loss of every row stands alone and its gradient is exact. Without it, `loss` takes the rows that it is given for the batch.

Where the released code differs:
1. Its value is a surrogate with the same gradient; ours is the loss above.
2. It divides by the count of tokens unguarded; here a sample without tokens belongs to neither set.
"""

from __future__ import annotations

import torch
from torch import Tensor

from reasoning_toolkit.training.objectives.primitives import group_logsumexp, group_mean, group_size, valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens


def prepare(rollouts: Rollouts, *, length: int, brevity: float = 0.1) -> dict[str, Tensor]:
    """The targets: what each token and row counts, and `positive` = ω_i.

    Args:
        rollouts: the batch, with rewards that tell right from wrong.
        length: C, in tokens.
        brevity: λ.
    """
    mask, groups = rollouts.trained, rollouts.group_ids
    lengths = mask.sum(-1)
    there = lengths > 0
    positive, negative = rollouts.right & there, ~rollouts.right & there
    both = _any(positive, groups) & _any(negative, groups)
    positive, negative = positive & both, negative & both
    brief = (1.0 - lengths / length) / brevity
    preference = brief - group_logsumexp(brief, groups, positive)
    questions = max(groups[there].unique().numel(), 1)
    targets = {
        "mask": mask,
        "share": mask / lengths.clamp_min(1.0)[:, None],
        "group_ids": groups,
        "positive": torch.where(positive, preference.exp(), 0.0) / questions,
        "negative": negative,
        "questions": torch.full_like(lengths, questions),
        "tokens": mask.sum().clamp_min(1.0).expand(len(mask)),
    }
    return targets if rollouts.old_logp is None else targets | {"old_logp": rollouts.old_logp}


def measure(logp: Tokens, targets: Targets, *, temperature: float = 10.0) -> dict[str, Tensor]:
    """The targets with the softmax and the log-mean-exp of the wrong samples and K, under the current policy.

    Args:
        logp: of all rows of the batch.
        targets: of all rows of the batch.
        temperature: τ.
    """
    negative, groups = targets["negative"], targets["group_ids"]
    logp = logp.detach()
    scaled = _scores(logp, targets) / temperature
    total = group_logsumexp(scaled, groups, negative)
    count = group_mean(negative.to(scaled.dtype), groups) * group_size(groups)
    share = temperature * (total - count.log()) / count  # of the log-mean-exp, for each wrong sample
    return {
        **targets,
        "negative_weight": torch.where(negative, (scaled - total).exp(), 0.0) / targets["questions"],
        "negative_value": torch.where(negative, share, 0.0) / targets["questions"],
        "divergence": _divergence(logp, targets).sum().expand(len(logp)),
    }


def loss(logp: Tokens, targets: Targets, *, temperature: float = 10.0, beta: float = 1e3, delta: float = 1e-4) -> Rows:
    """What each row adds to the loss.

    Args:
        logp: under the current policy.
        targets: of these rows, from `measure` for a micro-batch.
        temperature: τ.
        beta: β of the penalty.
        delta: δ, the divergence that is free.
    """
    measured = targets if "divergence" in targets else measure(logp, targets, temperature=temperature)
    scores, own = _scores(logp, measured), _divergence(logp, measured)
    excess = (measured["divergence"] - delta).clamp_min(0.0)
    share = measured["mask"].sum(-1) / measured["tokens"]
    negatives = measured["negative_weight"] * (scores - scores.detach()) + measured["negative_value"]
    penalty = beta * excess * (own - own.detach()) + 0.5 * beta * excess.square() * share
    return -measured["positive"] * scores + negatives + penalty


def _scores(logp: Tokens, targets: Targets) -> Rows:
    return (valid(logp, targets["mask"]) * targets["share"]).sum(-1)


def _divergence(logp: Tokens, targets: Targets) -> Rows:
    mask = targets["mask"]
    difference = valid(targets.get("old_logp", logp.detach()), mask) - valid(logp, mask)
    return difference.sum(-1) / targets["tokens"]


def _any(chosen: Rows, groups: Rows) -> Rows:
    return group_mean(chosen.float(), groups) > 0
