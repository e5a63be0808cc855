"""The nested bootstrap: against the plain one, by its variance, by coverage."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import bootstrap_interval
from reasoning_toolkit.stats.nested import _resampled, nested_intervals


def test_one_seed_a_problem_is_the_plain_bootstrap() -> None:
    values = np.random.default_rng(0).random((60, 2))
    found = nested_intervals([row[np.newaxis] for row in values], resamples=20_000)
    for column, interval in enumerate(found):
        assert interval == pytest.approx(bootstrap_interval(values[:, column].tolist(), resamples=20_000), abs=0.004)


def test_the_spread_is_that_of_problems_and_of_seeds() -> None:
    # Means of problems .25, .5 and 1; seeds within: variance of a mean of s draws is spread² / s.
    scores = [np.array([[0.0], [0.5]]), np.array([[0.0], [0.5], [1.0]]), np.array([[1.0]])]
    between = np.var([0.25, 0.5, 1.0]) / 3
    within = np.mean([0.0625 / 2, np.var([0, 0.5, 1]) / 3, 0]) / 3
    assert _resampled(scores, 200_000, 0).var() == pytest.approx(between + within, rel=0.02)


def test_seeds_alike_are_no_further_evidence() -> None:
    values = np.random.default_rng(1).random((40, 1, 1))
    one = nested_intervals(list(values))[0]
    five = nested_intervals([np.repeat(rows, 5, axis=0) for rows in values])[0]
    assert five == pytest.approx(one, abs=0.01)


def test_the_interval_covers_as_often_as_promised() -> None:
    rng = np.random.default_rng(2)
    held, runs = 0, 300
    for _ in range(runs):
        skills = rng.beta(2, 2, size=50)  # mean ½
        seeds = rng.random((50, 3)) < skills[:, np.newaxis]
        (interval,) = nested_intervals([row[:, np.newaxis].astype(float) for row in seeds], resamples=500)
        held += interval.low <= 0.5 <= interval.high
    assert held / runs >= 0.92  # seeds drawn anew count twice a little, so it is rather too wide


@pytest.mark.parametrize("scores", [[], [np.empty((0, 1))], [np.array([[np.nan]])]])
def test_missing_scores_are_refused(scores: list[np.ndarray]) -> None:
    with pytest.raises(UsageError, match="finite scores"):
        nested_intervals(scores)
