"""What the objectives are made of: ratios, divergences, clipping that keeps gradients, statistics of groups and of tokens."""

from __future__ import annotations

import torch
from torch import Tensor

from reasoning_toolkit.training.objectives.shapes import Rows, Scalar, Tokens

LARGEST_LOG_RATIO = 20.0  # e^20 is far beyond any clip, and its square is still finite in float32


def log_ratio(logp: Tokens, old_logp: Tokens, mask: Tokens, largest: float = LARGEST_LOG_RATIO) -> Tokens:
    """log π_θ - log π_old of the masked tokens, 0 elsewhere, whatever stands in the padding; clamped to ±`largest`."""
    return (valid(logp, mask) - valid(old_logp, mask)).clamp(-largest, largest)


def by_sign(advantages: Tensor, positive: float, negative: float) -> Tensor:
    """`positive` where the advantage is not negative, else `negative`, in the advantage's own precision."""
    return torch.where(advantages >= 0, torch.full_like(advantages, positive), torch.full_like(advantages, negative))


def valid(values: Tokens, mask: Tokens) -> Tokens:
    """The values under the mask, 0 elsewhere: NaN and infinity in the padding leave neither value nor gradient."""
    return values.masked_fill(mask == 0, 0.0)


def k1(logp: Tensor, ref_logp: Tensor) -> Tensor:
    """log π_θ - log π_ref: unbiased for KL(π_θ ‖ π_ref), of any sign (Schulman 2020, "Approximating KL divergence")."""
    return logp - ref_logp


def k2(logp: Tensor, ref_logp: Tensor) -> Tensor:
    """½ (log π_θ - log π_ref)²: biased; its gradient is that of the KL on-policy (Schulman 2020)."""
    return 0.5 * (logp - ref_logp).square()


def k3(logp: Tensor, ref_logp: Tensor) -> Tensor:
    """π_ref/π_θ - 1 - log(π_ref/π_θ): unbiased and never negative (Schulman 2020; GRPO, arXiv 2402.03300, equation 4)."""
    difference = (ref_logp - logp).clamp(-LARGEST_LOG_RATIO, LARGEST_LOG_RATIO)
    return difference.exp() - difference - 1.0


def straight_through_max(values: Tensor, floor: float) -> Tensor:
    """max(values, floor) with the gradient of the values, also where they are below the floor."""
    return values + (values.clamp_min(floor) - values).detach()


def masked_mean(values: Tensor, mask: Tensor) -> Scalar:
    """The mean under the mask; 0 where it is empty."""
    return valid(values, mask).sum() / mask.sum().clamp_min(1.0)


def whiten(values: Tokens, mask: Tokens, epsilon: float = 1e-8) -> Tokens:
    """Mean 0 and sample variance 1 over the masked tokens, 0 elsewhere; all 0 where there are fewer than two."""
    centred = valid(values - masked_mean(values, mask), mask)
    variance = centred.square().sum() / (mask.sum() - 1.0).clamp_min(1.0)
    return centred * (variance + epsilon).rsqrt()


def group_mean(values: Rows, group_ids: Rows) -> Rows:
    """Each row's mean over its group."""
    group, size = _groups(group_ids)
    return _sum(values, group, size)[group] / size[group].to(values.dtype)


def group_size(group_ids: Rows) -> Rows:
    """How many rows each row's group has."""
    group, size = _groups(group_ids)
    return size[group]


def group_deviation(values: Rows, group_ids: Rows, freedom: int = 1) -> Rows:
    """Each row's standard deviation over its group, divided by size - `freedom`; 0 for a group of one."""
    group, size = _groups(group_ids)
    centred = values - group_mean(values, group_ids)
    squares = _sum(centred.square(), group, size) / (size - freedom).clamp_min(1).to(values.dtype)
    return squares.sqrt()[group]


def group_logsumexp(values: Rows, group_ids: Rows, chosen: Rows) -> Rows:
    """Each row's log Σ exp over the chosen rows (bool) of its group; -infinity where none is chosen."""
    group, size = _groups(group_ids)
    masked = values.masked_fill(~chosen, -torch.inf)
    largest = masked.new_full((len(size),), -torch.inf).scatter_reduce(0, group, masked, "amax")
    powers = torch.where(chosen, (values - largest[group]).exp(), 0.0)
    return (largest + _sum(powers, group, size).log())[group]


def _groups(group_ids: Rows) -> tuple[Tensor, Tensor]:
    """Each row's group as a number from 0, and the size of each group."""
    _, group, size = torch.unique(group_ids, return_inverse=True, return_counts=True)
    return group, size


def _sum(values: Rows, group: Tensor, size: Tensor) -> Tensor:
    return values.new_zeros(len(size)).index_add(0, group, values)
