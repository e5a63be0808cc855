"""Best-of-n sampling with a binary reward, in closed form (OREAL, arXiv 2502.06781, equations 5 and 6)."""

from __future__ import annotations

import torch

from reasoning_toolkit.training.objectives.shapes import Rows


def best_of_n(rate: Rows, n: int) -> tuple[Rows, Rows]:
    """How much likelier best-of-n sampling makes a right and a wrong sample of a question with this pass rate (equation 5).

    Their gradients have coefficients n (1 - p)^(n - 1) and n (1 - p)^n: the ratio, wrong to right, is 1 - p for every n.
    """
    missed = 1.0 - rate
    right = torch.where(rate > 0, (1.0 - missed**n) / rate.clamp_min(torch.finfo(rate.dtype).tiny), float(n))
    return right, missed ** (n - 1)
