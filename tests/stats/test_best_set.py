"""The set not told from the best: how often the truly best is in it, and that bad arms are not."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.latent import latent
from reasoning_toolkit.stats.best_set import best_p_values, best_set


@pytest.mark.parametrize("effects", [np.zeros(12), np.linspace(0, -0.1, 12)])
def test_the_truly_best_is_in_the_set_as_often_as_promised(effects: np.ndarray) -> None:
    runs, alpha = 300, 0.1
    held = sum(best_set(latent(run, effects, 150).scores, alpha, flips=300)[0] for run in range(runs))
    assert held / runs >= 1 - alpha - 3 * np.sqrt(alpha * (1 - alpha) / runs)


def test_arms_far_behind_are_not_in_it_and_twins_are() -> None:
    table = latent(0, np.array([0.1, 0.1, -0.2, -0.2]), 400).scores
    assert best_set(table).tolist() == [True, True, False, False]
    twins = np.array([table[0], table[0], table[0]])
    assert best_set(twins).all()


def test_it_is_never_empty_and_holds_the_highest_score() -> None:
    for run in range(20):
        table = latent(run, np.linspace(-0.3, 0.3, 5), 60).scores
        found = best_p_values(table)
        assert found[table.mean(axis=1).argmax()] == 1


def test_two_arms_are_a_one_sided_sign_test() -> None:
    ahead, behind = np.array([1.0] * 9 + [0.0]), np.array([0.0] * 9 + [1.0])
    assert best_p_values([ahead, behind], flips=40_000)[1] == pytest.approx(11 / 1024, abs=0.002)


def test_arms_without_shared_items_and_an_impossible_alpha_are_refused() -> None:
    with pytest.raises(UsageError, match="all 2 arms were scored, got 0"):
        best_set([[1, np.nan], [np.nan, 1]])
    with pytest.raises(UsageError, match="alpha"):
        best_set([[1, 0], [0, 1]], alpha=1)
