"""The stratified false-positive share: by hand, unbiased with a true error, and what to read of each stratum."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from reasoning_toolkit.audit.shares import Stratum, false_positive_share, neyman_allocation
from reasoning_toolkit.errors import UsageError


def test_unbiased_over_all_samples_and_so_is_its_variance() -> None:
    easy, hard = [0, 0, 0, 1, 0, 0], [1, 1, 0, 1]
    figures = [
        false_positive_share([Stratum(6, 3, sum(a)), Stratum(4, 2, sum(b))])
        for a in combinations(easy, 3)
        for b in combinations(hard, 2)
    ]
    assert np.mean(figures) == pytest.approx(4 / 10)
    assert np.mean([figure.standard_error**2 for figure in figures]) == pytest.approx(np.var(np.array(figures)))


def test_all_read_is_exact() -> None:
    figure = false_positive_share([Stratum(4, 4, 1), Stratum(1, 1, 1), Stratum(0, 0, 0)])
    assert (figure, figure.standard_error) == (pytest.approx(2 / 5), 0)


def test_allocation_follows_size_spread_and_cost() -> None:
    found = neyman_allocation([100, 100, 100], [0.5, 0.25, 0.5], [1, 1, 4], budget=90)
    assert found.tolist() == [
        25,
        12,
        12,
    ]  # wishes 2 : 1 : 1 at prices 1, 1, 4 are 25.7, 12.9, 12.9, cut to whole readings


def test_allocation_stays_between_floor_and_size() -> None:
    assert neyman_allocation([3, 1, 50], [0.5, 0.5, 0.0], 1.0, budget=100).tolist() == [3, 1, 2]
    with pytest.raises(UsageError, match="budget of at least 5"):
        neyman_allocation([3, 1, 50], [0.5, 0.5, 0.0], 1.0, budget=4)


@pytest.mark.parametrize("strata", [[], [Stratum(5, 1, 0)], [Stratum(5, 3, 4)], [Stratum(2, 3, 1)]])
def test_what_gives_no_error_is_refused(strata: list[Stratum]) -> None:
    with pytest.raises(UsageError):
        false_positive_share(strata)
