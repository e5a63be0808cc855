"""Verdicts of a record: what the grader says of each of its responses, and what each method makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from reasoning_toolkit.engines.types import TokenLogprobs
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.grade import rule_on_all, verdict_on
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.election import Cast, elect
from reasoning_toolkit.subthought.reading import Found, Readings, answer_of
from reasoning_toolkit.subthought.record import Draw, Look, Record
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


def judge(readings: Readings, gold: str, profile: str = "default") -> Judged:
    """The verdicts on what was read from a record. `profile`: of the grader."""
    everything = [*([readings.trace] if readings.trace else ()), *readings.draws, *readings.samples]
    answers = [answer for found in everything if (answer := answer_of(found)) is not None]
    rulings = rule_on_all(gold, answers, profile)

    def on(found: Found) -> Verdict:
        return found if isinstance(found, Verdict) else verdict_on(*found, rulings[found[0]])

    draws, samples = (tuple(map(on, part)) for part in (readings.draws, readings.samples))
    return Judged(None if readings.trace is None else on(readings.trace), draws, samples)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The draws that have a vote, as voters.

    Attributes:
        classes: the class of each one's answer; None abstains.
        weights: of each one, in each vote that was asked for; the method's own vote stands first.
    """

    classes: tuple[int | None, ...]
    weights: Mapping[str, tuple[float, ...]]


def weigh(record: Record, judged: Judged, look: Look, votes: Sequence[str]) -> Weighed:
    """Weigh the draws of a record.

    Args:
        look: the completion of a key; some weights need its log-probabilities.
        votes: rows of `WEIGHTS`, the method's own first.

    Raises:
        UsageError: a weight needs what the run did not ask for.
    """
    rows = {name: find_weighting(name) for name in votes}
    needs = any(row.logprobs is not None for row in rows.values())
    casts = casts_of(record, [v.answer for v in judged.draws], look, logprobs=needs)
    weights = {name: tuple(float(w) for w in row.weigh(casts)) for name, row in rows.items()}
    return Weighed(tuple(cast.answer for cast in casts), weights)


def method_verdicts(record: Record, judged: Judged, weighed: Weighed) -> tuple[dict[str, Verdict], Vote[str] | None]:
    """The verdict of each method on the problem, and the plain vote of the draws where there is one.

    A vote without any answer falls back to the last answer, and says so.
    """
    verdicts: dict[str, Verdict] = {}
    counted: Vote[str] | None = None
    if record.draws:
        counted = vote_by_value([judged.draws[i].answer for i in record.voting])
        own = next(iter(weighed.weights))
        for name in weighed.weights:
            number = chosen(record, weighed, name)
            shown = _fallback(record, judged) if number is None else judged.draws[number]
            verdicts[row_name(record.name, name, own)] = shown
    if judged.trace is not None:
        verdicts[LAST] = judged.trace
    if record.samples:
        elected = _elected(judged.samples, vote_by_value([v.answer for v in judged.samples]))
        verdicts[SELF_CONSISTENCY] = elected or _nothing(judged.samples)
    return verdicts, counted


def row_name(method: str, vote_name: str, own: str) -> str:
    """The name of a vote's row in a report; `own` is the vote that bears the method's name."""
    return method if vote_name == own else f"{method}, {vote_name}"


def chosen(record: Record, weighed: Weighed, name: str) -> int | None:
    """The number of the draw whose response stands for what a vote elects; None where it elects nothing.

    Of the draws of the winning class it is the first; where the vote weighs scores, the first with the greatest weight.

    Args:
        record: whose draws vote.
        weighed: those that have a vote.
        name: of the vote, one that they were weighed for.
    """
    weights = weighed.weights[name]
    winner = elect([Cast(number) for number in weighed.classes], weights).winner
    if winner is None:
        return None
    members = [i for i, number in enumerate(weighed.classes) if number == winner]
    best = max(members, key=weights.__getitem__) if find_weighting(name).scored else members[0]
    return record.voting[best]


def casts_of(record: Record, answers: Sequence[str | None], look: Look, *, logprobs: bool) -> list[Cast]:
    """The draws that have a vote, as voters.

    Args:
        answers: of all draws.
        look: the completion of a key.
        logprobs: whether their log-probabilities are needed.
    """
    voting = record.voting
    classes = answer_classes([answers[i] for i in voting])
    casts = [_cast(record, i, number) for i, number in zip(voting, classes, strict=True)]
    if not logprobs:
        return casts
    return [replace(cast, logprobs=_logprobs(record.draws[i], look)) for i, cast in zip(voting, casts, strict=True)]


def _cast(record: Record, number: int, answer: int | None) -> Cast:
    draw = record.draws[number]
    position = 1.0
    if record.spans:
        start, end = record.spans[0][0], record.spans[-1][1]
        position = (record.spans[draw.place][1] - start) / (end - start) if end > start else 1.0
    pair = number if draw.parent is None else draw.parent
    return Cast(answer, position, pair, None, draw.p_true, draw.weight, draw.scores)


def _logprobs(draw: Draw, look: Look) -> tuple[TokenLogprobs, ...] | None:
    """Of all tokens of a draw; None where those of a piece were not asked for."""
    each = [look(piece.key).logprobs for piece in draw.pieces]
    return None if None in each else tuple(token for part in each for token in part or ())


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
