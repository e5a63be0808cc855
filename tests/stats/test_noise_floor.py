"""A run against its repetition."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import wilson_interval
from reasoning_toolkit.stats.noise_floor import noise_floor


def test_by_hand() -> None:
    found = noise_floor([1, 1, 0, 0, np.nan, 1], [1, 0, 1, 1, 1, np.nan])
    assert (found.flipped, found.items, found.rate) == (3, 4, 0.75)
    assert found.interval == wilson_interval(3, 4)
    assert found.drift == pytest.approx(0.25)


def test_equal_runs_still_leave_doubt() -> None:
    found = noise_floor([1, 0, 1], [1, 0, 1])
    assert found.rate == 0 and found.interval.high > 0.3


@pytest.mark.parametrize(("first", "again"), [([1], [1, 0]), ([], []), ([np.nan], [1])])
def test_runs_that_share_no_item_are_refused(first: list[float], again: list[float]) -> None:
    with pytest.raises(UsageError, match="two runs over the same items"):
        noise_floor(first, again)
