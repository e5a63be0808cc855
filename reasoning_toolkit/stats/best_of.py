"""Best of k by a scorer, exact: the expectation over all k-subsets of n samples, not one draw of them.

Of k samples the one with the highest score is taken; equal scores share equally. With b samples strictly above a tie
group of size g, the group holds the best of a random k-subset with chance [C(n - b, k) - C(n - b - g, k)] / C(n, k), and
each member has the g-th part. Without ties this is C(n - rank, k - 1) / C(n, k), the order statistic used for best-of-n
by Nakano et al. 2021 (arXiv 2112.09332).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.passes import checked_counts, share_without


def best_of_k_weights(scores: Sequence[float], k: int) -> NDArray[np.float64]:
    """The chance that each sample is the best of a random k-subset; they sum to 1.

    A known chance of being selected makes the accuracy linear in the truth: Σ weight · right.

    Args:
        scores: of the n samples of one problem, higher is better; infinities are ordered as usual.
        k: samples drawn without replacement, 1 ≤ k ≤ n.

    Raises:
        UsageError: k outside 1..n, or a score that is missing (NaN).
    """
    values = checked_scores(scores)
    n = values.size
    checked_counts(n, 0, k)
    _, group, sizes = np.unique(-values, return_inverse=True, return_counts=True)  # the best group first
    above = np.cumsum(sizes) - sizes
    whole, drawn = np.full(sizes.shape, n), np.full(sizes.shape, k)
    chance = share_without(whole, above, drawn) - share_without(whole, above + sizes, drawn)
    weights: NDArray[np.float64] = (chance / sizes)[group]
    return weights


def best_of_k(scores: Sequence[float], right: Sequence[bool], k: int) -> float:
    """Expected accuracy of the best of k: the chance that the sample with the highest score is right.

    Raises:
        UsageError: as `best_of_k_weights`, or not one label a score.
    """
    weights = best_of_k_weights(scores, k)
    return float(weights @ checked_labels(right, weights.size))


def checked_scores(scores: Sequence[float]) -> NDArray[np.float64]:
    """The scores as an array of one dimension.

    Raises:
        UsageError: a score that is missing (None or NaN).
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or np.isnan(values).any():
        missing = int(np.isnan(values).sum())
        raise UsageError(
            f"expected one score a sample, got shape {values.shape} with {missing} missing",
            hint="score every sample, or drop samples without a score beforehand and say so",
        )
    return values


def checked_labels(right: Sequence[bool], n: int) -> NDArray[Any]:
    """Right (true) or wrong (false) of n samples.

    Raises:
        UsageError: another number of labels, or values other than true and false.
    """
    labels = np.asarray(right)
    if labels.shape != (n,) or not np.isin(labels, (0, 1)).all():
        raise UsageError(
            f"expected {n} labels, true or false, got {labels.size} of type {labels.dtype}",
            hint="grade every sample: a missing verdict is not a wrong one",
        )
    return labels.astype(bool)
