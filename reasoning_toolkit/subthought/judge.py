"""Answers and verdicts of a record: what each of its completions answered, and what each method makes of them.

Reading an answer from a continuation: its own text counts first, so that an answer already written in the prefix is not read as if it
were found again; the prefix's text helps only where the continuation has none. Unfinished thinking has no answer. A completion
without an answer abstains: it has no vote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.engines.think import ThinkTags, find_thought
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.grading import answer_classes, grade
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.vote import Vote, vote

if TYPE_CHECKING:
    from reasoning_toolkit.subthought.methods import Record

LAST, SUBTHOUGHT, SELF_CONSISTENCY = "last answer", "subthought vote", "self-consistency"

Look = Callable[[str], Completion]


@dataclass(frozen=True, slots=True)
class Judged:
    """A record's verdicts, by place: the trace, each continuation of each subthought, each sample."""

    trace: Verdict | None
    continuations: tuple[tuple[Verdict, ...], ...]
    samples: tuple[Verdict, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def judge(record: Record, gold: str, look: Look, tags: ThinkTags | None) -> Judged:
    """Grade every completion of a record.

    Args:
        look: the completion of a key.
        tags: the model's think delimiters.
    """
    trace = look(record.trace) if record.trace else None
    verdict = None if trace is None else judge_whole(trace, gold, tags, opened=record.opened)
    if trace is not None and record.short_circuit and trace.finish_reason != "length":
        assert verdict is not None  # a trace has a verdict
        return Judged(verdict, ((verdict,),) * len(record.spans), ())
    groups = []
    for (_, end), keys in zip(record.spans, record.continuations, strict=True):
        assert trace is not None  # spans are a trace's
        groups.append(tuple(judge_continuation(look(k), trace.text[:end], gold, tags, record.state) for k in keys))
    samples = tuple(judge_whole(look(k), gold, tags, opened=record.opened) for k in record.samples)
    return Judged(verdict, tuple(groups), samples)


def judge_whole(completion: Completion, gold: str, tags: ThinkTags | None, *, opened: bool) -> Verdict:
    """Grade a whole completion: what follows its thinking. `opened`: the prompt opened the thinking."""
    text = completion.text
    if tags is not None and completion.finish_reason != "error":
        thought = find_thought(text, tags, opened)
        if thought.state == "open":
            return _unfinished(completion)
        text = text[thought.end + len(tags.closing) :] if thought.state == "closed" else text
    return grade(gold, text, completion.finish_reason)


def judge_continuation(completion: Completion, prefix: str, gold: str, tags: ThinkTags | None, state: str) -> Verdict:
    """Grade a continuation of `prefix`, a trace's text up to a cut. `state`: where the trace's thinking ended (`Cuts.state`)."""
    if state == "none" or tags is None:
        own = grade(gold, completion.text, completion.finish_reason)
        return own if own.outcome != "no_answer" else grade(gold, prefix + completion.text, completion.finish_reason)
    end = completion.text.rfind(tags.closing)
    if end < 0:
        return _unfinished(completion)
    return grade(gold, completion.text[end + len(tags.closing) :], completion.finish_reason)


def method_verdicts(judged: Judged) -> tuple[dict[str, Verdict], Vote[str] | None]:
    """The verdict of each method on the problem, and the subthought vote where there is one.

    A vote without any answer falls back to the last answer, and says so.
    """
    verdicts: dict[str, Verdict] = {}
    votes: Vote[str] | None = None
    if judged.continuations:
        flat = [v for group in judged.continuations for v in group]
        votes = vote_by_value([v.answer for v in flat])
        fallback = judged.trace or Verdict("no_answer")
        nothing = Verdict(fallback.outcome, fallback.answer, "no continuation answered: the last answer")
        verdicts[SUBTHOUGHT] = _elected(flat, votes) or nothing
    if judged.trace is not None:
        verdicts[LAST] = judged.trace
    if judged.samples:
        elected = _elected(judged.samples, vote_by_value([v.answer for v in judged.samples]))
        verdicts[SELF_CONSISTENCY] = elected or _nothing(judged.samples)
    return verdicts, votes


def vote_by_value(answers: Sequence[str | None]) -> Vote[str]:
    """A vote in which answers of equal value are one answer, shown as the first of them (`grading.answer_classes`)."""
    classes = dict(zip(answers, answer_classes(answers), strict=True))
    return vote(answers, key=classes.__getitem__)


def _elected(verdicts: Sequence[Verdict], votes: Vote[str]) -> Verdict | None:
    """The verdict of the first completion that gave the elected answer."""
    if votes.answer is None:
        return None
    return next(v for v in verdicts if v.answer == votes.answer)


def _nothing(verdicts: tuple[Verdict, ...]) -> Verdict:
    truncated = all(v.outcome == "truncated" for v in verdicts)
    return Verdict("truncated" if truncated else "no_answer", None, "no sample answered")


def _unfinished(completion: Completion) -> Verdict:
    if completion.finish_reason == "error":
        return Verdict("error", None, completion.error or "the engine gave no completion")
    return Verdict("truncated" if completion.finish_reason == "length" else "no_answer", None, "unfinished thinking")
