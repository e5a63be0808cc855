"""ExPO in its GRPO form: GRPO, and the likelihood of an explanation that the model gave when it was shown the answer.

    L = L_GRPO - β · mean over questions of log π_θ(explanation, answer | question)

An explanation is a row of the batch, `shown`, read under the ordinary question. It is in no group and has no advantage. So it is also
where a whole group is wrong and GRPO has no signal. A question without a valid explanation counts in the mean all the same.

The text of the paper gives a sum over the explanation's tokens. Beside a loss that is averaged over tokens, that is large for long ones:
`explanation=token-mean` is ours. Whether GRPO's own penalty was on is not known; `kl` is 0.

Its DPO form is the objective `expo-dpo`: an explanation is the chosen completion, a wrong sample the rejected one.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.training.objectives import clip, policy
from reasoning_toolkit.training.objectives.advantages import grpo
from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.rollouts import Rollouts
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens

EXPLANATIONS = ("sum", "token-mean")


def prepare(
    rollouts: Rollouts,
    *,
    beta: float = 0.04,
    explanation: str = "sum",
    aggregation: str = "sequence-mean",
    epsilon: float = 1e-6,
) -> dict[str, Tensor]:
    """The targets of `policy.prepare` for the samples, and `shown_weight` for the explanations' tokens.

    Args:
        rollouts: the batch, explanations included.
        beta: of the likelihood.
        explanation: a sum or a mean over an explanation's tokens.
        aggregation: of the samples.
        epsilon: of the advantage.
    """
    if explanation not in EXPLANATIONS:
        raise unknown("value of explanation", explanation, EXPLANATIONS)
    shown = rollouts.shown
    if shown is None:
        raise UsageError(
            "ExPO needs to know which rows are explanations", hint="give the batch shown=…, one bool a row"
        )
    samples = _samples(rollouts, shown)
    targets = policy.prepare(samples, grpo(samples, epsilon=epsilon), aggregation=aggregation)
    sampled = ~shown & (rollouts.mask.sum(-1) > 0)
    questions = max(rollouts.group_ids[sampled].unique().numel(), 1)
    weight = rollouts.trained * shown[:, None] * beta / questions
    if explanation == "token-mean":
        weight = weight / rollouts.trained.sum(-1, keepdim=True).clamp_min(1.0)
    return targets | {"mask": rollouts.trained, "shown_weight": weight}


def loss(logp: Tokens, targets: Targets, *, clip_low: float = 0.2, clip_high: float = 0.2, kl: float = 0.0) -> Rows:
    """What each row adds to the loss."""
    samples = clip.loss(logp, targets, clip_low=clip_low, clip_high=clip_high, kl=kl)
    return samples - (targets["shown_weight"] * valid(logp, targets["mask"])).sum(-1)


def _samples(rollouts: Rollouts, shown: Rows) -> Rollouts:
    """The batch with every explanation in a group of its own, and not trained on."""
    own = torch.arange(len(shown), device=shown.device, dtype=rollouts.group_ids.dtype) + rollouts.group_ids.max() + 1
    trained = ~shown if rollouts.keep is None else rollouts.keep & ~shown
    return replace(rollouts, group_ids=torch.where(shown, own, rollouts.group_ids), keep=trained)
