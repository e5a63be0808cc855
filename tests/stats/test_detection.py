"""Detector metrics: the published counts of a judge, ranking with ties, and intervals over clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.detection import Confusion, average_precision, cluster_interval, confusion


def test_published_counts_of_a_judge() -> None:
    # Wang et al. 2025 (arXiv 2502.06217): GPT-4o on 453 solutions, 63 of them false positives.
    found = Confusion(45, 59, 18, 331)
    assert (found.precision, found.recall, found.f1) == pytest.approx((0.4327, 0.7143, 0.5389), abs=5e-5)
    assert found.specificity == pytest.approx(331 / 390)
    assert found.balanced_accuracy == pytest.approx((45 / 63 + 331 / 390) / 2)
    assert found.precision_at(63 / 453) == pytest.approx(found.precision)
    assert found.precision_at(0.5) > found.precision > found.precision_at(0.02)
    assert found.precision_at(0.0) == 0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2))
def test_correlation_is_the_one_of_the_vectors(cases: list[tuple[bool, bool]]) -> None:
    flags, labels = zip(*cases, strict=True)
    found = confusion(flags, labels).mcc
    if len(set(flags)) == 1 or len(set(labels)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(flags, labels)[0, 1], abs=1e-9)


def test_shares_of_nothing_are_none() -> None:
    empty = Confusion(0, 0, 0, 5)
    assert (empty.precision, empty.recall, empty.f1, empty.mcc, empty.balanced_accuracy) == (None,) * 5
    assert empty.precision_at(0.1) is None
    assert Confusion(0, 0, 3, 5).f1 == 0


def test_average_precision_by_hand() -> None:
    assert average_precision([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([0.5, 0.5, 0.1], [True, False, True]) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert average_precision([0.5] * 4, [True, False, False, False]) == pytest.approx(1 / 4)
    assert average_precision([0.5], [False]) is None


def test_clusters_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    problem = np.repeat(np.arange(40), 5)
    labels = np.repeat(rng.random(40) < 0.3, 5)
    flags = labels ^ np.repeat(rng.random(40) < 0.2, 5)

    def f1(items: np.ndarray) -> float | None:
        return confusion(flags[items], labels[items]).f1

    clustered, single = cluster_interval(f1, problem.tolist(), seed=1), cluster_interval(f1, list(range(200)), seed=1)
    assert clustered.low < single.low < f1(np.arange(200)) < single.high < clustered.high
    assert cluster_interval(f1, problem.tolist(), seed=1) == clustered


def test_a_cluster_interval_covers() -> None:
    rng = np.random.default_rng(6)
    covered = []
    for seed in range(80):
        means = np.repeat(rng.normal(size=30), 3)
        values = means + rng.normal(size=90)
        interval = cluster_interval(
            lambda items, values=values: float(values[items].mean()),
            np.repeat(np.arange(30), 3).tolist(),
            resamples=300,
            seed=seed,
        )
        covered.append(interval.low <= 0 <= interval.high)
    assert 0.87 <= np.mean(covered) <= 1.0


def test_a_statistic_without_a_value_has_no_interval() -> None:
    assert cluster_interval(lambda items: None, [1, 2]) is None
    with pytest.raises(UsageError, match="at least two clusters"):
        cluster_interval(lambda items: 1.0, [1, 1])
    with pytest.raises(UsageError, match="expected 2 labels"):
        confusion([True], [True, False])
    with pytest.raises(UsageError, match="prevalence"):
        Confusion(1, 1, 1, 1).precision_at(1.5)
