"""Grade many completions at once: each different pair of answers is compared once, large batches in child processes.

    1. find the answer of every completion (linear in its text, in this process)
    2. keep the pairs (gold answer, answer) that differ, those of one gold answer together
    3. compare them: here if they are few, else in `pool.py`
    4. hand every completion its verdict, in the order in which they came

A verdict depends on its own completion alone, so neither order, batch size nor number of workers changes one.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import NamedTuple

from reasoning_toolkit.grading.grade import read_answer, rule_on, rule_on_all, verdict_on
from reasoning_toolkit.grading.pool import Pair, rule_on_many
from reasoning_toolkit.grading.profiles import profile_named
from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS, Ruling
from reasoning_toolkit.grading.verdict import Verdict

SMALL_BATCH = 2_000  # different pairs that are compared faster than child processes start


class Sample(NamedTuple):
    """A completion to grade: the gold answer, its text, and why it ended (``stop``, ``length`` or ``error``)."""

    gold: str
    text: str
    finish_reason: str = "stop"


def grade_many(samples: Iterable[Sample], profile: str = "default", *, workers: int = 1) -> list[Verdict]:
    """The verdicts on completions, in their order.

    Args:
        samples: read once, so they may be generated; their texts are not kept.
        profile: a row of `PROFILES`.
        workers: child processes for large batches; 0 compares everything in this process.

    Raises:
        UsageError: there is no such profile.
        GradingError: a worker cannot be started.
    """
    profile_named(profile)  # an unknown one is an error even if there is nothing to grade
    found: list[tuple[Pair, str] | Verdict] = []
    by_gold: dict[str, dict[Pair, Pair]] = {}
    for gold, text, finish_reason in samples:
        answer = read_answer(text, finish_reason, profile)
        if isinstance(answer, Verdict):
            found.append(answer)
        else:
            pairs = by_gold.setdefault(gold, {})
            pair = pairs.setdefault((gold, answer[0]), (gold, answer[0]))  # one object for all that are equal
            found.append((pair, answer[1]))
    rulings = _rulings([pair for pairs in by_gold.values() for pair in pairs], profile, workers)
    verdict = functools.lru_cache(maxsize=None)(lambda pair, rule: verdict_on(pair[1], rule, rulings[pair]))
    return [f if isinstance(f, Verdict) else verdict(*f) for f in found]


def _rulings(pairs: list[Pair], profile: str, workers: int) -> dict[Pair, Ruling]:
    if profile_named(profile).equal_many:  # it brings child processes of its own
        grouped = itertools.groupby(pairs, key=lambda pair: pair[0])
        each = ((gold, rule_on_all(gold, (answer for _, answer in same), profile)) for gold, same in grouped)
        return {(gold, answer): ruling for gold, ruled in each for answer, ruling in ruled.items()}
    if workers < 1 or len(pairs) <= SMALL_BATCH:
        return {pair: rule_on(*pair, profile) for pair in pairs}
    short = [pair for pair in pairs if len(pair[0]) + len(pair[1]) <= MAX_CHARACTERS]
    rulings = dict(zip(short, rule_on_many(short, profile_named(profile).equal, workers=workers), strict=True))
    return {pair: rulings[pair] if pair in rulings else rule_on(*pair, profile) for pair in pairs}
