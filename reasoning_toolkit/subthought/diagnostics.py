"""What a vote over subthoughts tells beside its answer: does it know when it is right, and where on the trace is the answer?

Five parts: entropy of the votes on right and wrong problems, signals of confidence (AUROC), selective answering
(risk-coverage), calibration of the top share, and how answers evolve along the trace. Every figure is over problems and
carries a 95 % interval over problems. A part, or a row of one, that too few problems can fill has no figures and a `reason`.

Measures after Hammoud et al. (arXiv 2504.20708, sections 3.3 and 4.2); the statistics' own sources stand in `stats`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.stats.auroc import auroc
from reasoning_toolkit.stats.calibration import Calibration, calibration, recalibrated
from reasoning_toolkit.stats.evolution import DECILES, decile, decile_accuracy, evolution
from reasoning_toolkit.stats.intervals import bootstrap_interval
from reasoning_toolkit.stats.risk_coverage import risk_coverage
from reasoning_toolkit.subthought.vote import Vote, vote

LAST, VOTE = "last answer", "vote"
RESAMPLES = 2000
FEWEST = 10  # problems from which on confidence is calibrated at all
NOBODY = "no problem has votes"
BIN = 10  # problems of a calibration bin, at least; ten bins at most


@dataclass(frozen=True, slots=True)
class TraceVote:
    """One problem's vote, as the diagnostics need it.

    Attributes:
        problem: its id; several seeds of one problem share it.
        classes: the class of each drawn answer, in the order of the trace; None where there is none.
        right: whether each of them is right.
        places: the subthought that each was continued from, counted from 0.
        subthoughts: subthoughts of the trace, drawn or not.
        vote_right: whether the elected answer is right.
        last: the class of the trace's own answer; None if it has none.
        last_right: whether that is right.
        stopped_at: share of the population that was drawn, where the vote could end early.
    """

    problem: str
    classes: tuple[int | None, ...]
    right: tuple[bool, ...]
    places: tuple[int, ...]
    subthoughts: int
    vote_right: bool
    last: int | None
    last_right: bool
    stopped_at: float | None = None


Judged = tuple[TraceVote, Vote[int]]
Signal = Callable[[TraceVote, Vote[int]], float | None]

MEASURES: Mapping[str, tuple[str, Callable[[Vote[int]], float]]] = {
    "entropy": ("bits", lambda v: v.entropy_bits),
    "entropy, Miller-Madow": ("bits", lambda v: v.miller_madow_bits),
    "entropy / log2(votes)": ("share", lambda v: v.entropy_by_votes),
    "entropy / log2(answers)": ("share", lambda v: v.entropy_by_answers),
}
# Signals of confidence: higher means more confident.
SIGNALS: Mapping[str, Signal] = {
    "low entropy": lambda row, v: -v.entropy_bits,
    "low entropy / log2(votes)": lambda row, v: -v.entropy_by_votes,
    "top share": lambda row, v: v.top_share,
    "margin": lambda row, v: v.margin,
    "early stop": lambda row, v: None if row.stopped_at is None else -row.stopped_at,
    "vote agrees with last answer": lambda row, v: float(v.answer == row.last),
}
SPLITS: Mapping[str, Callable[[TraceVote], bool]] = {LAST: lambda row: row.last_right, VOTE: lambda row: row.vote_right}


def diagnose(rows: Sequence[TraceVote]) -> dict[str, Any]:
    """The diagnostics of all problems as plain JSON data; problems in which nothing voted are left out and counted."""
    judged = [(row, vote(row.classes)) for row in rows]
    voted = [(row, votes) for row, votes in judged if votes.counts]
    return {
        "problems": len(voted),
        "left_out": len(rows) - len(voted),
        "entropy": [_entropy(voted, measure, split) for measure in MEASURES for split in SPLITS],
        "signals": [_signal(voted, signal, split) for signal in SIGNALS for split in SPLITS],
        "risk_coverage": _risk_coverage(voted),
        "calibration": _calibration(voted),
        "evolution": _evolution(voted),
        "deciles": _deciles(voted),
    }


def _entropy(voted: Sequence[Judged], measure: str, split: str) -> dict[str, Any]:
    unit, value = MEASURES[measure]
    groups: dict[bool, list[float]] = {True: [], False: []}
    for row, votes in voted:
        groups[SPLITS[split](row)].append(value(votes))
    return {
        "name": measure,
        "unit": unit,
        "by": split,
        "right": _mean(groups[True]),
        "wrong": _mean(groups[False]),
        "reason": None if all(groups.values()) else _one_sided(voted, split),
    }


def _signal(voted: Sequence[Judged], name: str, split: str) -> dict[str, Any]:
    found = [(value, SPLITS[split](row)) for row, votes in voted if (value := SIGNALS[name](row, votes)) is not None]
    area = auroc([value for value, _ in found], [right for _, right in found])
    reason = None
    if not found and voted:
        reason = "no vote could end early (--stop)"
    elif area is None:
        reason = _one_sided(voted, split)
    elif area.interval is None:
        reason = "no interval: one side has a single problem, or no two problems overlap"
    return {
        "name": name,
        "by": split,
        "problems": len(found),
        "auroc": area.value if area else None,
        "interval": list(area.interval) if area and area.interval else None,
        "reason": reason,
    }


def _risk_coverage(voted: Sequence[Judged]) -> dict[str, Any]:
    """Of the vote's own answer, problems of low entropy first: the signal is fixed beforehand, not the best of several."""
    right = [row.vote_right for row, _ in voted]
    if len(set(right)) < 2:
        return {"reason": _one_sided(voted, VOTE)}
    found = risk_coverage([-votes.entropy_bits for _, votes in voted], right, resamples=RESAMPLES)
    return {
        "signal": "low entropy",
        "by": VOTE,
        "coverage": found.coverage.tolist(),
        "risk": found.risk.tolist(),
        "error_rate": right.count(False) / len(right),
        "aurc": found.aurc,
        "aurc_interval": _with_width(found.aurc_interval),
        "excess": found.excess,
        "excess_interval": _with_width(found.excess_interval),
        "reason": None,
    }


