"""Calibration: by hand, ties, isotonic recalibration that never sees its own problem, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.calibration import calibration, recalibrated


def test_by_hand() -> None:
    # Two bins of two: confidence 0.3 and accuracy 0.5, confidence 0.8 and accuracy 1.
    found = calibration([0.2, 0.9, 0.4, 0.7], [False, True, True, True], bins=2)
    assert found.ece == pytest.approx(0.5 * 0.2 + 0.5 * 0.2)
    assert found.brier == pytest.approx((0.04 + 0.01 + 0.36 + 0.09) / 4)
    assert found.brier_interval.low < found.brier < found.brier_interval.high
    assert [(row.problems, row.accuracy) for row in found.bins] == [(2, 0.5), (2, 1.0)]
    assert [row.confidence for row in found.bins] == pytest.approx([0.3, 0.8])
    assert all(row.interval.low < row.accuracy <= row.interval.high for row in found.bins)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=40), st.integers(1, 12))
def test_equal_confidences_share_a_bin_and_the_order_of_problems_does_not_matter(
    case: list[tuple[int, bool]], bins: int
) -> None:
    confidences, right = [c / 4 for c, _ in case], [ok for _, ok in case]
    found = calibration(confidences, right, bins)
    mirrored = calibration(confidences[::-1], right[::-1], bins)
    assert found.ece == pytest.approx(mirrored.ece, abs=1e-12)
    assert len(found.bins) <= min(bins, len(set(confidences)))
    assert sum(row.problems for row in found.bins) == len(case)
    assert abs(np.mean(confidences) - np.mean(right)) - 1e-12 <= found.ece <= 1
    assert found.ece**2 <= found.brier + 1e-12


def test_distinct_confidences_fill_bins_equally() -> None:
    found = calibration([i / 100 for i in range(100)], [True] * 100)
    assert [row.problems for row in found.bins] == [10] * 10


def test_recalibration_by_hand_leaves_the_own_problem_out() -> None:
    # Left out a: b, c, d give shares 1, 0 → pooled ½, then 1: knots 2, 3, 4 at ½, ½, 1; a at 1 takes the end's ½.
    found = recalibrated([1, 2, 3, 4], [False, True, False, True], ["a", "b", "c", "d"])
    # b: knots 1, 3, 4 at 0, 0, 1 → 0 at 2. c: knots 1, 2, 4 at 0, 1, 1 → 1 at 3. d: 0, ½, ½ at 1, 2, 3 → ½ at 4.
    assert found == pytest.approx([0.5, 0, 1, 0.5])


def test_no_label_of_its_own_problem_changes_a_recalibrated_confidence() -> None:
    rng = np.random.default_rng(0)
    signals, right = rng.random(30), rng.random(30) < 0.5
    problems = [i // 3 for i in range(30)]
    before = recalibrated(signals.tolist(), right.tolist(), problems)
    right[6:9] ^= True
    after = recalibrated(signals.tolist(), right.tolist(), problems)
    assert after[6:9].tolist() == before[6:9].tolist()
    assert after.tolist() != before.tolist()


def test_overconfidence_is_seen_and_mended() -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(600)
    right = rng.random(600) < stated**3
    raw = calibration(stated.tolist(), right.tolist())
    fitted = recalibrated(stated.tolist(), right.tolist(), range(600)).tolist()
    mended = calibration(fitted, right.tolist(), binned_by=stated.tolist())
    assert raw.ece == pytest.approx(1 / 2 - 1 / 4, abs=0.04)  # the mean of u less that of u³
    assert mended.ece < 0.03
    assert mended.brier < raw.brier


def test_a_signal_that_says_nothing_is_recalibrated_to_the_base_rate() -> None:
    right = [True] * 40 + [False] * 60
    fitted = recalibrated([1.0] * 100, right, range(100)).tolist()
    assert fitted == pytest.approx([39 / 99] * 40 + [40 / 99] * 60)
    assert calibration(fitted, right, binned_by=[1.0] * 100).ece == pytest.approx(0, abs=1e-12)
    assert calibration(fitted, right).ece > 0.4  # bins over left-out confidences sort by label


@pytest.mark.parametrize(
    ("confidences", "right", "bins", "part"),
    [
        ([], [], 10, "got 0"),
        ([1.2], [True], 10, "0 to 1"),
        ([-0.1], [True], 10, "0 to 1"),
        ([math.nan], [True], 10, "1 missing"),
        ([0.5], [None], 10, "1 labels"),
        ([0.5], [True], 0, "bins=0"),
    ],
)
def test_what_is_no_confidence_is_refused(confidences: Any, right: Any, bins: int, part: str) -> None:
    with pytest.raises(UsageError, match=part):
        calibration(confidences, right, bins)


@pytest.mark.parametrize("problems", [["a", "a"], ["a"], ["a", "b", "c"]])
def test_recalibration_needs_other_problems(problems: list[str]) -> None:
    with pytest.raises(UsageError, match="two problems"):
        recalibrated([1, 2], [True, False], problems)


def test_a_signal_to_bin_by_is_needed_for_every_confidence() -> None:
    with pytest.raises(UsageError, match="2 signals"):
        calibration([0.1, 0.2], [True, False], binned_by=[1.0])
