"""Verdicts of a record: what the grader says of each of its responses, and what each method makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reasoning_toolkit.engines.think import ThinkTags
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.grade import rule_on, verdict_on
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.filters import Filter
from reasoning_toolkit.subthought.reading import Found, read_continuation, read_whole
from reasoning_toolkit.subthought.record import Draw, Look, Record, joined
from reasoning_toolkit.subthought.vote import Vote, vote

LAST, SELF_CONSISTENCY = "last answer", "self-consistency"


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


def judge(record: Record, gold: str, look: Look, tags: ThinkTags | None, keep: Filter | None = None) -> Judged:
    """Grade every response of a record.

    Args:
        look: the completion of a key.
        tags: the model's think delimiters.
        keep: answers that it refuses abstain.
    """
    trace = look(record.trace) if record.trace else None

    def whole(draw: Draw) -> Verdict:
        return on(gold, read_whole(joined(draw, look), tags, opened=record.opened, keep=keep))

    def continued(draw: Draw) -> Verdict:
        assert trace is not None  # what has spans has a trace
        prefix = trace.text[: record.spans[draw.place][1]]
        return on(gold, read_continuation(joined(draw, look), prefix, tags, record.state, keep))

    last = None if trace is None else on(gold, read_whole(trace, tags, opened=record.opened, keep=keep))
    read = continued if record.spans else whole
    draws = tuple(read(draw) if draw.pieces or last is None else last for draw in record.draws)
    return Judged(last, draws, tuple(whole(draw) for draw in record.samples))


def on(gold: str, found: Found) -> Verdict:
    """The verdict on what was read from a response."""
    return found if isinstance(found, Verdict) else verdict_on(*found, rule_on(gold, found[0], "default"))


def method_verdicts(record: Record, judged: Judged) -> tuple[dict[str, Verdict], Vote[str] | None]:
    """The verdict of each method on the problem, and the vote of the draws where there is one.

    A vote without any answer falls back to the last answer, and says so.
    """
    verdicts: dict[str, Verdict] = {}
    votes: Vote[str] | None = None
    if record.draws:
        voting = [judged.draws[i] for i in record.voting]
        votes = vote_by_value([v.answer for v in voting])
        verdicts[record.name] = _elected(voting, votes) or _fallback(judged)
    if judged.trace is not None:
        verdicts[LAST] = judged.trace
    if record.samples:
        elected = _elected(judged.samples, vote_by_value([v.answer for v in judged.samples]))
        verdicts[SELF_CONSISTENCY] = elected or _nothing(judged.samples)
    return verdicts, votes


def vote_by_value(answers: Sequence[str | None]) -> Vote[str]:
    """A vote in which answers of equal value are one answer, shown as the first of them (`grading.answer_classes`)."""
    classes = dict(zip(answers, answer_classes(answers), strict=True))
    return vote(answers, key=classes.__getitem__)


def _elected(verdicts: Sequence[Verdict], votes: Vote[str]) -> Verdict | None:
    """The verdict of the first response that gave the elected answer."""
    if votes.answer is None:
        return None
    return next(v for v in verdicts if v.answer == votes.answer)


def _fallback(judged: Judged) -> Verdict:
    if judged.trace is None:
        return _nothing(judged.draws)
    return Verdict(judged.trace.outcome, judged.trace.answer, "no continuation answered: the last answer")


def _nothing(verdicts: Sequence[Verdict]) -> Verdict:
    truncated = all(v.outcome == "truncated" for v in verdicts)
    return Verdict("truncated" if truncated else "no_answer", None, "no sample answered")
