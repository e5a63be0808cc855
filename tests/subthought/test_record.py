"""Records as plain data and back, and what their parts cost."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines.types import Completion, Usage
from reasoning_toolkit.subthought.record import Draw, Piece, Record, draws_of, joined, record_from_json
from reasoning_toolkit.subthought.stopping.rules import Stop

KEYS = st.text("abc", min_size=1, max_size=3)
DRAWS = st.builds(
    Draw,
    st.lists(st.builds(Piece, KEYS, st.text(max_size=3), st.none() | st.integers(0, 9)), max_size=3).map(tuple),
    st.integers(0, 5),
    st.lists(KEYS, max_size=2).map(tuple),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(0, 3),
)
RECORDS = st.builds(
    Record,
    st.just("subthought vote"),
    st.none() | KEYS,
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=3).map(tuple),
    st.lists(DRAWS, max_size=4).map(tuple),
    st.sampled_from(["closed", "open", "none"]),
    st.booleans(),
    st.lists(DRAWS, max_size=2).map(tuple),
    st.booleans(),
    st.none() | st.just(Stop("exact", 3, 5, "4", None, 2, 1)),
)


@given(RECORDS)
def test_there_and_back(record: Record) -> None:
    assert record_from_json(json.loads(json.dumps(record.to_json()))) == record


def test_a_response_of_several_pieces() -> None:
    """Two pieces of which the first is cut, a closing text between, a trial that was paid for."""
    completions = {
        "a": Completion((), "I think and think", "length", Usage(decoded=5)),
        "b": Completion((), "4}", "stop", Usage(decoded=2)),
        "trial": Completion((), "9}", "stop", Usage(decoded=3)),
    }
    draw = Draw((Piece("a", kept=7), Piece("b", before="</think>\\boxed{")), paid=("trial",), forced=True)
    response = joined(draw, completions.__getitem__)
    assert response.text == "I think</think>\\boxed{4}"
    assert response.finish_reason == "stop"
    assert response.usage.decoded == 10


def test_a_plain_draw_is_its_completion() -> None:
    completion = Completion((1, 2), "ab", "stop", Usage(decoded=2))
    assert joined(Draw((Piece("a"),)), {"a": completion}.__getitem__) is completion


def test_what_is_paid_is_counted_once_and_by_part() -> None:
    draws = (Draw((Piece("x"),), paid=("y",)), Draw((Piece("x"),), 1))
    record = Record("subthought vote", "t", ((0, 1), (1, 2)), draws, samples=draws_of(("s", "x")))
    assert record.paid() == ["t", "x", "y", "s"]
    assert record.paid("draws") == ["t", "x", "y"]
    assert record.paid("trace") == ["t"]
    assert record.paid("samples") == ["s", "x"]


def test_a_trace_that_is_only_a_baseline_is_no_cost_of_the_draws() -> None:
    record = Record("deer", "t", draws=draws_of(("x",)))
    assert record.paid("draws") == ["x"]
    assert Record("last answer", "t").paid("draws") == ["t"]


def test_draws_without_a_vote_are_not_counted() -> None:
    assert Record("r", draws=(Draw(()), Draw((), votes=False), Draw(()))).voting == [0, 2]
