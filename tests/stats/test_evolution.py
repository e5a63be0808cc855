"""Evolution of answers: by hand, against the vote of every beginning, tenths of a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.evolution import decile_accuracy, evolution
from reasoning_toolkit.subthought import vote

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "subthought_sequences.json"
answers = st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=20)


def test_by_hand() -> None:
    found = evolution([7, 8, 8, None, 7, 8], 8)
    assert found.leaders == (7, 7, 8, 8, 7, 8)  # at the second and the fifth a tie: 7 came first
    assert found.settled_at == 5
    assert found.agreement == pytest.approx((3 / 5, 3 / 4, 2 / 3, 1 / 2, 1 / 2, 1))


@given(answers)
def test_the_leader_is_the_vote_so_far(classes: list[int | None]) -> None:
    found = evolution(classes, None)
    assert found.leaders == tuple(vote(classes[: i + 1]).answer for i in range(len(classes)))
    assert found.agreement == (None,) * len(classes)
    if found.settled_at is None:
        assert set(classes) <= {None}
    else:
        assert set(found.leaders[found.settled_at :]) == {vote(classes).answer}
        assert found.settled_at == 0 or found.leaders[found.settled_at - 1] != vote(classes).answer


def test_the_published_sequences_settle_where_their_mode_takes_the_lead() -> None:
    for series in json.loads(GOLDEN.read_text(encoding="utf-8"))["series"].values():
        found = evolution(series["answers"], series["a_last"])
        assert found.leaders[-1] == series["a_mode"]
        assert found.agreement[-1] == 1  # the last subthought's answer is the last answer in all nine


def test_nothing_answered() -> None:
    assert evolution([], 1) == evolution([], None)
    found = evolution([None, None], 1)
    assert (found.leaders, found.settled_at, found.agreement) == ((None, None), None, (None, None))
    assert evolution([None, 1, None], 1).agreement == (1, 1, None)


def test_deciles_by_hand() -> None:
    rising = [False] * 10 + [True] * 10
    found = decile_accuracy([rising, [True, False]])
    # Two answers lie at ¼ and ¾ of their trace: the third and the eighth tenth.
    assert [d.traces for d in found] == [1, 1, 2, 1, 1, 1, 1, 2, 1, 1]
    assert [d.accuracy for d in found] == [0, 0, 0.5, 0, 0, 1, 1, 0.5, 1, 1]
    assert found[2].interval is not None and found[2].interval.low < 0.5 < found[2].interval.high
    assert decile_accuracy([[True]])[5].accuracy == 1
    assert decile_accuracy([[]])[0] == (0, None, None)


def test_positions_that_were_not_drawn_keep_their_place_and_count_for_nothing() -> None:
    found = decile_accuracy([[None] * 15 + [1.0, 0.0, None, 0.25, None]])
    assert [d.traces for d in found] == [0] * 7 + [1, 1, 1]
    assert [d.accuracy for d in found[7:]] == [1.0, 0.0, 0.25]


@given(st.integers(1, 60))
def test_every_answer_lies_in_one_tenth(n: int) -> None:
    for place in range(n):
        flags = [i == place for i in range(n)]
        hit = [i for i, d in enumerate(decile_accuracy([flags])) if d.accuracy]
        assert hit == [int(10 * (place + 0.5) / n + 1e-9)]


def test_no_trace_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one trace"):
        decile_accuracy([])
