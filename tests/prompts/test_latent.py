"""The simulated table: its accuracies, its disagreement, and that a seed is a table."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.prompts.latent import drawn_effects, latent

GRID = [(a, b, c) for a in range(5) for b in range(3) for c in range(4)]


@pytest.mark.parametrize("disagreement", [0.1, 0.2, 0.25])
def test_equal_arms_disagree_as_often_as_asked(disagreement: float) -> None:
    table = latent(0, np.zeros(2), 200_000, disagreement).scores
    assert (table[0] != table[1]).mean() == pytest.approx(disagreement, abs=0.005)


@pytest.mark.parametrize("accuracy", [0.3, 0.5, 0.8])
def test_scores_have_their_true_means(accuracy: float) -> None:
    table = latent(1, np.array([0.05, 0.0, -0.05]), 200_000, accuracy=accuracy)
    np.testing.assert_allclose(table.scores.mean(axis=1), table.truth, atol=0.005)
    np.testing.assert_allclose(table.truth, accuracy + np.array([0.05, 0.0, -0.05]), atol=0.005)


@pytest.mark.parametrize("additive", [0.0, 0.5, 1.0])
def test_effects_have_their_spread_and_their_share_of_main_effects(additive: float) -> None:
    drawn = np.array([drawn_effects(seed, GRID, 0.02, additive) for seed in range(2000)])
    assert np.sqrt((drawn**2).mean()) == pytest.approx(0.02, rel=0.03)
    same_opener, nothing_shared = (drawn[:, 0] * drawn[:, i] for i in (GRID.index((0, 1, 1)), GRID.index((1, 1, 1))))
    assert same_opener.mean() / 0.02**2 == pytest.approx(additive / 3, abs=0.08)
    assert nothing_shared.mean() / 0.02**2 == pytest.approx(0, abs=0.08)


def test_a_seed_is_a_table_and_items_come_one_after_another() -> None:
    np.testing.assert_array_equal(latent(5, np.zeros(3), 50).scores, latent(5, np.zeros(3), 50).scores)
    assert (latent(5, np.zeros(3), 50).scores != latent(6, np.zeros(3), 50).scores).any()
