"""Many arms against one baseline: p-values adjusted for one another, by sign flips that all arms share.

If an arm is like the baseline, each item's difference might as well have the other sign; flipping an item flips it for all
arms, which keeps their correlation. Step-down maxT of Westfall and Young (1993, "Resampling-Based Multiple Testing"), two-sided:
an arm's statistic is |Σ d| / √Σ d², whose denominator no flip changes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.score_matrix import score_matrix

_CHUNK = 1_000_000  # signs drawn at once

Floats = NDArray[np.float64]


def max_t(scores: ArrayLike, baseline: ArrayLike, flips: int = 10_000, seed: int = 0) -> Floats:
    """Adjusted p-value of each arm against the baseline, shape (arms,); at least 1 / (1 + flips).

    Args:
        scores: shape (arms, items) or (arms, items, samples); an item that an arm or the baseline lacks does not count for it.
        baseline: shape (items,) or (items, samples).
        flips: random sign flips.
        seed: the same seed gives the same p-values.

    Raises:
        UsageError: shapes that do not fit, or flips < 1.
    """
    arms, reference = score_matrix(scores, 1), score_matrix(np.asarray(baseline)[np.newaxis], 1)
    if arms.shape[1] != reference.shape[1] or flips < 1:
        raise UsageError(
            f"expected the baseline on the {arms.shape[1]} items of the arms and flips >= 1, "
            f"got {reference.shape[1]} items and {flips} flips",
            hint="join the arms and the baseline by item id; 10000 flips are usual",
        )
    differences = np.nan_to_num(arms - reference)
    scale = np.sqrt((differences**2).sum(axis=1))
    differences = differences / np.where(scale > 0, scale, 1.0)[:, np.newaxis]
    observed = np.abs(differences.sum(axis=1))
    order = np.argsort(-observed, kind="stable")
    exceeded = np.zeros(len(arms))
    for signs in sign_flips(differences.shape[1], flips, seed):
        flipped = np.abs(signs @ differences.T)[:, order]
        highest = np.maximum.accumulate(flipped[:, ::-1], axis=1)[:, ::-1]  # of this arm and all weaker ones
        exceeded += (highest >= observed[order] - 1e-9).sum(axis=0)
    adjusted = np.empty(len(arms))
    adjusted[order] = np.maximum.accumulate((1 + exceeded) / (1 + flips))
    return adjusted


def sign_flips(items: int, flips: int, seed: int) -> list[Floats]:
    """Random signs in blocks, each of shape (some flips, items)."""
    rng = np.random.default_rng(seed)
    rows = max(1, _CHUNK // items)
    return [_signs(rng, min(rows, flips - done), items) for done in range(0, flips, rows)]


def _signs(rng: np.random.Generator, rows: int, items: int) -> Floats:
    bits = np.unpackbits(np.frombuffer(rng.bytes(rows * -(-items // 8)), dtype=np.uint8).reshape(rows, -1), axis=1)
    return bits[:, :items].astype(np.float64) * 2 - 1
