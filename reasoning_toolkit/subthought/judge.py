"""Verdicts of a record: what the grader says of each of its responses, and what each method makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.grade import rule_on, verdict_on
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.election import Cast, elect
from reasoning_toolkit.subthought.reading import Found, Readings
from reasoning_toolkit.subthought.record import Look, Record
from reasoning_toolkit.subthought.vote import Vote, vote
from reasoning_toolkit.subthought.voting import find_weighting

LAST, SELF_CONSISTENCY, PLURALITY = "last answer", "self-consistency", "plurality"


@dataclass(frozen=True, slots=True)
class Judged:
    """A record's verdicts: on the trace, on each draw, on each sample."""

    trace: Verdict | None
    draws: tuple[Verdict, ...]
    samples: tuple[Verdict, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def all(self) -> list[Verdict]:
        """Every verdict."""
        return [*([self.trace] if self.trace else ()), *self.draws, *self.samples]


def judge(readings: Readings, gold: str) -> Judged:
    """The verdicts on what was read from a record."""
    trace = None if readings.trace is None else on(gold, readings.trace)
    draws, samples = (tuple(on(gold, found) for found in part) for part in (readings.draws, readings.samples))
    return Judged(trace, draws, samples)


def on(gold: str, found: Found) -> Verdict:
    """The verdict on what was read from a response."""
    return found if isinstance(found, Verdict) else verdict_on(*found, rule_on(gold, found[0], "default"))


def method_verdicts(
    record: Record, judged: Judged, look: Look, votes: Sequence[str] = (PLURALITY,)
) -> tuple[dict[str, Verdict], Vote[str] | None]:
    """The verdict of each method on the problem, and the plain vote of the draws where there is one.

    A vote without any answer falls back to the last answer, and says so.

    Args:
        look: the completion of a key; some weights need log-probabilities.
        votes: rows of `WEIGHTS` by which the draws vote; the first is the method's own.
    """
    verdicts: dict[str, Verdict] = {}
    counted: Vote[str] | None = None
    if record.draws:
        voting = [judged.draws[i] for i in record.voting]
        counted = vote_by_value([v.answer for v in voting])
        for name in votes:
            elected = _elected(voting, counted) if name == PLURALITY else _weighted(record, judged, look, name)
            verdicts[row_name(record.name, name, votes[0])] = elected or _fallback(record, judged)
    if judged.trace is not None:
        verdicts[LAST] = judged.trace
    if record.samples:
        elected = _elected(judged.samples, vote_by_value([v.answer for v in judged.samples]))
        verdicts[SELF_CONSISTENCY] = elected or _nothing(judged.samples)
    return verdicts, counted


def row_name(method: str, vote_name: str, own: str) -> str:
    """The name of a vote's row in a report; `own` is the vote that bears the method's name."""
    return method if vote_name == own else f"{method}, {vote_name}"


def _weighted(record: Record, judged: Judged, look: Look, name: str) -> Verdict | None:
    """The verdict that a weighted vote elects."""
    casts = casts_of(record, [v.answer for v in judged.draws], look)
    winner = elect(casts, find_weighting(name).weigh(casts)).winner
    voting = [judged.draws[i] for i in record.voting]
    return next(
        (v for v, cast in zip(voting, casts, strict=True) if winner is not None and cast.answer == winner), None
    )


def casts_of(record: Record, answers: Sequence[str | None], look: Look) -> list[Cast]:
    """The draws that have a vote, as voters.

    Args:
        answers: of all draws.
        look: the completion of a key.
    """
    voting = record.voting
    classes = answer_classes([answers[i] for i in voting])
    return [_cast(record, i, number, look) for i, number in zip(voting, classes, strict=True)]


def _cast(record: Record, number: int, answer: int | None, look: Look) -> Cast:
    draw = record.draws[number]
    position = 1.0
    if record.spans:
        start, end = record.spans[0][0], record.spans[-1][1]
        position = (record.spans[draw.place][1] - start) / (end - start) if end > start else 1.0
    pair = number if draw.parent is None else draw.parent
    each = [look(piece.key).logprobs for piece in draw.pieces]
    logprobs = tuple(token for part in each for token in part or ())
    return Cast(answer, position, pair, None if None in each else logprobs, draw.p_true, draw.weight)


def vote_by_value(answers: Sequence[str | None]) -> Vote[str]:
    """A vote in which answers of equal value are one answer, shown as the first of them (`grading.answer_classes`)."""
    classes = dict(zip(answers, answer_classes(answers), strict=True))
    return vote(answers, key=classes.__getitem__)


def _elected(verdicts: Sequence[Verdict], votes: Vote[str]) -> Verdict | None:
    """The verdict of the first response that gave the elected answer."""
    if votes.answer is None:
        return None
    return next(v for v in verdicts if v.answer == votes.answer)


def _fallback(record: Record, judged: Judged) -> Verdict:
    if judged.trace is None or not record.spans:
        return _nothing(judged.draws)
    return Verdict(judged.trace.outcome, judged.trace.answer, "no continuation answered: the last answer")


def _nothing(verdicts: Sequence[Verdict]) -> Verdict:
    truncated = all(v.outcome == "truncated" for v in verdicts)
    return Verdict("truncated" if truncated else "no_answer", None, "no sample answered")
