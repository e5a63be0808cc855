"""Compare two systems on the same problems by scores that are not just right and wrong, such as expected accuracies.

- Interval: bootstrap over problems, and over the seeds within each (`nested`).
- Test: random sign flips of the problems' differences (Fisher's randomisation test for pairs), two-sided; if the systems are
  alike, each problem's difference might as well have the other sign. p = (1 + flips at least as far from 0) / (1 + flips).

For one seed of right and wrong answers the test becomes exact McNemar, and `compare_paired` does it exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.nested import nested_intervals
from reasoning_toolkit.stats.paired import PairedComparison, check_pairs, compare_paired

_CHUNK = 1_000_000  # signs drawn at once

Floats = NDArray[np.float64]


def compare_scores(
    name_a: str,
    scores_a: Sequence[Sequence[float]],
    name_b: str,
    scores_b: Sequence[Sequence[float]],
    resamples: int = 10_000,
    seed: int = 0,
) -> PairedComparison:
    """Compare two systems' scores, problem by problem in the same order; the same seed gives the same outcome.

    Args:
        scores_a: of each problem its scores, one for each seed, 0 to 1. Problems with equally many seeds of both systems
            are paired seed by seed, others by their means.
        resamples: of the interval, and flips of the test.

    Raises:
        UsageError: no problems, lengths that differ, a problem without seeds, a score that is not finite.
    """
    check_pairs(scores_a, scores_b)
    a, b = ([np.asarray(seeds, dtype=np.float64) for seeds in scores] for scores in (scores_a, scores_b))
    if any(seeds.size == 0 or not np.isfinite(seeds).all() for seeds in (*a, *b)):
        raise UsageError("expected a finite score of at least one seed a problem", hint="drop problems without scores")
    if all(seeds.size == 1 and seeds[0] in (0, 1) for seeds in (*a, *b)):
        return compare_paired(name_a, [bool(s[0]) for s in a], name_b, [bool(s[0]) for s in b])
    pairs = list(zip(a, b, strict=True))
    differences = [(y - x if x.size == y.size else np.array([y.mean() - x.mean()]))[:, np.newaxis] for x, y in pairs]
    means = np.array([rows.mean() for rows in differences])
    (interval,) = nested_intervals(differences, resamples=resamples, seed=seed)
    return PairedComparison(
        a=name_a,
        b=name_b,
        n=len(a),
        score_a=float(np.mean([seeds.mean() for seeds in a])),
        score_b=float(np.mean([seeds.mean() for seeds in b])),
        difference=float(means.mean()),
        interval=interval,
        p_value=sign_flip(means, resamples, seed),
    )


def sign_flip(differences: Floats, flips: int = 10_000, seed: int = 0) -> float:
    """Two-sided p-value that the mean of the differences, shape (problems,), is 0; 1 where all of them are 0."""
    rng = np.random.default_rng(seed)
    observed = abs(differences.sum()) - 1e-12 * np.abs(differences).sum()  # sums of the same numbers differ by rounding
    step = max(1, _CHUNK // differences.size)
    far = 0
    for done in range(0, flips, step):
        signs = rng.integers(0, 2, size=(min(step, flips - done), differences.size)) * 2.0 - 1
        far += int((np.abs(signs @ differences) >= observed).sum())
    return (1 + far) / (1 + flips)
