"""Main effects of a grid against the analysis of variance by hand, and what the posterior makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.latent import drawn_effects, latent
from reasoning_toolkit.stats.grid_posterior import grid_posterior
from reasoning_toolkit.stats.main_effects import main_effects
from reasoning_toolkit.stats.shrinkage import shrink

GRID = [(a, b, c) for a in range(5) for b in range(3) for c in range(4)]


def test_effects_of_a_balanced_grid_are_differences_of_means() -> None:
    scores = latent(0, drawn_effects(0, GRID, 0.1, 1.0), 300).scores
    found, means = main_effects(scores, GRID), scores.mean(axis=1)
    levels = np.array(GRID)
    for factor, effects in enumerate(found.effects):
        for level, effect in enumerate(effects):
            assert effect == pytest.approx(means[levels[:, factor] == level].mean() - means.mean())
    assert found.fitted[17] == pytest.approx(
        means.mean() + sum(e[i] for e, i in zip(found.effects, GRID[17], strict=True))
    )


def test_margins_hold_the_truth_as_often_as_they_say() -> None:
    rng, levels = np.random.default_rng(7), np.array(GRID)
    truth = [np.array([-0.2, -0.1, 0.0, 0.1, 0.2]), np.array([-0.1, 0.0, 0.1]), np.array([0.0, -0.3, 0.1, 0.2])]
    true = sum(effect[levels[:, i]] for i, effect in enumerate(truth))
    held = []
    for _ in range(100):
        scores = true[:, None] + rng.normal(size=40) + 0.3 * rng.normal(size=(60, 40))
        scores[rng.random((60, 40)) < 0.3] = np.nan
        found = main_effects(scores, GRID)
        for effects, margins, known in zip(found.effects, found.margins, truth, strict=True):
            held += (abs(effects - known) <= margins).tolist()
    assert 0.93 < np.mean(held) < 0.97


def test_margins_of_a_balanced_grid_are_those_of_a_mean() -> None:
    scores = latent(1, drawn_effects(1, GRID, 0.05, 0.5), 100).scores
    found, means = main_effects(scores, GRID), scores.mean(axis=1)
    rest = ((means - found.fitted) ** 2).sum() / 50
    by_hand = stats.t.ppf(0.975, 50) * np.sqrt(rest * (1 / 12 - 1 / 60))
    assert found.margins[0] == pytest.approx([by_hand] * 5)


def test_f_ratio_is_that_of_the_analysis_of_variance() -> None:
    scores = latent(1, drawn_effects(1, GRID, 0.05, 0.5), 100).scores
    found, means = main_effects(scores, GRID), scores.mean(axis=1)
    additive, rest = ((found.fitted - means.mean()) ** 2).sum() / 9, ((means - found.fitted) ** 2).sum() / 50
    assert found.f_ratio == pytest.approx(additive / rest)
    assert found.p_value == pytest.approx(stats.f.sf(additive / rest, 9, 50))


def test_additive_share_tells_the_forms_apart() -> None:
    additive = main_effects(latent(2, drawn_effects(2, GRID, 0.1, 1.0), 600).scores, GRID)
    own = main_effects(latent(2, drawn_effects(2, GRID, 0.1, 0.0), 600).scores, GRID)
    assert additive.additive_share > 0.9 and additive.p_value < 1e-6
    assert own.additive_share < 0.3


def test_an_unscored_arm_gets_the_fitted_score() -> None:
    scores = latent(3, drawn_effects(3, GRID, 0.1, 1.0), 400).scores
    truth = scores[23].mean()
    scores[23] = np.nan
    found = main_effects(scores, GRID)
    assert found.fitted[23] == pytest.approx(truth, abs=0.05)
    assert grid_posterior(scores, GRID)[23] == pytest.approx(truth, abs=0.05)


@pytest.mark.parametrize(("additive", "most"), [(1.0, 0.6), (0.0, 1.05)])
def test_the_posterior_halves_the_error_where_main_effects_hold_and_costs_nothing_where_not(
    additive: float, most: float
) -> None:
    squares = np.zeros(2)
    for seed in range(40):
        table = latent(seed, drawn_effects(seed, GRID, 0.03, additive), 100)
        for i, estimate in enumerate((grid_posterior(table.scores, GRID), shrink(table.scores).scores)):
            error = estimate - table.truth
            squares[i] += ((error - error.mean()) ** 2).sum()
    assert squares[0] < most * squares[1]


def test_a_grid_that_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(UsageError, match="more scored arms"):
        main_effects(np.eye(3), [(0,), (1,), (2,)])
    with pytest.raises(UsageError, match="a level of every factor"):
        main_effects(np.eye(3), [(0,), (1,)])
