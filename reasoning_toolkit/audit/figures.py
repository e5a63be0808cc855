"""Audited pass@k of a set of problems from their readings: the figure, both its intervals, and the closing band.

Each problem that was drawn gives an unbiased figure from the place of its first sound solution; `totals.two_phase` puts them
together, with a prediction that was fixed before the draw as proxy: the plan's guess times automatic pass@k. Decisions:

1. A defective problem counts as unsolved and stays among the problems. To leave it out would divide by a number that the
   readings gave, which is biased where only some problems are read.
2. "Grader wrong" counts as not sound: the answer is not the problem's.
3. While a problem is open there is no unbiased figure. Then the model of `posterior` speaks, labelled as one, and the band.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.bounds import closing_band
from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.intervals import over_problems, pass_intervals, pass_parts
from reasoning_toolkit.audit.loss_intervals import Parts
from reasoning_toolkit.audit.passes import audited_curve
from reasoning_toolkit.audit.posterior import model_pass_at_k
from reasoning_toolkit.audit.reading_law import estimated_reading_variance
from reasoning_toolkit.audit.totals import contributions, two_phase
from reasoning_toolkit.stats.intervals import Interval
from reasoning_toolkit.stats.passes import pass_at_k

Floats = NDArray[np.float64]


def pass_rows(problems: Sequence[Audited]) -> list[dict[str, Any]]:
    """Automatic and audited pass@k for k = 1, 2, 4, … up to the samples that every problem has."""
    n, _ = counts(problems)
    return [pass_row(problems, k) for k in ladder(int(n.min()))]


def pass_row(problems: Sequence[Audited], k: int) -> dict[str, Any]:
    """Both figures at one k, each with its intervals; the audited one with its design."""
    n, c = counts(problems)
    automatic = pass_at_k(n, c, k)
    mean = float(automatic.mean())
    row = {
        "k": k,
        "automatic": mean,
        "automatic_interval": listed(over_problems(automatic, mean, Interval(mean, mean))),
        "band": list(closing(problems, k)),
    }
    return row | (_modelled(problems, k) if still_open(problems) else _estimated(problems, k))


def ladder(n: int) -> list[int]:
    """1, 2, 4, … and n."""
    return sorted({*(2**i for i in range(n.bit_length()) if 2**i <= n), n})


def contributed(problems: Sequence[Audited], k: int) -> Floats:
    """What each problem adds to audited pass@k, shape (problems,); their mean is the figure."""
    values, _ = values_of(problems, k)
    return contributions(values, inclusion(problems), proxies(problems, k))


def values_of(problems: Sequence[Audited], k: int) -> tuple[Floats, Floats]:
    """Audited pass@k of each problem and its variance over reading orders, shapes (problems,); NaN where it was not drawn."""
    rows = [_value(problem, k) for problem in problems]
    return np.array([value for value, _ in rows]), np.array([variance for _, variance in rows])


def inclusion(problems: Sequence[Audited]) -> Floats:
    """The chance with which each problem was drawn, shape (problems,)."""
    return np.array([problem.reading.plan.probability for problem in problems])


def proxies(problems: Sequence[Audited], k: int) -> Floats:
    """The plan's prediction of each problem's audited pass@k, shape (problems,)."""
    n, c = counts(problems)
    return np.array([problem.reading.plan.guess for problem in problems]) * pass_at_k(n, c, k)


def parts_of(problems: Sequence[Audited], k: int) -> Parts:
    """What each problem adds to audited pass@k, for its intervals."""
    values, variances = values_of(problems, k)
    return pass_parts(*counts(problems), k, values, inclusion(problems), proxies(problems, k), variances)


def closing(problems: Sequence[Audited], k: int) -> Interval:
    """The closing band."""
    return closing_band(*counts(problems), k, *settled(problems))


def settled(problems: Sequence[Audited]) -> tuple[list[int], list[int]]:
    """Of each problem the solutions that are known to be sound, and to be flawed; of a defective problem none is sound."""
    bad = [problem.reading.standing == "defective" for problem in problems]
    found = [problem.reading.verdicts for problem in problems]
    sound = [0 if defective else sum(verdicts) for defective, verdicts in zip(bad, found, strict=True)]
    flawed = [
        problem.reading.plan.c if defective else len(verdicts) - sum(verdicts)
        for problem, defective, verdicts in zip(problems, bad, found, strict=True)
    ]
    return sound, flawed


def listed(interval: Interval | None) -> list[float] | None:
    """An interval as JSON has it."""
    return None if interval is None else list(interval)


def _estimated(problems: Sequence[Audited], k: int) -> dict[str, Any]:
    parts = parts_of(problems, k)
    figure = two_phase(parts.values, parts.inclusion, parts.proxies, parts.variances)
    these, new = pass_intervals(parts, closing(problems, k))
    return {
        "audited": float(figure),
        "design": figure.design,
        "unbiased_for": figure.unbiased_for,
        "statement": figure.statement,
        "standard_error": figure.standard_error,
        "audit_interval": list(these),
        "interval": listed(new),
    }


def _modelled(problems: Sequence[Audited], k: int) -> dict[str, Any]:
    n, c = counts(problems)
    sound = [sum(problem.reading.verdicts) for problem in problems]
    flawed = [len(problem.reading.settled) - found for problem, found in zip(problems, sound, strict=True)]
    figure: Estimate | None = None
    interval = None
    if sum(sound) + sum(flawed):
        figure, interval, _ = model_pass_at_k(n, c, k, sound, flawed)
    return {
        "audited": None if figure is None else float(figure),
        "design": "model",
        "unbiased_for": None,
        "statement": Estimate(0.0, "model").statement,
        "standard_error": None,
        "audit_interval": None,
        "interval": None if interval is None else list(interval),
    }


def _value(problem: Audited, k: int) -> tuple[float, float]:
    plan, standing = problem.reading.plan, problem.reading.standing
    if standing in ("not drawn", "open"):
        return float("nan"), 0.0
    if plan.c == 0 or standing == "defective":
        return 0.0, 0.0
    return _read(plan.n, plan.c, k, problem.first_sound)


@lru_cache(maxsize=65536)
def _read(n: int, c: int, k: int, place: int | None) -> tuple[float, float]:
    verdicts = [False] * c if place is None else [False] * (place - 1) + [True]
    value = float(audited_curve(n, c, [k], verdicts)[0])
    return value, estimated_reading_variance(n, c, k, verdicts)
