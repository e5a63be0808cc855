"""The model: exact where all is read, about right where its assumptions hold, and always labelled as a model."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit import audit, stats
from reasoning_toolkit.audit.posterior import model_pass_at_k
from reasoning_toolkit.errors import UsageError

N = 64


def population(problems: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    c = rng.binomial(N, rng.beta(0.4, 0.9, problems))
    rate = np.log((c + 0.5) / (N - c + 0.5))
    false = rng.random(problems) < 1 / (1 + np.exp(2 + rate))
    return c, np.where(false, 0, rng.binomial(c, rng.beta(5, 1.5, problems)))


def first_sound(c: np.ndarray, t: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    flawed = [
        int(rng.permuted(np.arange(accepted) < sound).argmax()) if sound else accepted
        for accepted, sound in zip(c.tolist(), t.tolist(), strict=True)
    ]
    return (t > 0).astype(int), np.array(flawed)


def test_all_read_is_exact() -> None:
    c, t = np.array([0, 3, 10, 40]), np.array([0, 0, 7, 40])
    found = model_pass_at_k(N, c, 4, t, c - t)
    assert found.figure == pytest.approx(float(np.mean(stats.pass_at_k(N, t, 4))), abs=1e-12)
    assert found.solved.tolist() == [0, 0, 1, 1]


def test_it_covers_where_it_holds() -> None:
    rng = np.random.default_rng(8)
    truth = float(np.mean(stats.pass_at_k(N, population(200_000, rng)[1], 16)))
    covered, errors = [], []
    for seed in range(60):
        c, t = population(80, rng)
        found = model_pass_at_k(N, c, 16, *first_sound(c, t, rng), draws=500, seed=seed)
        covered.append(found.interval.low <= truth <= found.interval.high)
        errors.append(found.figure - np.mean(stats.pass_at_k(N, t, 16)))
    assert np.mean(covered) >= 0.87
    assert abs(np.mean(errors)) < 0.01


def test_it_says_that_it_is_a_model_and_stays_in_the_closing_band() -> None:
    c, x, y = [2, 5, 30], [0, 1, 0], [1, 1, 0]
    found = model_pass_at_k(N, c, 8, x, y)
    band = audit.closing_band(N, c, 8, x, y)
    assert band.low < found.figure < band.high
    assert (found.figure.design, found.figure.unbiased_for) == ("model", None)
    assert model_pass_at_k(N, c, 8, x, y).interval == found.interval


def test_rarely_solved_problems_are_believed_less() -> None:
    rng = np.random.default_rng(1)
    c, t = population(80, rng)
    found = model_pass_at_k(N, np.append(c, [1, 60]), 1, *(np.append(v, [0, 0]) for v in first_sound(c, t, rng)))
    assert found.solved[-2] < found.solved[-1] - 0.2


def test_no_reading_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one reading"):
        model_pass_at_k(N, [3], 1, [0], [0])
    with pytest.raises(UsageError, match="at most c"):
        model_pass_at_k(N, [3], 1, [2], [2])
