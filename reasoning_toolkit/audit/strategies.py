"""Audited accuracy and false-positive share of each strategy that picks an answer from the samples.

A strategy that elects the right answer shows a solution with that answer, one of the accepted ones: any of them is as likely here.
So its audited accuracy is the mean of t / c over the problems in which it is right, which is linear: the first reading of a
problem is sound with chance t / c. "Any of n" is pass@n, as an oracle picks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.false_positives import flawed_share, solutions_read
from reasoning_toolkit.audit.figures import closing, inclusion, listed, parts_of, settled
from reasoning_toolkit.audit.intervals import pass_intervals, pass_parts
from reasoning_toolkit.audit.loss_intervals import Parts
from reasoning_toolkit.audit.reading_law import estimated_reading_variance
from reasoning_toolkit.stats.intervals import Interval

_NOT_READ = ("audited", "interval", "share", "share_interval")


def strategy_rows(problems: Sequence[Audited]) -> list[dict[str, Any]]:
    """One row a strategy: automatic and audited accuracy, the share of its right answers that is not sound, solutions read.

    What has no unbiased figure, as a problem is open or nothing was read, is None.
    """
    n = int(counts(problems)[0].min())
    rows = [_row("single sample", problems, parts_of(problems, 1), closing(problems, 1))]
    for name in dict.fromkeys(name for problem in problems for name in problem.votes):
        rows.append(_row(name, problems, *_elected(name, problems)))
    return [*rows, _row(f"any of {n}", problems, parts_of(problems, n), closing(problems, n))]


def _row(name: str, problems: Sequence[Audited], parts: Parts, certain: Interval) -> dict[str, Any]:
    """`certain`: between which ends the audited accuracy must lie."""
    top = float(parts.weights @ parts.tops)
    read = solutions_read([problem for problem, right in zip(problems, parts.tops > 0, strict=True) if right])
    row = {"strategy": name, "automatic": top, "read": read, **dict.fromkeys(_NOT_READ)}
    if still_open(problems) or not read:
        return row
    share, share_interval = flawed_share(
        replace(parts, weights=parts.weights / top), Interval(1 - certain.high / top, 1 - certain.low / top)
    )
    interval = listed(pass_intervals(parts, certain).new_problems)
    return row | {"audited": top - parts.loss, "interval": interval, "share": share, "share_interval": share_interval}


def _elected(name: str, problems: Sequence[Audited]) -> tuple[Parts, Interval]:
    """What each problem adds to a vote's audited accuracy: t / c where the vote is right, and nothing elsewhere."""
    _, c = counts(problems)
    right = np.array([problem.votes.get(name, False) for problem in problems]) & (c > 0)
    kept = np.where(right, c, 0)
    values, variances = np.array(
        [_first(problem) if ok else (0.0, 0.0) for problem, ok in zip(problems, right, strict=True)]
    ).T
    guesses = [problem.reading.plan.guess for problem in problems]
    parts = pass_parts(np.maximum(kept, 1), kept, 1, values, inclusion(problems), right * guesses, variances)
    sound, flawed = (np.array(counted) / np.maximum(c, 1) for counted in settled(problems))
    return parts, Interval(float(np.mean(right * sound)), float(np.mean(right * (1 - flawed))))


def _first(problem: Audited) -> tuple[float, float]:
    """The estimate of t / c and its variance; NaN where the problem was not drawn."""
    standing, c = problem.reading.standing, problem.reading.plan.c
    if standing in ("not drawn", "open"):
        return float("nan"), 0.0
    if standing == "defective":
        return 0.0, 0.0
    place = problem.first_sound
    verdicts = [False] * c if place is None else [False] * (place - 1) + [True]
    return float(place == 1), estimated_reading_variance(c, c, 1, verdicts)
