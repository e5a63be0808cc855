"""Accuracy-against-tokens curves of methods over the same problems, and the comparison of two of them at one budget.

A curve's points are means over problems of the mean over seeds (`budgets`); intervals resample problems, then seeds (`nested`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.budgets import Pool, accuracy_at
from reasoning_toolkit.stats.intervals import Interval, wilson_interval
from reasoning_toolkit.stats.nested import nested_intervals
from reasoning_toolkit.stats.paired import PairedComparison
from reasoning_toolkit.stats.paired_scores import compare_scores

RESAMPLES = 2000  # for the interval of each point

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arm:
    """A method over a set of problems.

    Attributes:
        pools: of each problem's id, one for each seed.
        in_order: draws are taken in the order of the pool, where that is the method's own, instead of a random one.
    """

    name: str
    pools: Mapping[str, Sequence[Pool]]
    in_order: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """An arm's accuracy at each budget.

    Attributes:
        name: of the arm.
        budgets: tokens a problem.
        scores: of each problem's id, expected accuracy at each budget, shape (seeds, budgets).
        accuracy: mean over problems, shape (budgets,).
        intervals: 95 % intervals of `accuracy`.
        spent: mean tokens a problem that are spent, shape (budgets,): below the budget where pools are used up.
    """

    name: str
    budgets: tuple[int, ...]
    scores: Mapping[str, Floats]
    accuracy: Floats
    intervals: tuple[Interval, ...]
    spent: Floats


def accuracy_curve(arm: Arm, budgets: Sequence[int], seed: int = 0) -> Curve:
    """The arm's accuracy at each budget, with intervals; the same seed gives the same curve.

    Raises:
        UsageError: no budgets, no problems, a problem without pools, lengths within a pool that differ, a weight below 0.
    """
    if not budgets or not arm.pools or not all(arm.pools.values()):
        raise UsageError(
            f"expected budgets and a pool for each problem of {arm.name}, got {len(budgets)} budgets and {len(arm.pools)} problems",
            hint="leave out problems that the arm did not run",
        )
    scores = {
        problem: np.stack(
            [accuracy_at(pool, budgets, arm.in_order, seed=_seed(seed, problem, i)) for i, pool in enumerate(pools)]
        )
        for problem, pools in arm.pools.items()
    }
    spent = [np.mean([np.minimum(budgets, pool.total) for pool in pools], axis=0) for pools in arm.pools.values()]
    return Curve(
        name=arm.name,
        budgets=tuple(budgets),
        scores=scores,
        accuracy=np.mean([rows.mean(axis=0) for rows in scores.values()], axis=0),
        intervals=_intervals(list(scores.values())),
        spent=np.mean(spent, axis=0),
    )


def _intervals(scores: Sequence[Floats]) -> tuple[Interval, ...]:
    """Of each point; Wilson's, the widest that its accuracy allows, where all problems score alike and no resample differs."""
    means = np.mean([rows.mean(axis=0) for rows in scores], axis=0)
    return tuple(
        found if found.low < found.high else wilson_interval(float(mean) * len(scores), len(scores))
        for found, mean in zip(nested_intervals(scores, resamples=RESAMPLES), means, strict=True)
    )


def compare_at(a: Curve, b: Curve, budget: int) -> PairedComparison:
    """Compare two arms at one of their budgets, paired over the problems that both have.

    Raises:
        UsageError: a curve without this budget, or no problem in common.
    """
    if budget not in a.budgets or budget not in b.budgets:
        raise UsageError(
            f"expected a budget of both curves, got {budget}", hint=f"{a.name} has {', '.join(map(str, a.budgets))}"
        )
    shared = [problem for problem in a.scores if problem in b.scores]
    at = [[curve.scores[problem][:, curve.budgets.index(budget)].tolist() for problem in shared] for curve in (a, b)]
    return compare_scores(a.name, at[0], b.name, at[1])


def common_budgets(arms: Sequence[Arm], points: int = 6) -> tuple[int, ...]:
    """Budgets that all arms can be asked about, rising by equal factors and rounded to two digits; none where there are no such.

    From the least at which every arm has an answer to half of the problems, up to the most that every arm that draws can
    still spend on half of them. An arm without draws has one point, which a larger budget does not change.
    """
    low = max(float(np.median(_each(arm, _first_answer))) for arm in arms)
    drawing = [arm for arm in arms if any(pool.tokens for pools in arm.pools.values() for pool in pools)]
    high = min((float(np.median(_each(arm, lambda pool: pool.total))) for arm in drawing), default=low)
    if high < low:
        return ()
    steps = np.geomspace(max(low, 1.0), max(high, 1.0), points)
    return tuple(sorted({_rounded(step) for step in steps}))


def _each(arm: Arm, figure: Callable[[Pool], float]) -> list[float]:
    return [figure(pool) for pools in arm.pools.values() for pool in pools]


def _first_answer(pool: Pool) -> float:
    """Tokens until there is an answer: a trace's own, or that of a draw of mean length."""
    return float(pool.fixed) if pool.fixed or not pool.tokens else float(np.mean(pool.tokens))


def _rounded(value: float) -> int:
    unit = 10 ** max(0, int(np.log10(value)) - 1)
    return int(round(value / unit) * unit)


def _seed(seed: int, problem: str, replica: int) -> int:
    """Of a problem's own, so that its figures do not depend on which others there are."""
    return zlib.crc32(f"{seed}/{replica}/{problem}".encode())
