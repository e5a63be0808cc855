"""Where the answer of a response stands, without looking at the gold answer: votes and verdicts both read with this.

A continuation's own text counts first, so that an answer already written in the prefix is not read as if it were found again; the
prefix's text helps only where the continuation has none. Unfinished thinking has no answer. A response without an answer abstains.
"""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_toolkit.engines.think import ThinkTags, find_thought
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.grading.grade import read_answer
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.filters import Filter
from reasoning_toolkit.subthought.record import Draw, Look, Record, joined

Found = tuple[str, str] | Verdict  # the answer and the rule that found it; or why there is none


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read from a record: from the trace, from each draw, from each sample."""

    trace: Found | None
    draws: tuple[Found, ...]
    samples: tuple[Found, ...] = ()


def read_record(
    record: Record, look: Look, tags: ThinkTags | None, keep: Filter | None = None, profile: str = "default"
) -> Readings:
    """Read every response of a record.

    Args:
        look: the completion of a key.
        tags: the model's think delimiters.
        keep: answers that it refuses abstain.
        profile: of the grader; continuations are always read with the default one.
    """
    trace = look(record.trace) if record.trace else None
    last = None if trace is None else read_whole(trace, tags, opened=record.opened, keep=keep, profile=profile)

    def whole(draw: Draw) -> Found:
        return read_whole(joined(draw, look), tags, opened=record.opened, keep=keep, profile=profile)

    def continued(draw: Draw) -> Found:
        return read_continuation(joined(draw, look), prefix_of(record, draw, look), tags, record.state, keep)

    read = continued if record.spans else whole
    draws = tuple(read(draw) if draw.pieces or last is None else last for draw in record.draws)
    return Readings(last, draws, tuple(whole(draw) for draw in record.samples))


def prefix_of(record: Record, draw: Draw, look: Look) -> str:
    """The part of the trace that a draw continues; nothing where it is a whole response."""
    return look(record.trace).text[: record.spans[draw.place][1]] if record.spans and record.trace else ""


def read_whole(
    completion: Completion,
    tags: ThinkTags | None,
    *,
    opened: bool,
    keep: Filter | None = None,
    profile: str = "default",
) -> Found:
    """The answer of a whole response: what follows its thinking.

    Args:
        completion: the response.
        tags: the model's think delimiters.
        opened: the prompt opened the thinking.
        keep: answers that it refuses abstain.
        profile: of the grader.
    """
    if completion.finish_reason == "error":
        return _unfinished(completion)
    text = completion.text
    if tags is not None:
        thought = find_thought(text, tags, opened)
        if thought.state == "open":
            return _unfinished(completion)
        text = text[thought.end + len(tags.closing) :] if thought.state == "closed" else text
    return _kept(read_answer(text, completion.finish_reason, profile), keep)


def read_continuation(
    completion: Completion, prefix: str, tags: ThinkTags | None, state: str, keep: Filter | None = None
) -> Found:
    """The answer of a continuation of `prefix`, a trace's text up to a cut. `state`: where the trace's thinking ended (`Cuts.state`)."""
    if state == "none" or tags is None:
        own = read_answer(completion.text, completion.finish_reason, "default")
        if isinstance(own, Verdict) and own.outcome == "no_answer":
            own = read_answer(prefix + completion.text, completion.finish_reason, "default")
        return _kept(own, keep)
    end = completion.text.rfind(tags.closing)
    if end < 0:
        return _unfinished(completion)
    return _kept(read_answer(completion.text[end + len(tags.closing) :], completion.finish_reason, "default"), keep)


def answer_of(found: Found) -> str | None:
    """The answer alone, None where there is none."""
    return None if isinstance(found, Verdict) else found[0]


def _kept(found: Found, keep: Filter | None) -> Found:
    if keep is None or isinstance(found, Verdict) or keep(found[0]):
        return found
    return Verdict("no_answer", None, f"filtered: {found[0]}")


def _unfinished(completion: Completion) -> Verdict:
    if completion.finish_reason == "error":
        return Verdict("error", None, completion.error or "the engine gave no completion")
    return Verdict("truncated" if completion.finish_reason == "length" else "no_answer", None, "unfinished thinking")
