"""Implicit process rewards: an outcome reward that is a log-ratio; its partial sums value the steps."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens

NO_STEP = -100  # pads `ends`, as in PRIME-RL/ImplicitPRM


def prepare(batch: Given) -> dict[str, Tensor]:
    """The targets of `given.prepare` and the labels.

    Raises:
        DataError: labels that are missing, or not 0 or 1.
    """
    targets = given.prepare(batch)
    return targets | {"labels": given.labels(batch).to(targets["mask"].dtype)}


def loss(logp: Tokens, targets: Targets, beta: float = 0.05) -> Rows:
    """- l log σ(r) - (1 - l) log σ(-r), r = β Δ(y) with the sum over tokens, never the mean; mean over rows. log 2 where r is 0.

    Source: arXiv 2412.01981, the cross-entropy form (its README prints it without the minus); PRIME-RL/ImplicitPRM,
    `ce_trainer.CETrainer.loss_fn`, which takes σ first and saturates; the value is the same. Its DPO, KTO and NCA forms are `dpo.loss`,
    `kto.loss` and `nca.loss` at β = 0.05.

    Raises:
        UsageError: the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    rewards = beta * given.log_ratio(logp, targets)
    losses = binary_cross_entropy_with_logits(rewards, targets["labels"].to(rewards.dtype), reduction="none")
    return given.mean_share(losses, targets)


def step_scores(logp: Tokens, targets: Targets, ends: Tensor, beta: float = 0.05) -> tuple[Tensor, Tensor]:
    """(rows, steps) the reward of each step r_k = q_k - q_{k-1}, and its value q_k = β Σ_{t ≤ e_k} Δ[t]; 0 where there is no step.

    The rewards of a row whose last step ends with its completion add up to r of `loss`. Source: arXiv 2412.01981, its proposition
    and equation 3, whose sum is printed from one token earlier.

    1. The official scripts begin their mask on the template's last tokens; here the first step begins with the completion.

    Args:
        ends: (rows, steps) position of each step's last token, increasing; `NO_STEP` after the last.
        beta: any scale gives the same order; the official scores have 0.001.

    Raises:
        DataError: an end outside the tokens, or ends that do not increase.
    """
    held = ends != NO_STEP
    positions = ends.masked_fill(~held, 0)
    if bool((positions < 0).any()) or bool((positions >= logp.shape[-1]).any()):
        raise DataError(f"step ends must lie in 0..{logp.shape[-1] - 1}, or be {NO_STEP} where there is no step")
    if bool((held[:, 1:] & ~held[:, :-1]).any()) or bool((held[:, 1:] & (ends[:, 1:] <= ends[:, :-1])).any()):
        raise DataError(f"step ends must increase, with {NO_STEP} after the last alone")
    values = (beta * given.log_ratios(logp.detach(), targets)).cumsum(-1).gather(-1, positions)
    before = torch.cat([torch.zeros_like(values[:, :1]), values[:, :-1]], -1)
    return (values - before).masked_fill(~held, 0.0), values.masked_fill(~held, 0.0)


def all_pairs(batch: Given, group_ids: Rows) -> Tensor:
    """(pairs, 2) rows of every right and every wrong completion of one question, the right one first.

    Raises:
        DataError: labels that are missing, or not 0 or 1.
    """
    right = given.labels(batch)
    return ((group_ids.unsqueeze(1) == group_ids) & right.unsqueeze(1) & ~right).nonzero()


def sigmoid_vote(answers: Sequence[str], scores: Sequence[float]) -> dict[str, float]:
    """Σ σ(score) of each answer; the largest is elected (PRIME-RL/ImplicitPRM, weighted best-of-N).

    Raises:
        DataError: not one score an answer.
    """
    if len(answers) != len(scores):
        raise DataError(f"expected one score for each of {len(answers)} answers, got {len(scores)}")
    votes: dict[str, float] = {}
    for answer, weight in zip(answers, torch.tensor(scores, dtype=torch.float64).sigmoid().tolist(), strict=True):
        votes[answer] = votes.get(answer, 0.0) + weight
    return votes
