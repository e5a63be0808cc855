"""maj@k, exact: the accuracy of a majority vote among k of n samples, as expectation over all k-subsets.

Self-consistency after Wang et al. 2022 (arXiv 2203.11171), without the noise of "the first k". Ties: where s
wrong classes have as many votes as the right one, the right one wins with chance 1/(s + 1). Samples without an answer
belong to no class: they take up draws and do not vote; a subset of nothing else is not right.

With c right samples and wrong classes of sizes c_1, c_2, …:
    maj@k = Σ_m C(c, m) Σ_s A_m(s, k - m) / (s + 1) / C(n, k),
where A_m(s, d) counts the draws of d other samples in which s wrong classes have exactly m votes and none has more.

Two steps keep it quick and within floating point, neither changes the value: a class smaller than m can neither win nor
tie, so all of these are one pool; and C(a, j) is replaced by the chance of j among a if each sample is drawn with
probability k/n, which multiplies numerator and denominator by the same power.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.passes import checked_counts

Floats = NDArray[np.float64]


def maj_at_k(n: int, c: int, others: Sequence[int], k: int) -> float:
    """Chance that the majority of k samples, drawn without replacement from n, is right.

    Args:
        n: samples of one problem, those without an answer included.
        c: size of the right class.
        others: sizes of the wrong classes, by mathematical equality; the rest of n gave no answer.
        k: samples drawn, 1 ≤ k ≤ n.

    Raises:
        UsageError: counts that are not whole, negative, or more than n together; k outside 1..n.
    """
    checked_counts(n, c, k)
    wrong = np.asarray(others if len(others) else [0])
    if wrong.dtype.kind not in "iu" or (wrong < 0).any() or c + wrong.sum() > n:
        raise UsageError(
            f"expected sizes of classes that fit into n={n} samples, got c={c} and others={list(others)}",
            hint="count each class once; samples without an answer are in n only",
        )
    chance = _draw_chances(n, k)
    won = 0.0
    for votes in range(1, min(c, k) + 1):
        rivals = wrong[wrong >= votes]
        pool = chance[n - c - rivals.sum(), : k - votes + 1]
        won += chance[c, votes] * _credit(votes, pool, [chance[size] for size in rivals])
    return float(won / chance[n, k])


def _draw_chances(n: int, k: int) -> Floats:
    """[a, j]: the chance to draw j of a samples if each is drawn with probability k/n; shape (n + 1, k + 1)."""
    from scipy.stats import binom  # heavy

    chances: Floats = binom.pmf(np.arange(k + 1), np.arange(n + 1)[:, np.newaxis], k / n)
    return chances


def _credit(votes: int, pool: Floats, rivals: Sequence[Floats]) -> float:
    """Σ_s A(s, d) / (s + 1) for d = pool.size - 1 further draws, no rival getting more than `votes` of them."""
    room = pool.size
    ways = np.zeros((min(len(rivals), (room - 1) // votes) + 1, room))  # [rivals tied, draws]
    ways[0] = pool
    for rival in rivals:
        fewer = np.stack([np.convolve(row, rival[:votes])[:room] for row in ways])
        if votes < room:
            fewer[1:, votes:] += rival[votes] * ways[:-1, :-votes]
        ways = fewer
    return float((ways[:, -1] / np.arange(1, len(ways) + 1)).sum())