def _calibration(voted: Sequence[Judged]) -> dict[str, Any]:
    """Of the top share as the chance that the vote is right; then recalibrated, each problem by a fit on the others."""
    right = [row.vote_right for row, _ in voted]
    problems = [row.problem for row, _ in voted]
    if len(set(problems)) < FEWEST:
        return {"reason": f"{len(set(problems))} problems with votes; calibration needs at least {FEWEST}"}
    shares = [votes.top_share for _, votes in voted]
    bins = min(10, max(1, len(set(problems)) // BIN))
    fitted = recalibrated(shares, right, problems).tolist()
    return {
        "signal": "top share",
        "by": VOTE,
        "raw": _calibrated(calibration(shares, right, bins)),
        "recalibrated": _calibrated(calibration(fitted, right, bins, binned_by=shares)),
        "reason": None,
    }


def _calibrated(found: Calibration) -> dict[str, Any]:
    bins = [row._asdict() | {"interval": list(row.interval)} for row in found.bins]
    return {"ece": found.ece, "brier": found.brier, "brier_interval": list(found.brier_interval), "bins": bins}


def _evolution(voted: Sequence[Judged]) -> dict[str, Any]:
    """Where the running vote settles, and how far the answers from each tenth on agree with the trace's own."""
    settled: list[float] = []
    agreement: list[list[float]] = [[] for _ in range(DECILES)]
    for row, _ in voted:
        found = evolution(row.classes, row.last)
        assert found.settled_at is not None  # there are votes
        settled.append((row.places[found.settled_at] + 1) / row.subthoughts)
        first: dict[int, float] = {}  # of each tenth, where the answers from its start on begin
        for place, share in zip(row.places, found.agreement, strict=True):
            if share is not None:
                first.setdefault(decile(place, row.subthoughts), share)
        for tenth, share in first.items():
            agreement[tenth].append(share)
    if not settled:
        return {"reason": NOBODY}
    return {"settled": _mean(settled), "agreement": [_mean(shares) for shares in agreement], "reason": None}


def _deciles(voted: Sequence[Judged]) -> dict[str, Any]:
    if not voted:
        return {"reason": NOBODY}
    rows = decile_accuracy([_by_place(row) for row, _ in voted], resamples=RESAMPLES)
    return {
        "rows": [
            {"problems": row.traces, "accuracy": row.accuracy, "interval": _with_width(row.interval)} for row in rows
        ],
        "reason": None,
    }


def _by_place(row: TraceVote) -> list[float | None]:
    drawn: list[list[bool]] = [[] for _ in range(row.subthoughts)]
    for place, right in zip(row.places, row.right, strict=True):
        drawn[place].append(right)
    return [sum(flags) / len(flags) if flags else None for flags in drawn]


def _mean(values: Sequence[float]) -> dict[str, Any]:
    """Mean and its interval: none where all values are equal and resampling can see no spread."""
    if not values:
        return {"problems": 0, "mean": None, "interval": None}
    interval = _with_width(bootstrap_interval(values, resamples=RESAMPLES))
    return {"problems": len(values), "mean": sum(values) / len(values), "interval": interval}


def _with_width(interval: tuple[float, float] | None) -> list[float] | None:
    """The interval, or None where equal values gave it no width."""
    return list(interval) if interval and interval[0] < interval[1] else None


def _one_sided(voted: Sequence[Judged], split: str) -> str:
    if not voted:
        return NOBODY
    which = "right" if SPLITS[split](voted[0][0]) else "wrong"
    return f"by the {split} all {len(voted)} problems are {which}"
