"""Kahneman-Tversky optimisation: each completion is desirable or not, against a reference point."""

from __future__ import annotations

import torch
from torch import Tensor

from reasoning_toolkit.errors import DataError, UsageError, unknown
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Rows, Targets, Tokens

REFERENCE_POINTS = ("mismatched", "opposite")


def prepare(batch: Given, reference_point: str = "mismatched") -> dict[str, Tensor]:
    """The targets of `given.prepare`, the labels, and what `measure` reads.

    Raises:
        UsageError: an unknown reference point.
        DataError: labels that are missing, or not 0 or 1; `mismatched` without such completions.
    """
    if reference_point not in REFERENCE_POINTS:
        raise unknown("reference point", reference_point, REFERENCE_POINTS)
    targets = given.prepare(batch) | {"labels": given.labels(batch)}
    if reference_point == "opposite":
        return targets
    if batch.mismatched is None or len(batch.mismatched.mask) != len(batch.mask):
        raise DataError(
            "KTO's reference point needs a mismatched completion for each row",
            hint="give each prompt the completion of another row, or set reference_point=opposite",
        )
    return targets | {f"mismatched_{name}": values for name, values in given.prepare(batch.mismatched).items()}


def measure(logp: Tokens, targets: Targets, reference_point: str = "mismatched") -> dict[str, Tensor]:
    """The targets with the reference point z of each row: what the policy gains over the reference where it should gain nothing.

        mismatched    z = max(0, mean of Δ over mismatched completions); `logp` is that of the mismatched completions
        opposite      z = max(0, mean of Δ over the rows of the other label); `logp` is that of the completions themselves

    It is called once for the whole batch, without a gradient.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    logp = logp.detach()
    if reference_point == "mismatched":
        theirs = {name.removeprefix("mismatched_"): v for name, v in targets.items() if name.startswith("mismatched_")}
        z = given.mean_share(given.log_ratio(logp, theirs), theirs).sum().expand_as(targets["share"])
    else:
        ratio, labels, alive = given.log_ratio(logp, targets), targets["labels"], targets["share"] > 0
        z = torch.where(labels, _mean(ratio, ~labels & alive), _mean(ratio, labels & alive))
    return dict(targets) | {"reference_point": z.clamp_min(0.0)}


def loss(logp: Tokens, targets: Targets, beta: float = 0.1, desirable: float = 1.0, undesirable: float = 1.0) -> Rows:
    """λ_D (1 - σ(β (Δ - z))) of a desirable row, λ_U (1 - σ(β (z - Δ))) of another; mean over rows; z from `measure`, without gradient.

    It is ½ where policy and reference agree and both λ are 1. Source: arXiv 2402.01306, equation 8. Its constant λ_y is taken as λ, so that
    the loss is never negative, as in TRL 1.16. The reference point of the paper and of TRL is that of mismatched completions;
    `reference_point="opposite"` is the other form of PRIME-RL/ImplicitPRM, `VanillaKTOLoss`, for batches of whole pairs.

    Raises:
        UsageError: `measure` was not called.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    if "reference_point" not in targets:
        raise UsageError("KTO's loss needs the reference point of the whole batch", hint="call kto.measure first")
    gain = beta * (given.log_ratio(logp, targets) - targets["reference_point"])
    value = torch.where(targets["labels"], desirable * (-gain).sigmoid(), undesirable * gain.sigmoid())
    return given.mean_share(value, targets)


def _mean(values: Tensor, chosen: Tensor) -> Tensor:
    return (values * chosen).sum() / chosen.sum().clamp_min(1)
