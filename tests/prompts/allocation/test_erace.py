"""The race by proof: how often it drops the best, and that it ends when one arm is far ahead."""

from __future__ import annotations

import numpy as np

from reasoning_toolkit.prompts.allocation.erace import erace
from reasoning_toolkit.prompts.allocation.estimate import replay
from reasoning_toolkit.prompts.latent import latent


def test_the_best_of_equal_arms_is_dropped_less_often_than_promised() -> None:
    runs, delta = 200, 0.2
    kept = sum(
        0 in replay(erace(6, 200, delta, step=10), latent(run, np.zeros(6), 200).scores).finalists
        for run in range(runs)
    )
    assert kept / runs >= 1 - delta


def test_one_arm_far_ahead_ends_it() -> None:
    table = latent(0, np.array([0.4, 0.0, 0.0, -0.1]), 800).scores
    selection = replay(erace(4, 800), table)
    assert selection.finalists == (0,) and selection.stopped == "one arm is left"
    assert selection.evaluations < 4 * 300


def test_arms_within_noise_all_stay() -> None:
    selection = replay(erace(5, 64, step=16), latent(1, np.zeros(5), 64).scores)
    assert len(selection.finalists) == 5 and selection.evaluations == 5 * 64
