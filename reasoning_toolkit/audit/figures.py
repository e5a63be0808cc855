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
from reasoning_toolkit.audit.intervals import audit_interval, population_interval
from reasoning_toolkit.audit.passes import audited_curve
from reasoning_toolkit.audit.posterior import model_pass_at_k
from reasoning_toolkit.audit.reading_law import estimated_reading_variance
from reasoning_toolkit.audit.totals import contributions, two_phase
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
    row = {
        "k": k,
        "automatic": float(automatic.mean()),
        "automatic_interval": new_problems(automatic),
        "band": closing(problems, k),
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


def closing(problems: Sequence[Audited], k: int) -> list[float]:
    """The closing band; of a defective problem no solution is sound."""
    n, c = counts(problems)
    settled = [problem.reading.verdicts for problem in problems]
    defective = [problem.reading.standing == "defective" for problem in problems]
    sound = [0 if bad else sum(v) for v, bad in zip(settled, defective, strict=True)]
    flawed = [int(all_) if bad else len(v) - sum(v) for v, bad, all_ in zip(settled, defective, c, strict=True)]
    return list(closing_band(n, c, k, sound, flawed))


def new_problems(values: Floats) -> list[float] | None:
    """Interval over a population of problems; None for a single one."""
    return list(population_interval(values)) if values.size > 1 else None


def _estimated(problems: Sequence[Audited], k: int) -> dict[str, Any]:
    values, variances = values_of(problems, k)
    figure = two_phase(values, inclusion(problems), proxies(problems, k), variances)
    return {
        "audited": float(figure),
        "design": figure.design,
        "unbiased_for": figure.unbiased_for,
        "statement": figure.statement,
        "standard_error": figure.standard_error,
        "audit_interval": list(audit_interval(figure)),
        "interval": new_problems(contributed(problems, k)),
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
