"""What offline objectives read: completions that are given, alone, in pairs or in sets, and what all their losses share.

    logp     (rows, tokens), or (pairs, 2, tokens) with the chosen completion first, or (prompts, K, tokens)
    Δ        logp - ref_logp under the mask; Δ(y) its sum over the tokens of completion y
    |y|      tokens of y, its end of text included
    w, l     the chosen and the rejected completion

A row in which a completion has no token counts for nothing: it adds 0 and is not counted in means.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives.primitives import valid
from reasoning_toolkit.training.objectives.shapes import Completions, Rows, Sequences, Targets


@dataclass(frozen=True, slots=True)
class Given:
    """Given completions; the first dimension is that of the rows, the last that of the tokens.

    Attributes:
        mask: 1 on the completion's tokens, 0 on prompt and padding.
        ref_logp: of the same tokens under the reference model, in nats.
        labels: (rows,) 1 right or desirable, 0 wrong or undesirable.
        rewards: (prompts, K) of each completion.
        token_weights: of each token's log-ratio, in the mask's shape.
        mismatched: completions of other rows to these rows' prompts, from which KTO takes its reference point.
        step_ids: (pairs, tokens) the step of each token of the rejected completion, from 1.
        pits: (pairs,) the step that spoils the rejected completion.
    """

    mask: Tensor
    ref_logp: Tensor | None = None
    labels: Tensor | None = None
    rewards: Tensor | None = None
    token_weights: Tensor | None = None
    mismatched: Given | None = None
    step_ids: Tensor | None = None
    pits: Tensor | None = None


def prepare(batch: Given) -> dict[str, Tensor]:
    """The targets of an objective that is a mean over rows: `mask`, `share` (rows,) of each row in the mean, `ref_logp` if there is one.

    Raises:
        DataError: a mask that is not 0 or 1, a reference of another shape, or not finite on the mask.
    """
    check_binary(batch.mask, "mask")
    mask = batch.mask if batch.mask.is_floating_point() else batch.mask.to(torch.get_default_dtype())
    alive = (mask.sum(-1) > 0).flatten(1).all(-1) if mask.dim() > 2 else mask.sum(-1) > 0
    mask = torch.where(alive.view(-1, *[1] * (mask.dim() - 1)), mask, torch.zeros_like(mask))
    share = alive.to(mask.dtype) / alive.sum().clamp_min(1)
    if batch.ref_logp is None:
        return {"mask": mask, "share": share}
    return {"mask": mask, "share": share, "ref_logp": checked(batch.ref_logp.detach(), mask, "ref_logp")}


def mean_share(losses: Rows, targets: Targets) -> Rows:
    """What each row adds to the mean over all rows of the batch."""
    return losses * targets["share"]


def policy(logp: Completions, targets: Targets) -> Completions:
    """The policy's log-probabilities on the mask, 0 elsewhere.

    Raises:
        DataError: another shape than the mask's, or a value on the mask that is not finite.
    """
    return checked(logp, targets["mask"], "logp")


def log_probability(logp: Completions, targets: Targets) -> Sequences:
    """log π(y) = Σ_t logp."""
    return policy(logp, targets).sum(-1)


def mean_log_probability(logp: Completions, targets: Targets) -> Sequences:
    """log π(y) / |y|; 0 where there is no token."""
    return log_probability(logp, targets) / lengths(targets)


def log_ratios(logp: Completions, targets: Targets) -> Completions:
    """Δ of each token.

    Raises:
        UsageError: the batch came without a reference.
    """
    if "ref_logp" not in targets:
        raise UsageError(
            "this objective compares with a reference model, and the batch has no ref_logp",
            hint="score the same tokens with the model that training starts from",
        )
    return policy(logp, targets) - targets["ref_logp"]


def log_ratio(logp: Completions, targets: Targets) -> Sequences:
    """Δ(y) = Σ_t Δ."""
    return log_ratios(logp, targets).sum(-1)


def margin(values: Sequences) -> Rows:
    """The chosen completion's value less the rejected one's: (pairs, 2) → (pairs,)."""
    return values[:, 0] - values[:, 1]


def lengths(targets: Targets) -> Sequences:
    """|y|, at least 1, so that it may divide."""
    return targets["mask"].sum(-1).clamp_min(1.0)


def checked(values: Tensor, mask: Tensor, name: str) -> Tensor:
    """The values on the mask, 0 elsewhere.

    Raises:
        DataError: another shape than the mask's, or a value on the mask that is not finite.
    """
    if values.shape != mask.shape:
        raise DataError(f"{name} has the shape {tuple(values.shape)}, expected the mask's {tuple(mask.shape)}")
    kept = valid(values, mask)
    finite = torch.isfinite(kept)
    if not bool(finite.all()):
        place = (~finite).nonzero()[0].tolist()
        raise DataError(
            f"{name} is {kept[tuple(place)].item()} at {place}, expected a finite number wherever the mask is 1",
            hint="leave this row out: the model gives a token of it no probability, or its logits overflowed",
        )
    return kept


def check_binary(values: Tensor, name: str) -> None:
    """Raise unless all values are 0 or 1.

    Raises:
        DataError: naming the first that is not.
    """
    odd = ((values != 0) & (values != 1)).nonzero()
    if len(odd):
        place = odd[0].tolist()
        raise DataError(f"{name} is {values[tuple(place)].item()} at {place}, expected 0 or 1")


def labels(batch: Given) -> Tensor:
    """(rows,) labels as truth values.

    Raises:
        DataError: there are none, not one a row, or other values than 0 and 1.
    """
    rows = len(batch.mask)
    if batch.labels is None or batch.labels.shape != (rows,):
        came = "none" if batch.labels is None else f"the shape {tuple(batch.labels.shape)}"
        raise DataError(f"expected one label for each of {rows} rows, got {came}", hint="labels: 1 right, 0 wrong")
    check_binary(batch.labels, "labels")
    return batch.labels.bool()
