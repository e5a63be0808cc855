"""Optimism of the best of sixty: the published table of biases and errors, by simulation."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.latent import latent
from reasoning_toolkit.stats.shrinkage import shrink
from reasoning_toolkit.stats.winners_curse import bbc, split_half

RUNS = 100
PUBLISHED = {  # bias and root mean square error at n = 100, points
    "naive": (5.6, 7.1),
    "bbc": (-0.9, 4.8),
    "shrunk": (0.1, 4.3),
    "split half": (0.4, 6.9),
    "confirm": (0.1, 2.8),
}


@pytest.fixture(scope="module")
def errors() -> dict[str, np.ndarray]:
    found = defaultdict(list)
    for run in range(RUNS):
        effects = np.random.default_rng((run, 9)).normal(scale=0.02, size=60)
        table = latent(run, effects, 400)
        scores = table.scores[:, :100]
        pick = scores.mean(axis=1).argmax()
        first = scores[:, :50].mean(axis=1).argmax()
        found["naive"].append(scores[pick].mean() - table.truth[pick])
        found["bbc"].append(bbc(scores, resamples=100) - table.truth[pick])
        found["shrunk"].append(shrink(scores).scores[pick] - table.truth[pick])
        found["split half"].append(scores[first, 50:].mean() - table.truth[first])
        found["confirm"].append(table.scores[pick, 100:].mean() - table.truth[pick])
    return {name: 100 * np.array(values) for name, values in found.items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_bias_and_error_are_those_published(name: str, errors: dict[str, np.ndarray]) -> None:
    bias, rmse = PUBLISHED[name]
    found = errors[name]
    noise = found.std() / np.sqrt(RUNS)
    assert abs(found.mean() - bias) < 3.5 * noise * np.sqrt(1.5)  # theirs are simulated too, over twice as many runs
    assert np.sqrt((found**2).mean()) == pytest.approx(rmse, rel=0.25)


def test_shrunk_scores_of_picks_are_unbiased_over_200_seeds() -> None:
    off = []
    for run in range(200):
        table = latent(run, np.random.default_rng((run, 8)).normal(scale=0.02, size=60), 250)
        pick = table.scores.mean(axis=1).argmax()
        off.append(100 * (shrink(table.scores).scores[pick] - table.truth[pick]))
    assert abs(np.mean(off)) < 1


def test_arms_that_are_alike_have_the_score_they_have() -> None:
    scores = np.tile((np.arange(40) % 4 > 0).astype(float), (5, 1))
    assert bbc(scores) == pytest.approx(0.75, abs=0.01)
    assert split_half(scores) == pytest.approx(0.75)  # both halves of every split


def test_split_half_uses_both_directions_of_all_items() -> None:
    """Arm 0 is right on the first item alone: chosen by the half that holds it, and then wrong."""
    scores = np.zeros((2, 10))
    scores[0, 0] = 1
    assert split_half(scores, splits=50) < 0.2


def test_the_same_seed_gives_the_same_figure_and_too_few_items_are_refused() -> None:
    scores = latent(0, np.zeros(4), 30).scores
    assert bbc(scores, seed=3) == bbc(scores, seed=3) != bbc(scores, seed=4)
    with pytest.raises(UsageError, match="at least 2 items"):
        bbc([[1], [0]])
    with pytest.raises(UsageError, match="splits >= 1"):
        split_half(scores, splits=0)
