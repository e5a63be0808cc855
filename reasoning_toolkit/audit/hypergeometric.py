"""The law of draws without replacement, for whole ranges of draws at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.stats.passes import checked_counts

Floats = NDArray[np.float64]


@lru_cache(maxsize=4096)
def accepted_among(n: int, c: int, k: int) -> Floats:
    """P(J = j) for j = 0…min(k, c): how many of the c accepted ones a random k-subset of n holds; read-only.

    Raises:
        UsageError: counts out of range.
    """
    checked_counts(n, c, k)
    chances = marked_among(n, c, k, np.arange(min(k, c) + 1))
    chances /= chances.sum()
    chances.setflags(write=False)
    return chances


@lru_cache(maxsize=4096)
def accepted_in_two(n: int, c: int, k: int) -> Floats:
    """P(U = u) for u = 0…c: how many of the c accepted ones two independent random k-subsets of n hold together; read-only."""
    common = np.arange(max(0, 2 * k - n), k + 1)
    law = marked_among(n, c, (2 * k - common)[:, np.newaxis], np.arange(c + 1))
    chances: Floats = marked_among(n, k, k, common) @ law
    chances /= chances.sum()
    chances.setflags(write=False)
    return chances


def marked_among(n: ArrayLike, marked: ArrayLike, k: ArrayLike, j: ArrayLike) -> Floats:
    """P(a random k-subset of n holds j of the marked), in the broadcast shape; 0 for what cannot be."""
    n, marked, k, j = (np.asarray(values) for values in (n, marked, k, j))
    law: Floats = np.exp(log_choose(marked, j) + log_choose(n - marked, k - j) - log_choose(n, k))
    return law


def log_choose(a: NDArray[Any], b: NDArray[Any]) -> Floats:
    """ln C(a, b) in the broadcast shape; -∞ unless 0 ≤ b ≤ a."""
    from scipy.special import gammaln  # heavy

    inside = (b >= 0) & (b <= a)
    a, b = np.where(inside, a, 0), np.where(inside, b, 0)
    return np.where(inside, gammaln(a + 1) - gammaln(b + 1) - gammaln(a - b + 1), -np.inf)
