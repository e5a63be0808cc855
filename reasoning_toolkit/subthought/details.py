"""One problem's part of a report: its trace, subthoughts and samples, each with what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.subthought.judge import Judged, Weighed, method_verdicts, weigh
from reasoning_toolkit.subthought.record import Look, Record, joined
from reasoning_toolkit.subthought.savings import stop_shown
from reasoning_toolkit.subthought.vote import Vote


@dataclass(frozen=True, slots=True)
class Decoded:
    """One problem with all that is known of it."""

    problem: Problem
    record: Record
    judged: Judged
    verdicts: Mapping[str, Verdict]
    votes: Vote[str] | None
    weighed: Weighed


def decide(problem: Problem, record: Record, judged: Judged, look: Look, votes: Sequence[str]) -> Decoded:
    """Join a problem's parts. `votes`: how the draws vote, the method's own way first."""
    weighed = weigh(record, judged, look, votes)
    verdicts, counted = method_verdicts(record, judged, weighed)
    return Decoded(problem, record, judged, verdicts, counted, weighed)


def problem_details(d: Decoded, look: Look) -> dict[str, Any]:
    """What the page of one problem shows.

    Args:
        look: the completion of a key.
    """
    shown: dict[str, Any] = {
        "id": d.problem.id,
        "question": d.problem.question,
        "gold": d.problem.answer,
        "extra": dict(d.problem.extra),
        "entropy_bits": d.votes.entropy_bits if d.votes else None,
        "votes": [list(pair) for pair in d.votes.counts] if d.votes else [],
        "answers": {name: _verdict(v) | {"reason": v.reason} for name, v in d.verdicts.items()},
        "subthoughts": _subthoughts(d, look) if d.record.spans else [],
        "stop": stop_shown(d.record, look),
        "samples": _samples(d, look),
        "trace": {"before": "", "after": "", "finish_reason": "stop", "tokens": 0},
    }
    if d.record.trace:
        trace = look(d.record.trace)
        start, end = (d.record.spans[0][0], d.record.spans[-1][1]) if d.record.spans else (0, 0)
        ends = {"finish_reason": trace.finish_reason, "tokens": trace.usage.decoded}
        shown["trace"] = {"before": trace.text[:start], "after": trace.text[end:]} | ends
    return shown


def _samples(d: Decoded, look: Look) -> list[dict[str, Any]]:
    """The whole responses: the method's own, or those of the baseline."""
    draws, verdicts = (d.record.samples, d.judged.samples) if d.record.spans else (d.record.draws, d.judged.draws)
    return [
        _response(joined(draw, look), v) | ({"label": draw.label} if draw.label else {})
        for draw, v in zip(draws, verdicts, strict=True)
        if draw.pieces
    ]


def _subthoughts(d: Decoded, look: Look) -> list[dict[str, Any]]:
    """The trace, piece by piece, each with the first of its continuations."""
    text = look(d.record.trace or "").text
    shown_as = _shown_as(d.judged)
    rows = [_NOT_DRAWN | {"text": text[start:end]} for start, end in d.record.spans]
    for draw, verdict in reversed(list(zip(d.record.draws, d.judged.draws, strict=True))):
        start, end = d.record.spans[draw.place]
        continuation = joined(draw, look) if draw.pieces else Completion((), text[end:], "stop")
        rows[draw.place] = _response(continuation, verdict) | {
            "text": text[start:end],
            "continuation": continuation.text,
            "answer": shown_as.get(verdict.answer),
        }
    return rows


_NOT_DRAWN = {"answer": None, "outcome": "not_drawn", "finish_reason": "stop", "tokens": 0, "continuation": ""}


def _shown_as(judged: Judged) -> dict[str | None, str | None]:
    """Each answer of the continuations as its class is written in the votes: the first of those that are equal to it."""
    answers = [v.answer for v in judged.draws]
    first: dict[int | None, str | None] = {}
    classes = answer_classes(answers)
    for answer, number in zip(answers, classes, strict=True):
        first.setdefault(number, answer)
    return {answer: first[number] for answer, number in zip(answers, classes, strict=True)}


def _response(completion: Completion, verdict: Verdict) -> dict[str, Any]:
    ends = {"finish_reason": completion.finish_reason, "tokens": completion.usage.decoded}
    return {"text": completion.text} | _verdict(verdict) | ends


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"answer": verdict.answer, "outcome": verdict.outcome}
