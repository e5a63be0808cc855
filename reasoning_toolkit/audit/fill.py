"""Share a budget in proportion to wishes, between a least and a most for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_HALVINGS = 200  # beyond double precision


def fill(
    wanted: NDArray[np.float64], least: ArrayLike, most: ArrayLike, price: NDArray[np.float64], budget: float
) -> NDArray[np.float64]:
    """clip(s · wanted, least, most) with the largest s whose cost does not exceed the budget; `most` where all can be paid."""
    ends = np.broadcast_to(np.asarray(most, dtype=np.float64), wanted.shape)
    wishes = wanted > 0
    low, high = 0.0, float((ends[wishes] / wanted[wishes]).max(initial=0.0))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        affordable = np.clip(middle * wanted, least, ends) @ price <= budget
        low, high = (middle, high) if affordable else (low, middle)
    scale = high if np.clip(high * wanted, least, ends) @ price <= budget else low
    filled: NDArray[np.float64] = np.clip(scale * wanted, least, ends)
    return filled
