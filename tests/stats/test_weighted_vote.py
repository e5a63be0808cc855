"""Weighted vote@k: equal weights are the majority, small cases by hand and by every subset, and what is refused."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_of import best_of_k_weights
from reasoning_toolkit.stats.majority import maj_at_k
from reasoning_toolkit.stats.weighted_vote import SCALINGS, weighted_vote_at_k

CLASSES = [0, 0, 0, 1, 1, 2, None, 1]
RIGHT = [c == 1 for c in CLASSES]
SCORES = [0.2, 0.1, 0.3, 0.9, 0.4, 0.8, 1.0, 0.6]


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_equal_scores_are_the_majority(scaling: str, k: int) -> None:
    found = weighted_vote_at_k(CLASSES, [0.7] * 8, RIGHT, k, scaling, subsets=4000)
    exact = maj_at_k(8, 3, [3, 1], k)
    assert abs(found.value - exact) <= 4 * found.standard_error + 1e-12
    assert found.standard_error <= 0.5 / 4000**0.5 + 1e-3


@pytest.mark.parametrize("k", [2, 3, 4])
def test_raw_sums_against_every_subset(k: int) -> None:
    wins = []
    for subset in combinations(range(8), k):
        sums = {c: sum(SCORES[i] for i in subset if CLASSES[i] == c) for c in {CLASSES[i] for i in subset} - {None}}
        tied = [c for c, total in sums.items() if math.isclose(total, max(sums.values()))]
        wins.append((1 in tied) / max(len(tied), 1))
    found = weighted_vote_at_k(CLASSES, SCORES, RIGHT, k, subsets=20_000, seed=3)
    assert abs(found.value - np.mean(wins)) < 4 * found.standard_error
    assert 0 < found.standard_error < 0.004


def test_the_best_scored_of_the_winning_class_stands_for_it() -> None:
    found = weighted_vote_at_k(CLASSES, SCORES, RIGHT, 8)
    # Whole: class 1 has 1.9, class 0 has 0.6, class 2 has 0.8; of class 1 sample 3 has the highest score.
    assert found.weights.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert (found.value, found.standard_error) == (1, 0)


def test_each_answer_its_own_class_is_best_of_k() -> None:
    found = weighted_vote_at_k(range(6), [3, 1, 4, 1.5, 9, 2], [False] * 6, 3, subsets=20_000)
    assert found.weights == pytest.approx(best_of_k_weights([3, 1, 4, 1.5, 9, 2], 3), abs=0.015)
    assert found.weights.sum() == pytest.approx(1)


def test_scalings_by_hand_on_all_samples() -> None:
    classes, scores, right = [0, 0, 1], [1.0, 2.0, 4.0], [True, True, False]
    # raw 3 : 4, min-max 0 + 1/3 : 1, rank 1 + 2 : 3 (a tie), softmax e^-3 + e^-2 : 1.
    values = {name: weighted_vote_at_k(classes, scores, right, 3, name).value for name in SCALINGS}
    assert values == {"raw": 0, "min-max": 0, "softmax": 0, "rank": 0.5}


def test_sums_in_another_order_still_tie() -> None:
    assert 0.1 + 0.2 != 0.3
    found = weighted_vote_at_k([0, 0, 1], [0.1, 0.2, 0.3], [True, True, False], 3)
    assert found.value == 0.5
    assert found.weights == pytest.approx([0, 0.5, 0.5])


def test_subsets_without_an_answer_elect_nobody() -> None:
    found = weighted_vote_at_k([None, None, 0], [1, 1, 0], [False, False, True], 1, subsets=5000)
    assert found.value == found.weights.sum() == pytest.approx(1 / 3, abs=0.03)
    nobody = weighted_vote_at_k([None, None], [1, 2], [False, False], 2)
    assert (nobody.value, nobody.weights.tolist()) == (0, [0, 0])


def test_the_same_seed_draws_the_same_subsets() -> None:
    first, again, other = (weighted_vote_at_k(CLASSES, SCORES, RIGHT, 3, seed=seed) for seed in (1, 1, 2))
    assert first.weights.tolist() == again.weights.tolist() != other.weights.tolist()


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"k": 9}, "k=9"),
        ({"scores": [0.1, *[None] * 7]}, "7 missing"),
        ({"scores": [math.inf, *SCORES[1:]]}, "finite"),
        ({"scores": [-0.1, *SCORES[1:]]}, "raw weights"),
        ({"classes": CLASSES[:7]}, "7 classes and 8 scores"),
        ({"right": RIGHT[:7]}, "8 labels"),
        ({"scaling": "minmax"}, "did you mean min-max"),
        ({"subsets": 1}, "subsets >= 2"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        weighted_vote_at_k(**{"classes": CLASSES, "scores": SCORES, "right": RIGHT, "k": 3} | changed)
