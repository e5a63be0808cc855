"""The heaviest of some totals, where sums of the same weights in another order are equal although their last digits differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

TIE = 1e-12  # of the greatest total: what is nearer to it is equal to it

A = TypeVar("A", bound=Hashable)


def heaviest(totals: Mapping[A, float]) -> A | None:
    """The first key, in the mapping's order, whose total is equal to the greatest; None where none is above 0."""
    top = max(totals.values(), default=0.0)
    return next(key for key, total in totals.items() if total >= top * (1 - TIE)) if top > 0 else None
