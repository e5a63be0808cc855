"""maj@k: by hand, against the vote of every subset, its limits, and what is refused."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.majority import maj_at_k

RIGHT = "right"


def by_every_subset(samples: list[str | int | None], k: int) -> float:
    credit, subsets = 0.0, list(combinations(samples, k))
    for subset in subsets:
        votes = Counter(answer for answer in subset if answer is not None)
        if votes and votes[RIGHT] == max(votes.values()):
            credit += 1 / sum(count == votes[RIGHT] for count in votes.values())
    return credit / len(subsets)


def test_by_hand() -> None:
    # Pairs of (R, R, a): {R, R} is right, {R, a} twice is a tie of two: (1 + ½ + ½) / 3.
    assert maj_at_k(3, 2, [1], 2) == pytest.approx(2 / 3, abs=1e-12)
    # With a fourth sample that gave no answer: {R, R} and {R, -} twice are right, {R, a} twice is a tie, {a, -} is wrong.
    assert maj_at_k(4, 2, [1], 2) == pytest.approx(4 / 6, abs=1e-12)
    assert maj_at_k(3, 1, [1, 1], 3) == pytest.approx(1 / 3, abs=1e-12)


@given(st.lists(st.sampled_from([RIGHT, 1, 2, 3, None]), min_size=1, max_size=9), st.data())
def test_it_counts_the_votes_of_all_subsets(samples: list[str | int | None], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(samples)))
    sizes = Counter(answer for answer in samples if answer is not None)
    others = [size for answer, size in sizes.items() if answer != RIGHT]
    assert maj_at_k(len(samples), sizes[RIGHT], others, k) == pytest.approx(by_every_subset(samples, k), abs=1e-12)


@given(st.lists(st.integers(0, 12), max_size=6), st.integers(0, 20), st.integers(0, 6))
def test_one_draw_is_the_mean_and_all_draws_are_the_vote(others: list[int], c: int, silent: int) -> None:
    n = c + sum(others) + silent
    if n == 0:
        return
    assert maj_at_k(n, c, others, 1) == pytest.approx(c / n, abs=1e-12)
    top = max([c, *others])
    whole = 1 / (1 + others.count(c)) if c == top > 0 else 0
    assert maj_at_k(n, c, others, n) == pytest.approx(whole, abs=1e-12)


def test_large_counts_against_random_subsets() -> None:
    n, c, others, k = 600, 150, [140, 100, 60, 5, 5, *[1] * 90], 64
    labels = np.repeat(np.arange(len(others) + 2), [c, *others, n - c - sum(others)])
    rng, hits, runs = np.random.default_rng(0), [], 4000
    for _ in range(runs):
        votes = np.bincount(rng.permutation(labels)[:k], minlength=len(others) + 2)[:-1]
        hits.append((votes[0] == votes.max()) / (votes == votes.max()).sum())
    error = (np.mean(hits) - maj_at_k(n, c, others, k)) / (np.std(hits) / runs**0.5)
    assert abs(error) < 4


def test_thousands_of_samples_stay_within_floating_point() -> None:
    assert maj_at_k(4000, 3000, [1000], 600) == pytest.approx(1, abs=1e-9)
    assert maj_at_k(4000, 2000, [2000], 600) == pytest.approx(0.5, abs=1e-9)
    assert maj_at_k(4000, 0, [1], 10) == 0


@pytest.mark.parametrize(
    ("n", "c", "others", "k", "part"),
    [
        (3, 2, [1], 4, "k=4"),
        (3, 2, [2], 2, "fit into n=3"),
        (3, 1, [-1], 2, "fit into n=3"),
        (3, 1, [0.5], 2, "fit into n=3"),
        (3, 4, [], 2, "c=4"),
        (3, None, [], 2, "whole numbers for c"),
    ],
)
def test_counts_that_do_not_fit_are_refused(n: int, c: Any, others: list[Any], k: int, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        maj_at_k(n, c, others, k)
