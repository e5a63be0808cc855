"""Arms and items: plain means where nothing is missing, least squares where something is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.stats.two_way import two_way


def test_without_holes_it_is_the_mean_and_the_interaction() -> None:
    scores = np.random.default_rng(0).random((5, 40))
    fit = two_way(scores)
    np.testing.assert_allclose(fit.means, scores.mean(axis=1))
    rest = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + scores.mean()
    assert fit.noise == pytest.approx((rest**2).sum() / (4 * 39))
    np.testing.assert_allclose(fit.variances, fit.noise / 40)
    contrast = fit.covariance[0, 0] + fit.covariance[1, 1] - 2 * fit.covariance[0, 1]
    assert contrast == pytest.approx(2 * fit.noise / 40)


def test_easier_items_make_no_better_arm() -> None:
    """Both arms answer alike; the second was not asked the two hard items."""
    fit = two_way([[1, 1, 0, 0], [1, 1, np.nan, np.nan]])
    np.testing.assert_allclose(fit.means, [0.5, 0.5])


@given(st.integers(0, 2**32 - 1))
def test_it_is_generalised_least_squares_over_what_is_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random((4, 12)) + rng.random(12)
    scores[rng.random(scores.shape) < 0.3] = np.nan
    scores[:, 0] = rng.random(4)  # one item in common
    rows, columns = np.nonzero(~np.isnan(scores))
    arms, items = np.eye(4)[rows], np.eye(12)[columns]
    fixed = np.hstack([arms, items])
    solution, _, rank, _ = np.linalg.lstsq(fixed, scores[rows, columns], rcond=None)
    residuals = scores[rows, columns] - fixed @ solution
    fit = two_way(scores)
    assert fit.noise == pytest.approx(residuals @ residuals / (len(rows) - rank))
    spread = max(0.0, scores[rows, columns].var() - fit.noise)
    inverse = np.linalg.inv(fit.noise * np.eye(len(rows)) + spread * items @ items.T)
    covariance = np.linalg.inv(arms.T @ inverse @ arms)
    np.testing.assert_allclose(fit.covariance, covariance, atol=1e-9)
    np.testing.assert_allclose(fit.means, covariance @ arms.T @ inverse @ scores[rows, columns], atol=1e-9)


def test_an_arm_without_a_score_has_none() -> None:
    fit = two_way([[1, 0, 1], [np.nan] * 3, [0, 0, 1]])
    assert np.isnan(fit.means[1]) and fit.variances[1] == fit.covariance[1, 1] == np.inf
    np.testing.assert_allclose(fit.means[[0, 2]], [2 / 3, 1 / 3])
    assert np.isnan(two_way(np.full((2, 3), np.nan)).means).all()
