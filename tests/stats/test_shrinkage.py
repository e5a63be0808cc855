"""Empirical Bayes: the formula, its limits, and the optimism that it takes away."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.prompts.latent import latent
from reasoning_toolkit.stats.shrinkage import shrink


def test_the_formula_without_holes() -> None:
    scores = latent(0, np.linspace(-0.2, 0.2, 20), 80).scores
    found, means = shrink(scores), scores.mean(axis=1)
    noise = found.fit.noise / 80
    between = max(0.0, means.var(ddof=1) - noise)
    assert found.between == pytest.approx(between) and between > 0
    np.testing.assert_allclose(found.scores, means.mean() + between / (between + noise) * (means - means.mean()))
    wide = latent(0, np.linspace(-0.2, 0.2, 20), 80).scores
    assert (shrink(wide[:, :20]).standard_errors > shrink(wide).standard_errors).all()


def test_arms_that_differ_less_than_chance_are_all_the_mean() -> None:
    scores = np.tile([[1.0, 0.0], [0.0, 1.0]], (3, 10))
    found = shrink(scores)
    assert found.between == 0
    np.testing.assert_allclose(found.scores, 0.5)


def test_the_fewer_items_an_arm_has_the_more_it_is_shrunk() -> None:
    scores = latent(1, np.array([0.3, 0.3, -0.3, -0.3, 0.0]), 200).scores
    scores[1, 10:] = np.nan
    scores[4] = np.nan
    found = shrink(scores)
    pull = np.abs(found.fit.means - found.scores)
    assert pull[1] > 3 * pull[0]
    assert np.isfinite(found.scores[4]) and found.scores[4] == pytest.approx(found.scores[:4].mean(), abs=0.05)


def test_the_moments_and_the_posterior_with_holes_by_the_textbook() -> None:
    scores = latent(2, np.linspace(-0.2, 0.2, 8), 60).scores
    scores[5:, 20:] = np.nan
    found = shrink(scores)
    m, v = found.fit.means, found.fit.covariance
    contrasts = np.eye(8)[1:] - np.eye(8)[0]  # whatever contrasts: the common mean cancels out
    d, w = contrasts @ m, np.linalg.inv(contrasts @ v @ contrasts.T)
    trace = np.trace(w @ contrasts @ contrasts.T)
    assert found.between == pytest.approx((d @ w @ d - 7) / trace)
    prior = found.between * contrasts @ contrasts.T
    shrunk = prior @ np.linalg.inv(prior + contrasts @ v @ contrasts.T) @ d
    np.testing.assert_allclose(contrasts @ found.scores, shrunk)


def test_scores_without_noise_stay_as_they_are() -> None:
    found = shrink([[1.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(found.scores, [1, 0], atol=1e-12)
