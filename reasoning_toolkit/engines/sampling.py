"""Draw the next token of each row of a batch, from that row's own parameters and its own uniform number.

One uniform number in [0, 1) a token, by inversion of the cumulative distribution, so a row's draws depend on its seed alone
and not on its neighbours. The order is that of transformers' own samplers: temperature, top-k, top-p of what is left of it, min-p.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reasoning_toolkit.engines.types import Sampling

if TYPE_CHECKING:
    from torch import Tensor

CANDIDATES = 1024  # sorted candidates looked at first; a nucleus wider than that falls back to the whole vocabulary


def draw(logits: Tensor, rows: Sequence[Sampling], uniforms: Sequence[float]) -> Tensor:
    """Next token of each row.

    Args:
        logits: (batch, vocabulary), float32.
        rows: sampling parameters of each row.
        uniforms: one number in [0, 1) for each row; unused where the temperature is 0.

    Returns:
        (batch,) token ids.
    """
    import torch

    chosen = logits.argmax(dim=-1)
    alike: dict[tuple[float, float, int, float], list[int]] = {}
    for i, row in enumerate(rows):
        if row.temperature > 0:
            alike.setdefault((row.temperature, row.top_p, row.top_k, row.min_p), []).append(i)
    for group in alike.values():
        row, log_probs = rows[group[0]], logits[group]
        numbers = torch.tensor([uniforms[i] for i in group], dtype=torch.float64, device=logits.device)
        chosen[group] = _draw_alike(torch.log_softmax(log_probs / row.temperature, dim=-1), row, numbers)
    return chosen


def _draw_alike(log_probs: Tensor, row: Sampling, uniforms: Tensor) -> Tensor:
    """Draw for rows of the same parameters. log_probs: (rows, vocabulary); uniforms: (rows,)."""
    import torch

    if row.top_p >= 1 and not row.top_k and not row.min_p:
        return _invert(log_probs.double().exp(), uniforms)
    top, ids = log_probs.topk(min(CANDIDATES, log_probs.shape[-1]))
    probs = top.double().exp()
    if not bool((enough := _enough(probs, row)).all()) and ids.shape[-1] < log_probs.shape[-1]:
        drawn = ids.new_empty(len(ids))
        drawn[enough] = _keep_and_invert(probs[enough], ids[enough], row, uniforms[enough])
        top, ids = torch.sort(log_probs[~enough], descending=True)
        drawn[~enough] = _keep_and_invert(top.double().exp(), ids, row, uniforms[~enough])
        return drawn
    return _keep_and_invert(probs, ids, row, uniforms)


def _enough(probs: Tensor, row: Sampling) -> Tensor:
    """Whether the candidates, of falling probability, hold all that can be drawn: (rows,) bool."""
    import torch

    if row.top_k:
        return torch.full((len(probs),), row.top_k <= probs.shape[-1], device=probs.device)
    return (probs.sum(-1) >= row.top_p) | (probs[:, -1] < row.min_p * probs[:, 0])


def _keep_and_invert(probs: Tensor, ids: Tensor, row: Sampling, uniforms: Tensor) -> Tensor:
    import torch

    keep = probs >= row.min_p * probs[:, :1]
    if row.top_k:
        keep[:, row.top_k :] = False
        probs = probs / probs[:, : row.top_k].sum(-1, keepdim=True)
    keep &= probs.cumsum(-1) - probs < row.top_p  # the token that crosses the nucleus mass stays
    # In the order of ids: two tokens of nearly one probability change places in the order of probability when the last digits do,
    # which differ from batch to batch, and every number would then mean another token.
    order = ids.argsort(-1)
    weights = torch.where(keep, probs, 0.0).gather(1, order)
    return ids.gather(1, order).gather(1, _invert(weights, uniforms)[:, None])[:, 0]


def _invert(weights: Tensor, uniforms: Tensor) -> Tensor:
    """Index of the cell of each row's cumulative weights that holds its number; never a cell of weight 0."""
    import torch

    total = weights.cumsum(-1)
    index = torch.searchsorted(total, (uniforms * total[:, -1])[:, None], right=True)[:, 0]
    last = (weights > 0).int().cumsum(-1).argmax(-1)
    return torch.minimum(index, last)
