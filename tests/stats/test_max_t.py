"""Many arms against a baseline: all sign flips by hand, the error of the whole family, and power where there is a difference."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.max_t import max_t, sign_flips
from reasoning_toolkit.stats.paired import mcnemar_exact


def test_one_arm_is_the_mcnemar_test() -> None:
    baseline, arm = np.array([0.0] * 9 + [1.0] + [1.0] * 20), np.array([1.0] * 9 + [0.0] + [1.0] * 20)
    assert max_t([arm], baseline, flips=40_000)[0] == pytest.approx(mcnemar_exact(9, 1), abs=0.003)


def test_against_all_flips_of_a_small_case() -> None:
    rng = np.random.default_rng(0)
    arms, baseline = rng.random((3, 9)), rng.random(9)
    differences = arms - baseline
    scale = np.sqrt((differences**2).sum(axis=1))
    observed = np.abs(differences.sum(axis=1)) / scale
    flips = np.abs(np.array(list(product([1, -1], repeat=9))) @ differences.T) / scale
    order = np.argsort(-observed)
    step = [np.mean(flips[:, order[rank:]].max(axis=1) >= observed[arm] - 1e-9) for rank, arm in enumerate(order)]
    expected = np.empty(3)
    expected[order] = np.maximum.accumulate(step)
    np.testing.assert_allclose(max_t(arms, baseline, flips=40_000), expected, atol=0.01)


def test_any_of_twenty_equal_arms_is_called_different_in_5_percent_of_the_families() -> None:
    rng = np.random.default_rng(1)
    runs = 300
    called = sum(_family(rng, 0.0).min() < 0.05 for _ in range(runs))
    assert called / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_real_difference_is_found_among_nineteen_equal_arms() -> None:
    rng = np.random.default_rng(2)
    assert sum(_family(rng, 0.5)[0] < 0.05 for _ in range(30)) >= 28


def _family(rng: np.random.Generator, better: float) -> np.ndarray:
    common = rng.random(150)
    chances = np.where(common > 0.5, 0.85, 0.15)
    scores = rng.random((21, 150)) < chances
    scores[1] |= rng.random(150) < better
    return max_t(scores[1:], scores[0], flips=400)


def test_missing_items_count_for_no_arm_and_like_arms_get_one() -> None:
    baseline = np.array([1.0, 0, 1, 0, np.nan, 1])
    assert max_t([baseline, [np.nan] * 6], baseline).tolist() == [1, 1]


def test_flips_are_fair_signs() -> None:
    signs = np.concatenate(sign_flips(37, 3000, 0))
    assert signs.shape == (3000, 37) and set(np.unique(signs)) == {-1.0, 1.0}
    assert abs(signs.mean()) < 0.02


def test_a_baseline_on_other_items_is_refused() -> None:
    with pytest.raises(UsageError, match="the baseline on the 3 items"):
        max_t([[1, 0, 1]], [1, 0])
