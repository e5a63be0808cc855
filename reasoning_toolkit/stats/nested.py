"""Bootstrap of a mean over problems of a mean over seeds: problems are resampled, then the seeds of each drawn problem.

Seeds of one problem are alike, so they must not count as problems of their own; but with few seeds each, the seeds that
happened to be drawn are a source of chance beside the problems. Field and Welsh (2007, "Bootstrapping clustered data")
call it the randomised two-stage bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, bca_interval

_CHUNK = 1_000_000  # weights drawn at once

Floats = NDArray[np.float64]


def nested_intervals(
    scores: Sequence[Floats], confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> list[Interval]:
    """BCa interval of the mean over problems of the mean over seeds, one for each column.

    The same seed gives the same intervals; problems without any spread between them and within give one of no width.

    Args:
        scores: of each problem, shape (its seeds, columns).
        confidence: between 0 and 1.
        resamples: of the problems and their seeds together.

    Raises:
        UsageError: no problems, a problem without seeds, a score that is not finite, a confidence outside (0, 1).
    """
    if not scores or any(rows.size == 0 or not np.isfinite(rows).all() for rows in scores) or resamples < 1:
        raise UsageError(
            f"expected finite scores of at least one seed a problem and resamples, got {len(scores)} problems and {resamples}",
            hint="drop problems without scores beforehand",
        )
    means = np.stack([rows.mean(axis=0) for rows in scores])
    drawn = _resampled(scores, resamples, seed)
    observed = means.mean(axis=0)
    return [
        bca_interval(float(observed[i]), drawn[:, i], means[:, i] - observed[i], confidence)
        for i in range(means.shape[1])
    ]


def _resampled(scores: Sequence[Floats], resamples: int, seed: int) -> Floats:
    """Means of the resamples, shape (resamples, columns). Problems with equally many seeds are drawn for together."""
    rng = np.random.default_rng(seed)
    seeds = np.array([len(rows) for rows in scores])
    step = max(1, _CHUNK // int(seeds.sum()))
    parts = []
    for done in range(0, resamples, step):
        size = min(step, resamples - done)
        times = rng.multinomial(len(scores), np.full(len(scores), 1 / len(scores)), size=size)
        total = np.zeros((size, scores[0].shape[1]))
        for count in np.unique(seeds):
            chosen = np.flatnonzero(seeds == count)
            rows = np.stack([scores[i] for i in chosen])  # (problems, seeds, columns)
            # A problem drawn c times draws its seeds anew each time: c · seeds draws among its seeds.
            weights = rng.multinomial(times[:, chosen] * count, np.full(count, 1 / count)) / count
            total += weights.reshape(size, -1) @ rows.reshape(-1, rows.shape[2])
        parts.append(total / len(scores))
    return np.concatenate(parts)
