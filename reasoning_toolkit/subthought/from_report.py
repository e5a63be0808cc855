"""What a report's problems hold for statistics: each one's vote, and what each method drew for it and paid.

A report shows one continuation of each subthought, so with several only the first of each is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.subthought.diagnostics import TraceVote

LAST, SUBTHOUGHT, SELF_CONSISTENCY = "last answer", "subthought vote", "self-consistency"

Shown = Mapping[str, Any]  # a problem of a report


def trace_vote(problem: Shown, method: str = SUBTHOUGHT) -> TraceVote | None:
    """The vote over a problem's subthoughts, for `diagnose`; None where it was not made.

    Args:
        method: the row whose verdict says whether the vote is right.
    """
    drawn = [(i, s) for i, s in enumerate(problem["subthoughts"]) if s["outcome"] != "not_drawn"]
    if not drawn or method not in problem["answers"] or LAST not in problem["answers"]:
        return None
    last = problem["answers"][LAST]
    classes = answer_classes([*(s["answer"] for _, s in drawn), last["answer"]])
    stop = problem["stop"]
    return TraceVote(
        problem=problem["id"],
        classes=tuple(classes[:-1]),
        right=tuple(s["outcome"] == "right" for _, s in drawn),
        places=tuple(i for i, _ in drawn),
        subthoughts=len(problem["subthoughts"]),
        vote_right=problem["answers"][method]["outcome"] == "right",
        last=classes[-1],
        last_right=last["outcome"] == "right",
        stopped_at=stop["draws"] / stop["total"] if stop else None,
    )


def pool(problem: Shown, method: str) -> Pool | None:
    """What a method drew for a problem; None for a method whose vote cannot be made again from a report."""
    trace = problem["trace"]["tokens"]
    right = problem["answers"].get(LAST, {}).get("outcome") == "right"
    if method == LAST:
        return Pool([], [], [], fixed=trace, otherwise=right)
    if method == SUBTHOUGHT:
        return _pool([s for s in problem["subthoughts"] if s["outcome"] != "not_drawn"], trace, right)
    return _pool(problem["samples"], 0, False) if method == SELF_CONSISTENCY else None


def _pool(draws: Sequence[Shown], fixed: int, otherwise: bool) -> Pool:
    return Pool(
        classes=answer_classes([draw["answer"] for draw in draws]),
        right=[draw["outcome"] == "right" for draw in draws],
        tokens=[draw["tokens"] for draw in draws],
        fixed=fixed,
        otherwise=otherwise,
    )
