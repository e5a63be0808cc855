"""Weighted vote among k of n samples, by drawing k-subsets at random: the winner depends on sums, so no closed form exists.

V(a) = Σ weight_i · 1[a_i = a], the class with the greatest V wins; classes that tie share equally. Weights come from the
scores by one of `SCALINGS`, within the subset: raw (Li et al. 2022, arXiv 2206.02336), min-max, softmax
(Taubenfeld et al. 2025, arXiv 2502.06233), rank. Samples without an answer take up draws and do not vote.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.stats.best_of import checked_labels, checked_scores
from reasoning_toolkit.stats.passes import checked_counts
from reasoning_toolkit.stats.ties import TIE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class WeightedVote:
    """Outcome of a weighted vote@k.

    Attributes:
        value: share of the subsets whose winner is right.
        standard_error: of `value`, from the drawing of subsets alone.
        weights: shape (n,): how often each sample stands for the winner, as the best scored of its class in the subset. They
            sum to 1 less the share of subsets without any answer.
    """

    value: float
    standard_error: float
    weights: Floats


def weighted_vote_at_k(
    classes: Sequence[int | None],
    scores: Sequence[float],
    right: Sequence[bool],
    k: int,
    scaling: str = "raw",
    subsets: int = 1000,
    seed: int = 0,
) -> WeightedVote:
    """Accuracy of the weighted vote among k samples; the same seed draws the same subsets.

    Args:
        classes: of the n samples of one problem, a number for each answer, None for no answer.
        scores: of each sample, finite; for "raw" not negative.
        right: whether each sample is right.
        k: samples drawn without replacement, 1 ≤ k ≤ n.
        scaling: a name in `SCALINGS`.
        subsets: subsets drawn, at least 2.
        seed: of the drawing.

    Raises:
        UsageError: lengths that differ, a missing score, k outside 1..n, subsets < 2, an unknown scaling.
    """
    values = checked_scores(scores)
    truth = checked_labels(right, values.size)
    checked_counts(values.size, 0, k)
    _check(classes, values, scaling, subsets)
    numbers = {name: i for i, name in enumerate(dict.fromkeys(c for c in classes if c is not None))}
    labels = np.array([len(numbers) if c is None else numbers[c] for c in classes])
    drawn = _subsets(values, k, subsets, seed)
    standing, credit = _winners(labels[drawn], SCALINGS[scaling](values[drawn]), drawn, len(numbers))
    won = (credit * truth[standing]).sum(axis=1)
    weights = np.bincount(standing.ravel(), credit.ravel(), minlength=values.size) / subsets
    return WeightedVote(float(won.mean()), float(won.std(ddof=1)) / math.sqrt(subsets), weights)


def _check(classes: Sequence[int | None], scores: Floats, scaling: str, subsets: int) -> None:
    if len(classes) != scores.size or not np.isfinite(scores).all():
        raise UsageError(
            f"expected one class and one finite score a sample, got {len(classes)} classes and {scores.size} scores",
            hint="pass None as the class of a sample without an answer",
        )
    if scaling not in SCALINGS:
        raise unknown("scaling", scaling, SCALINGS)
    if scaling == "raw" and (scores < 0).any():
        raise UsageError("expected scores >= 0 as raw weights, got a negative one", hint="use softmax, min-max or rank")
    if subsets < 2:
        raise UsageError(f"expected subsets >= 2, got {subsets}", hint="1000 is usual")


def _subsets(scores: Floats, k: int, subsets: int, seed: int) -> Whole:
    """Indices of the samples in each subset, best score last, equal scores in random order; shape (subsets, k)."""
    every = np.broadcast_to(np.arange(scores.size), (subsets, scores.size))
    drawn = np.random.default_rng(seed).permuted(every, axis=1)[:, :k]
    return np.take_along_axis(drawn, np.argsort(scores[drawn], axis=1, kind="stable"), axis=1)


def _winners(labels: Whole, weights: Floats, drawn: Whole, classes: int) -> tuple[Whole, Floats]:
    """For each subset and class: the sample that stands for the class, and the class's share of the win."""
    rows = np.arange(len(drawn))
    totals = np.full((len(drawn), classes + 1), -np.inf)  # the last column is that of no answer
    standing = np.zeros(totals.shape, dtype=np.int64)
    for place in range(drawn.shape[1]):
        label = labels[:, place]
        totals[rows, label] = np.maximum(totals[rows, label], 0) + weights[:, place]
        standing[rows, label] = drawn[:, place]  # the later, the better scored
    totals, standing = totals[:, :classes], standing[:, :classes]
    top = totals.max(axis=1, keepdims=True, initial=-np.inf)
    tied = (totals >= top - TIE * np.abs(top)) & (totals > -np.inf)
    return standing, tied / np.maximum(tied.sum(axis=1, keepdims=True), 1)


def _min_max(scores: Floats) -> Floats:
    low, high = scores.min(axis=1, keepdims=True), scores.max(axis=1, keepdims=True)
    return np.where(high > low, (scores - low) / np.where(high > low, high - low, 1), 1.0)


def _softmax(scores: Floats) -> Floats:
    weights: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights


def _rank(scores: Floats) -> Floats:
    """1 for the lowest of the subset, k for the highest; equal scores share the mean of their ranks."""
    from scipy.stats import rankdata  # heavy

    ranks: Floats = rankdata(scores, axis=1)
    return ranks


SCALINGS: Mapping[str, Callable[[Floats], Floats]] = {
    "raw": lambda scores: scores,
    "min-max": _min_max,
    "softmax": _softmax,
    "rank": _rank,
}
