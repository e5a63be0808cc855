"""Rejection-sampling fine-tuning: supervised fine-tuning on the policy's own right answers."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from reasoning_toolkit.training.objectives import given, sft
from reasoning_toolkit.training.objectives.given import Given


def prepare(batch: Given, aggregation: str = "token-mean") -> dict[str, Tensor]:
    """The targets of `sft.loss`, in which a wrong sample has no token: kept ⇔ its label is 1.

    Source: arXiv 2308.01825, section 3.3. There is no new loss: the same as `sft.loss` on the kept rows alone. That answers with the same
    equations are kept once is the sampling's task.

    Raises:
        DataError: labels that are missing, or not 0 or 1.
    """
    right = given.labels(batch)
    return sft.prepare(replace(batch, mask=batch.mask * right.unsqueeze(-1)), aggregation)
