"""How the answers of one trace change from its first subthought to its last.

The diagnostics behind figure 2 of Hammoud et al. (arXiv 2504.20708): which answer leads after each subthought, from where
on the leader stays, how far the late answers agree with the last one, and how accuracy changes along the trace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, bootstrap_interval

DECILES = 10


@dataclass(frozen=True, slots=True)
class Evolution:
    """Answers over the n positions of a trace.

    Attributes:
        leaders: the class that leads after each position, the earliest of those that tie; None before the first answer.
        settled_at: the first position, from 0, from which the leader never changes; None without any answer.
        agreement: for each position, the share of the answers from there on that equal the last answer; missing answers are
            not counted, and None stands where none is left or the trace has no last answer.
    """

    leaders: tuple[int | None, ...]
    settled_at: int | None
    agreement: tuple[float | None, ...]


class Decile(NamedTuple):
    """A tenth of the traces' length: how many traces have answers there, their mean accuracy (None for no trace), interval."""

    traces: int
    accuracy: float | None
    interval: Interval | None


def evolution(classes: Sequence[int | None], last: int | None) -> Evolution:
    """How a trace's answers evolve.

    Args:
        classes: the class of the answer at each position in order, None where there is none.
        last: the class of the trace's own answer; None if it has none.
    """
    leaders = _leaders(classes)
    return Evolution(leaders, _settled_at(leaders), _agreement(classes, last))


def decile_accuracy(right: Sequence[Sequence[float | None]], resamples: int = 10_000) -> tuple[Decile, ...]:
    """Accuracy of the answers in each tenth of their traces, the trace as unit of the mean and of its bootstrap interval.

    Position i of n, from 0, lies at (i + ½)/n of its trace; a trace shorter than ten is missing from some tenths.

    Args:
        right: for each trace, whether the answer at each of its positions is right (a missing answer is not), or the share
            of right ones where a position has several; None where none was drawn.
        resamples: of the interval.

    Raises:
        UsageError: no trace.
    """
    if not right:
        raise UsageError("expected at least one trace, got none", hint="run a subthought decode first")
    shares: list[list[float]] = [[] for _ in range(DECILES)]
    for trace in right:
        tenths: list[list[float]] = [[] for _ in range(DECILES)]
        for i, flag in enumerate(trace):
            if flag is not None:
                tenths[decile(i, len(trace))].append(flag)
        for found, tenth in zip(shares, tenths, strict=True):
            if tenth:
                found.append(sum(tenth) / len(tenth))
    return tuple(
        Decile(len(found), sum(found) / len(found), bootstrap_interval(found, resamples=resamples))
        if found
        else Decile(0, None, None)
        for found in shares
    )


def decile(position: int, length: int) -> int:
    """The tenth, from 0, in which a position of a trace of this length lies."""
    return DECILES * (2 * position + 1) // (2 * length)


def _leaders(classes: Sequence[int | None]) -> tuple[int | None, ...]:
    votes: Counter[int] = Counter()
    first: dict[int, int] = {}
    leaders, leader = [], None
    for i, answer in enumerate(classes):
        if answer is not None:
            votes[answer] += 1
            first.setdefault(answer, i)
            # Only the class that gained a vote can take the lead.
            if leader is None or (votes[answer], -first[answer]) > (votes[leader], -first[leader]):
                leader = answer
        leaders.append(leader)
    return tuple(leaders)


def _settled_at(leaders: Sequence[int | None]) -> int | None:
    if not leaders or leaders[-1] is None:
        return None
    return max((i + 1 for i, leader in enumerate(leaders) if leader != leaders[-1]), default=0)


def _agreement(classes: Sequence[int | None], last: int | None) -> tuple[float | None, ...]:
    shares: list[float | None] = []
    same = answered = 0
    for answer in reversed(classes):
        answered += answer is not None
        same += answer is not None and answer == last
        shares.append(same / answered if answered and last is not None else None)
    return tuple(reversed(shares))
