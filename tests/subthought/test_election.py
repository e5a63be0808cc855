"""The weighted vote: weights of one are the vote, ties, nobody's weight, and weights that are refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.election import Cast, elect
from reasoning_toolkit.subthought.vote import vote
from reasoning_toolkit.subthought.weights import plurality

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "subthought_sequences.json"
SERIES = json.loads(GOLDEN.read_text(encoding="utf-8"))["series"]


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=12))
def test_plurality_is_the_vote(answers: list[int | None]) -> None:
    casts = [Cast(a) for a in answers]
    found = elect(casts, plurality(casts))
    assert found.winner == vote(answers).answer
    assert found.totals == dict(vote(answers).counts)


@pytest.mark.parametrize("name", SERIES)
def test_plurality_of_the_published_sequences(name: str) -> None:
    casts = [Cast(a) for a in SERIES[name]["answers"]]
    assert elect(casts, plurality(casts)).winner == vote(SERIES[name]["answers"]).answer


def test_of_equal_totals_the_first_to_occur_wins() -> None:
    casts = [Cast(a) for a in (7, 601, 601, 7)]
    assert elect(casts, plurality(casts)).winner == 7
    assert 0.1 + 0.2 > 0.3
    assert elect([Cast(5), Cast(4), Cast(4)], [0.3, 0.1, 0.2]).winner == 5  # the last digit decides nothing
    assert elect([Cast(5), Cast(4), Cast(4)], [0.3, 0.1, 0.2001]) == (4, {5: 0.3, 4: 0.1 + 0.2001})


def test_without_weight_nobody_is_elected() -> None:
    assert elect([], []) == (None, {})
    assert elect([Cast(None), Cast(None)], [1, 1]) == (None, {})
    assert elect([Cast(0), Cast(1)], [0, 0]) == (None, {0: 0.0, 1: 0.0})
    assert elect([Cast(0), Cast(1)], [0, 1e-300]).winner == 1


@pytest.mark.parametrize("weights", [[1.0], [1.0, -0.1], [1.0, math.nan], [1.0, math.inf]])
def test_weights_that_cannot_be_are_refused(weights: list[float]) -> None:
    with pytest.raises(UsageError, match="expected 2 weights, each finite"):
        elect([Cast(0), Cast(1)], weights)
