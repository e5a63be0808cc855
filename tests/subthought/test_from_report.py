"""Votes and pools read from a report's problems."""

from __future__ import annotations

from typing import Any

from reasoning_toolkit.stats.budgets import accuracy_at
from reasoning_toolkit.subthought.from_report import pool, trace_vote


def shown(answer: str | None, outcome: str, tokens: int) -> dict[str, Any]:
    return {"answer": answer, "outcome": outcome, "tokens": tokens}


def problem(stop: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "id": "a",
        "trace": {"tokens": 100},
        "stop": stop,
        "answers": {
            "subthought vote": {"answer": "1/2", "outcome": "right"},
            "last answer": {"answer": "0.5", "outcome": "right"},
        },
        "subthoughts": [
            shown("1/2", "right", 40),
            shown(None, "not_drawn", 0),
            shown("7", "wrong", 30),
            shown(None, "truncated", 60),
        ],
        "samples": [shown("0.5", "right", 80), shown("1/2", "right", 90), shown("8", "wrong", 20)],
    }


def test_a_vote_keeps_places_and_knows_the_last_answer_in_another_spelling() -> None:
    found = trace_vote(problem({"draws": 3, "total": 4}))
    assert found is not None
    assert (found.classes, found.right, found.places) == ((0, 1, None), (True, False, False), (0, 2, 3))
    assert (found.last, found.last_right, found.vote_right) == (0, True, True)
    assert (found.subthoughts, found.stopped_at) == (4, 0.75)


def test_nothing_drawn_or_not_voted_is_no_vote() -> None:
    assert trace_vote(problem() | {"subthoughts": []}) is None
    assert trace_vote(problem() | {"answers": {}}) is None
    assert trace_vote(problem(), "another vote") is None


def test_pools_hold_what_each_method_paid() -> None:
    votes, last, samples = (pool(problem(), name) for name in ("subthought vote", "last answer", "self-consistency"))
    assert votes and last and samples
    assert (votes.total, last.total, samples.total) == (230, 100, 190)
    assert votes.classes == [0, 1, None]
    assert samples.classes == [0, 0, 1]  # one value, two spellings
    assert accuracy_at(votes, [99, 100, 230]).tolist() == [0, 1, 1]  # no trace; its answer; its vote, a tie
    assert accuracy_at(last, [99, 100]).tolist() == [0, 1]
    assert pool(problem(), "another vote") is None
