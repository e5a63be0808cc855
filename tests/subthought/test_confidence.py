"""Confidence of tokens, groups and traces: values by hand, a naive loop, shifts, and the list of 20 or 21 alternatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reasoning_toolkit.engines.types import TokenLogprobs
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.confidence import (
    TRACE_SCORES,
    WINDOW,
    bottom_confidence,
    group_confidence,
    length_normalised_probability,
    lowest_confidence,
    tail_confidence,
    token_confidence,
)

CONFIDENCES = arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 30))


def token(*logprobs: float, chosen: float | None = None) -> TokenLogprobs:
    return TokenLogprobs(logprobs[0] if chosen is None else chosen, dict(enumerate(logprobs)))


def test_a_token_by_hand() -> None:
    half_and_eighths = [math.log(p) for p in (1 / 2, 1 / 8, 1 / 8, 1 / 8, 1 / 8)]
    even = [math.log(1 / 4)] * 4
    # -(ln ½ + ln ⅛)/2 = 2 ln 2; even quarters: 2 ln 2 whatever k is.
    assert token_confidence([token(*half_and_eighths)], k=2) == pytest.approx([2 * math.log(2)])
    assert token_confidence([token(*even)] * 3, k=4) == pytest.approx([2 * math.log(2)] * 3)
    assert token_confidence([]).shape == (0,)


def test_twenty_one_alternatives_are_the_twenty_likeliest() -> None:
    twenty = [-0.5 - i for i in range(20)]
    rare = TokenLogprobs(
        -40.0, {99: -40.0} | dict(enumerate(twenty))
    )  # drawn, not among the first twenty, listed first
    both = token_confidence([token(*twenty), rare])
    assert both.tolist() == [10.0, 10.0]
    assert np.mean([-v for v in rare.top.values()]) > 11  # what a mean of all that came would say


def test_too_few_or_impossible_alternatives_are_refused() -> None:
    with pytest.raises(UsageError, match="expected 20 alternatives with each token, got 19") as error:
        token_confidence([token(*[-1.0] * 20), token(*[-1.0] * 19)])
    assert "Sampling(logprobs=20)" in str(error.value)
    with pytest.raises(UsageError, match="finite"):
        token_confidence([token(*[-1.0] * 19, -math.inf)])


def test_groups_by_hand() -> None:
    confidence = np.array([1.0, 2.0, 6.0, 3.0])
    assert group_confidence(confidence, 3).tolist() == [3.0, pytest.approx(11 / 3)]
    assert group_confidence(confidence, 4).tolist() == [3.0]
    assert group_confidence(confidence, 5).tolist() == [3.0]  # shorter than the window: one group
    assert group_confidence(confidence[:0], 3).size == 0


@given(CONFIDENCES, st.integers(1, 70))
def test_groups_are_those_of_a_naive_loop(confidence: np.ndarray, window: int) -> None:
    starts = range(max(1, confidence.size - window + 1))
    naive = [sum(confidence[i : i + window]) / min(window, confidence.size) for i in starts]
    assert group_confidence(confidence, window) == pytest.approx(naive, abs=1e-9)


def test_scores_by_hand() -> None:
    # 2,048 tokens of 4, 1,000 of 2, 2,048 of 6: groups fall from 4 by 2/2048 a step for 1,000 steps, then rise.
    confidence = np.repeat([4.0, 2.0, 6.0], [WINDOW, 1000, WINDOW])
    groups = confidence.size - WINDOW + 1
    assert TRACE_SCORES["mean"](confidence) == pytest.approx((4 * WINDOW + 2 * 1000 + 6 * WINDOW) / confidence.size)
    assert lowest_confidence(confidence) == pytest.approx(4 - 2 * 1000 / WINDOW)
    assert tail_confidence(confidence) == 6
    by_sorting = np.sort([confidence[i : i + WINDOW].mean() for i in range(groups)])[: groups // 10]
    assert bottom_confidence(confidence) == pytest.approx(by_sorting.mean())


def test_the_bottom_of_few_groups_is_the_lowest() -> None:
    confidence = np.concatenate([np.full(WINDOW, 3.0), np.full(18, 5.0)])  # 19 groups: a tenth is one
    assert bottom_confidence(confidence) == lowest_confidence(confidence) == pytest.approx(3.0)
    twenty = np.append(confidence, 5.0)  # 20 groups: the lowest two, 3 and 3 + 2/2048
    assert bottom_confidence(twenty) == pytest.approx(3 + 1 / WINDOW)


@pytest.mark.parametrize("name", TRACE_SCORES)
@pytest.mark.parametrize("tokens", [1, 100, WINDOW, WINDOW + 37])
def test_scores_move_with_their_tokens(name: str, tokens: int) -> None:
    confidence = np.random.default_rng(tokens).exponential(3, tokens)
    score = TRACE_SCORES[name]
    assert score(confidence + 5) == pytest.approx(score(confidence) + 5)
    assert score(2 * confidence) == pytest.approx(2 * score(confidence))
    assert confidence.min() - 1e-9 <= score(confidence) <= confidence.max() + 1e-9


@given(CONFIDENCES)
def test_a_short_trace_has_one_group_so_all_scores_agree(confidence: np.ndarray) -> None:
    assert {name: score(confidence) for name, score in TRACE_SCORES.items()} == pytest.approx(
        dict.fromkeys(TRACE_SCORES, confidence.mean())
    )


def test_no_tokens_no_confidence() -> None:
    assert [score(np.array([])) for score in TRACE_SCORES.values()] == [0, 0, 0, 0]
    assert length_normalised_probability([]) == 0


def test_the_length_normalised_probability_is_the_geometric_mean() -> None:
    drawn = [token(-0.1, chosen=math.log(p)) for p in (0.5, 0.125)]
    assert length_normalised_probability(drawn) == pytest.approx(0.25)
    assert length_normalised_probability(drawn * 40) == pytest.approx(0.25)  # whatever the length
