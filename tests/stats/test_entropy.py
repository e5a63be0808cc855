"""Entropy of counts: powers of two by hand, its bounds, and the bias correction."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.entropy import entropy_bits, miller_madow_bits, rarefied_bits


@pytest.mark.parametrize(
    ("counts", "bits"),
    [([], 0), ([0, 0], 0), ([7], 0), ([1, 1], 1), ([2, 1, 1], 1.5), ([3, 3, 3, 3], 2), ([5, 0, 5], 1)],
)
def test_entropy_by_hand(counts: list[int], bits: float) -> None:
    assert entropy_bits(counts) == bits


def test_miller_madow_by_hand() -> None:
    assert miller_madow_bits([2, 1, 1]) == pytest.approx(1.5 + 2 / (8 * math.log(2)), abs=1e-12)
    assert miller_madow_bits([2, 1, 1, 0]) == miller_madow_bits([2, 1, 1])
    assert miller_madow_bits([]) == miller_madow_bits([9]) == 0


def test_a_negative_count_is_refused() -> None:
    for function in (entropy_bits, miller_madow_bits):
        with pytest.raises(UsageError, match="counts >= 0"):
            function([3, -1])


@given(st.lists(st.integers(0, 10**6), max_size=20))
def test_entropy_lies_between_0_and_log2_of_the_classes_in_any_order(counts: list[int]) -> None:
    bits = entropy_bits(counts)
    classes = sum(count > 0 for count in counts)
    assert 0 <= bits <= (math.log2(classes) + 1e-9 if classes else 0)
    assert bits == pytest.approx(entropy_bits(counts[::-1]), abs=1e-12)
    assert miller_madow_bits(counts) >= bits


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.data())
def test_rarefied_entropy_is_the_mean_over_all_subsets(counts: list[int], data: st.DataObject) -> None:
    answers = [i for i, count in enumerate(counts) for _ in range(count)]
    if not answers:
        return
    m = data.draw(st.integers(1, min(len(answers), 6)))
    subsets = list(combinations(answers, m))
    mean = sum(entropy_bits([subset.count(i) for i in range(4)]) for subset in subsets) / len(subsets)
    assert rarefied_bits(counts, m) == pytest.approx(mean, abs=1e-12)


def test_rarefied_entropy_by_hand_and_of_many() -> None:
    assert rarefied_bits([2, 2], 2) == pytest.approx(2 / 3)  # four of the six pairs differ
    assert rarefied_bits([3, 1, 2], 6) == pytest.approx(entropy_bits([3, 1, 2]))
    assert rarefied_bits([4000, 4000], 500) == pytest.approx(1, abs=0.01)
    for m in (0, 5):
        with pytest.raises(UsageError, match=f"m={m}"):
            rarefied_bits([2, 2], m)
