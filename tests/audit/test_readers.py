"""Readers who err: by hand, unbiased over their errors, and readers beyond correction."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from reasoning_toolkit import stats
from reasoning_toolkit.audit.passes import audited_pass_at_k_from_sample
from reasoning_toolkit.audit.readers import Gold, audited_pass_at_k_noisy, corrected_share
from reasoning_toolkit.errors import UsageError


def test_by_hand() -> None:
    # .8 of .3 flawed are flagged, and .1 of the sound: .31 flagged.
    found = corrected_share(31, 100, Gold(flagged=80, flawed=100, passed=90, sound=100))
    assert found.share == pytest.approx(0.3)
    assert found.as_read == 0.31
    assert found.interval.low < 0.3 < found.interval.high
    assert found.share.design == "noisy"


def test_the_interval_of_a_corrected_share_covers() -> None:
    rng = np.random.default_rng(1)
    covered = []
    for seed in range(400):
        gold = Gold(int(rng.binomial(60, 0.85)), 60, int(rng.binomial(80, 0.95)), 80)
        flagged = int(rng.binomial(150, 0.3 * 0.85 + 0.7 * 0.05))
        interval = corrected_share(flagged, 150, gold, resamples=1000, seed=seed).interval
        covered.append(interval.low <= 0.3 <= interval.high)
    assert np.mean(covered) >= 0.92


def test_pass_at_k_is_unbiased_over_samples_and_errors() -> None:
    n, c, t, m, se, sp = 7, 5, 2, 4, 0.9, 0.8
    for k in (1, 2, 4):
        mean = 0.0
        samples = list(combinations(range(c), m))
        for sample, flags in product(samples, product([False, True], repeat=m)):
            chances = [(sp, 1 - sp) if i < t else (1 - se, se) for i in sample]
            weight = np.prod([chance[flag] for chance, flag in zip(chances, flags, strict=True)]) / len(samples)
            mean += weight * audited_pass_at_k_noisy(n, c, k, flags, se, sp)
        assert mean == pytest.approx(float(stats.pass_at_k(n, t, k)), abs=1e-12)


def test_a_reader_without_errors_is_a_plain_sample() -> None:
    flags = [True, False, True, True]
    exact = audited_pass_at_k_from_sample(9, 6, 3, 4, 3)
    assert audited_pass_at_k_noisy(9, 6, 3, flags, 1.0, 1.0) == pytest.approx(exact, abs=1e-12)


def test_readers_beyond_correction_are_refused() -> None:
    with pytest.raises(UsageError, match="better than chance"):
        audited_pass_at_k_noisy(9, 3, 1, [True], 0.4, 0.6)
    with pytest.raises(UsageError, match="better than chance"):
        corrected_share(3, 10, Gold(1, 10, 9, 10))
    with pytest.raises(UsageError, match="gold item of each kind"):
        corrected_share(3, 10, Gold(0, 0, 9, 10))
    with pytest.raises(UsageError, match="no unbiased estimate"):
        audited_pass_at_k_noisy(9, 3, 3, [True], 0.9, 0.9)
    with pytest.raises(UsageError, match="at most c=1"):
        audited_pass_at_k_noisy(9, 1, 1, [True, False], 0.9, 0.9)
