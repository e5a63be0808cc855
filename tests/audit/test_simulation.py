"""The estimators on made-up benchmarks: unbiased (|z| < 4), intervals that cover, and naive figures that the same test rejects."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from reasoning_toolkit import audit, stats
from reasoning_toolkit.audit.totals import contributions

N = 64
KS = (1, 4, 16, 64)
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def benchmark(problems: int, rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Accepted and sound counts: many problems unsolved, the rarely solved ones mostly wholly false."""
    chance = rng.beta(0.35, 0.9, problems) * (rng.random(problems) < 0.6)
    c = rng.binomial(N, chance)
    false = rng.random(problems) < np.where(c <= 4, 0.75, 0.1)
    sound_share = np.where(false, 0.0, rng.beta(6, 1.5, problems))
    return c, rng.binomial(c, sound_share)


def first_sound(c: Whole, t: Whole, replicates: int, rng: np.random.Generator) -> Whole:
    """Position of the first sound one in random orders, c + 1 where there is none; shape (replicates, problems)."""
    positions = np.empty((replicates, c.size), dtype=np.int64)
    for i, (accepted, sound) in enumerate(zip(c, t, strict=True)):
        order = rng.permuted(np.tile(np.arange(accepted) < sound, (replicates, 1)), axis=1)
        padded = np.hstack([order, np.ones((replicates, 1), dtype=bool)])
        positions[:, i] = padded.argmax(axis=1) + 1
    return positions


@cache
def figures_by_position(c: int, k: int) -> Floats:
    read = [["flawed"] * (d - 1) + ["sound"] for d in range(1, c + 1)] + [["flawed"] * c]
    return np.array([0.0] + [audit.audited_pass_at_k(N, c, k, verdicts) for verdicts in read])


def looked_up(table: Callable[[int, int], Floats], c: Whole, positions: Whole, k: int) -> Floats:
    return np.stack([table(int(accepted), k)[positions[:, i]] for i, accepted in enumerate(c)], axis=1)


def z_score(figures: Floats, truth: float) -> float:
    spread = figures.std(ddof=1) / np.sqrt(figures.size)
    return 0.0 if np.abs(figures - truth).max() < 1e-9 else float((figures.mean() - truth) / spread)


@pytest.fixture(scope="module")
def fixed() -> tuple[Whole, Whole, Whole]:
    rng = np.random.default_rng(7)
    c, t = benchmark(90, rng)
    return c, t, first_sound(c, t, 4000, rng)


@pytest.mark.parametrize("k", KS)
def test_stopping_at_the_first_sound_one(fixed: tuple[Whole, Whole, Whole], k: int) -> None:
    c, t, positions = fixed
    truth = float(np.mean(stats.pass_at_k(N, t, k)))
    figures = looked_up(figures_by_position, c, positions, k)
    assert abs(z_score(figures.mean(axis=1), truth)) < 4
    if k == N:
        assert np.abs(figures.mean(axis=1) - truth).max() < 1e-9  # exact, whatever the order
    # The same test sees the bias of what is usually done.
    read = np.minimum(positions, c)
    flawed = np.where(positions > c, c, positions - 1).sum(axis=1) / read.sum(axis=1)
    naive = float(np.mean(stats.pass_at_k(N, c, k))) * (1 - flawed)
    assert abs(z_score(naive, truth)) > 20


@pytest.mark.parametrize("k", [4, 64])
@pytest.mark.parametrize("form", ["two-phase", "difference", "adaptive"])
def test_a_part_of_the_problems(fixed: tuple[Whole, Whole, Whole], form: str, k: int) -> None:
    c, t, positions = fixed
    rng = np.random.default_rng(11)
    figures = looked_up(figures_by_position, c, positions, k)
    inclusion = np.broadcast_to(np.where(c == 0, 1.0, rng.uniform(0.2, 1.0, c.size)), figures.shape)
    drawn = rng.random(figures.shape) < inclusion
    proxies = rng.random(c.size) * (c > 0) if form != "two-phase" else None
    if form == "adaptive":  # the second half's chances and proxies follow what the first half's readings said
        first = np.arange(c.size) < c.size // 2
        seen = np.nanmean(np.where(drawn & first & (c > 0), figures, np.nan), axis=1, keepdims=True)
        inclusion = np.where(first | (c == 0), inclusion, np.clip(seen, 0.2, 1.0))
        drawn = rng.random(figures.shape) < inclusion
        proxies = np.where(first, 0.0, np.where(c > 0, seen, 0.0))
    drawn |= inclusion == 1
    values = np.where(drawn, figures, np.nan)
    spread_out = None if proxies is None else np.broadcast_to(proxies, figures.shape)
    means = contributions(values, inclusion, spread_out).mean(axis=1)
    assert abs(z_score(means, float(np.mean(stats.pass_at_k(N, t, k))))) < 4


def test_a_strategy_from_solutions_read_with_unequal_chances() -> None:
    rng = np.random.default_rng(2)
    weights = np.stack([stats.best_of_k_weights(rng.integers(0, 6, 20).tolist(), 4) for _ in range(30)]) / 30
    sound = (rng.random(weights.shape) < 0.6).astype(float)
    inclusion = np.clip(weights * 30 * 3, 0.1, 1.0)
    read = rng.random((4000, *weights.shape)) < inclusion
    figures = [
        audit.horvitz_thompson(weights, np.where(row, sound, np.nan), inclusion) for row in read | (inclusion == 1)
    ]
    truth = float((weights * sound).sum())
    assert abs(z_score(np.array(figures, dtype=float), truth)) < 4
    spread = np.std(np.array(figures, dtype=float))
    assert np.sqrt(np.mean([figure.standard_error**2 for figure in figures])) == pytest.approx(spread, rel=0.05)
    covered = [low <= truth <= high for low, high in map(audit.audit_interval, figures)]
    assert 0.93 <= np.mean(covered) <= 0.97
