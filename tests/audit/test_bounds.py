"""The closing band: by hand, around the truth at every stage, closed at the end."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit import audit, stats
from reasoning_toolkit.errors import UsageError


def test_by_hand() -> None:
    # n = 4, c = 2, k = 2. Nothing read: from 0 to pass@2 of two. One flawed: at most pass@2 of one.
    assert audit.closing_band(4, 2, 2, [0], [0]) == pytest.approx((0, 5 / 6), abs=1e-12)
    assert audit.closing_band(4, 2, 2, [0], [1]) == pytest.approx((0, 1 / 2), abs=1e-12)
    assert audit.closing_band([4, 4], [2, 0], 2, [1, 0], [1, 0]) == pytest.approx((1 / 4, 1 / 4), abs=1e-12)


def test_it_holds_the_truth_at_every_stage_and_only_shrinks() -> None:
    rng = np.random.default_rng(0)
    c = np.array([0, 1, 5, 9, 16])
    orders = [rng.permuted(np.arange(size) < sound) for size, sound in zip(c, [0, 0, 2, 9, 3], strict=True)]
    truth = float(np.mean(stats.pass_at_k(16, [int(order.sum()) for order in orders], 4)))
    low, high = 0.0, 1.0
    for stage in range(17):
        sound = [int(order[:stage].sum()) for order in orders]
        flawed = [min(stage, order.size) - found for order, found in zip(orders, sound, strict=True)]
        band = audit.closing_band(16, c, 4, sound, flawed)
        assert low <= band.low <= truth + 1e-12
        assert truth - 1e-12 <= band.high <= high
        low, high = band
    assert high - low < 1e-12


def test_more_readings_than_solutions_are_refused() -> None:
    with pytest.raises(UsageError, match="at most c"):
        audit.closing_band(4, 2, 2, [2], [1])
