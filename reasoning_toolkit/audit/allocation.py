"""Which problems to read, and how likely: the chances that make the audited figure of a budget most exact.

The difference estimator of M problems has variance (1/M²) Σ [(σ_i² + δ_i²) / π_i - δ_i²], with σ_i² the variance of a problem's
figure over reading orders and δ_i what the proxy misses. Under Σ π_i κ_i = budget the best chances are
π_i ∝ √((σ_i² + δ_i²) / κ_i), at most 1 (Neyman 1934; Hansen and Hurwitz 1943 for unequal chances), here with a floor. κ_i, the
cost of a problem, is its expected readings up to the first sound one times the minutes of one.

What is believed of a problem: the chance s_i that it has a sound solution at all, and the sound ones t_i it then has. The proxy
is g_i = s_i f(t_i), and it misses s_i (1 - s_i) f(t_i)² in the square. Beliefs may be wrong: the figure stays unbiased, only its
error grows. Problems without an accepted solution are known to be 0: their chance is 1 and their cost 0. Detectors may
inform beliefs, never the reading order within a problem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.fill import fill
from reasoning_toolkit.audit.reading_law import expected_readings, reading_variances
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import normal_quantile
from reasoning_toolkit.stats.passes import pass_at_k

Floats = NDArray[np.float64]
FLOOR = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Chances to read M problems, fixed before the draw.

    Attributes:
        inclusion: chance of each problem, shape (M,); 1 where nothing has to be read.
        proxies: predicted audited pass@k of each, for `totals.two_phase`.
        readings: expected readings in all.
        cost: expected minutes (readings, where every reading costs 1).
        standard_error: expected error of the audit, if beliefs are right.
    """

    inclusion: Floats
    proxies: Floats
    readings: float
    cost: float
    standard_error: float


def plan_readings(
    n: ArrayLike,
    c: ArrayLike,
    k: int,
    solved: ArrayLike,
    budget: float,
    sound_share: ArrayLike = 0.9,
    minutes: ArrayLike = 1.0,
    stop_at: int = 1,
    floor: float = FLOOR,
) -> Plan:
    """The chances for a budget.

    Args:
        n: samples of each problem, shape (M,) or one number.
        c: accepted ones, shape (M,).
        k: of the audited pass@k that is to be exact.
        solved: believed chance that a problem has a sound solution; `solved_from_pilot`, a detector, or .5 for all.
        budget: minutes in all, in expectation.
        sound_share: believed share of sound ones among the accepted, where the problem is solved.
        minutes: of one reading of each problem's solutions.
        stop_at: sound ones at which reading a problem ends.
        floor: least chance of a problem.

    Raises:
        UsageError: counts or chances out of range, or a budget below the cost of the floor.
    """
    beliefs = _believe(n, c, k, solved, sound_share, minutes, stop_at)
    chances = inclusion_probabilities(beliefs.spread, beliefs.cost, budget, floor)
    variance = np.sum(beliefs.spread / chances - beliefs.missed) / chances.size**2
    return Plan(
        inclusion=chances,
        proxies=beliefs.proxies,
        readings=float(chances @ beliefs.readings),
        cost=float(chances @ beliefs.cost),
        standard_error=math.sqrt(max(0.0, float(variance))),
    )


def inclusion_probabilities(spread: ArrayLike, cost: ArrayLike, budget: float, floor: float = FLOOR) -> Floats:
    """π_i ∝ √(spread_i / cost_i) with Σ π_i cost_i = budget, from `floor` to 1; all 1 where the budget pays for everything.

    Args:
        spread: σ² + δ² of each problem, shape (M,).
        cost: of reading each; 0 where nothing has to be read, whose chance is 1.
        budget: in expectation.
        floor: least chance.

    Raises:
        UsageError: negative numbers, a floor outside (0, 1], or a budget below the cost of the floor.
    """
    price = np.asarray(cost, dtype=np.float64)
    squares = np.broadcast_to(np.asarray(spread, dtype=np.float64), price.shape)
    least = floor * price.sum()
    if not 0 < floor <= 1 or (squares < 0).any() or (price < 0).any() or budget < least * (1 - 1e-9):
        raise UsageError(
            f"expected a floor in (0, 1], spreads and costs >= 0 and a budget of at least {least:g}, got {budget:g}",
            hint=f"every problem is read with a chance of at least {floor:g}: raise the budget or lower the floor",
        )
    paid = price > 0
    chances = np.ones(price.shape)
    if paid.any():
        wanted = np.sqrt(squares[paid] / price[paid])
        chances[paid] = fill(wanted if wanted.any() else np.ones_like(wanted), floor, 1.0, price[paid], budget)
    return chances


def readings_for(
    half_width: float,
    n: ArrayLike,
    c: ArrayLike,
    k: int,
    solved: ArrayLike,
    sound_share: ArrayLike = 0.9,
    minutes: ArrayLike = 1.0,
    stop_at: int = 1,
    floor: float = FLOOR,
    confidence: float = 0.95,
) -> Plan:
    """The cheapest plan whose audit interval is expected to reach this far to each side; other arguments as `plan_readings`.

    Raises:
        UsageError: also for a half-width that reading every problem would not give.
    """
    settings = (sound_share, minutes, stop_at, floor)
    price = _believe(n, c, k, solved, sound_share, minutes, stop_at).cost.sum()
    wanted = half_width / normal_quantile(confidence)
    dearest = plan_readings(n, c, k, solved, price, *settings)
    if not dearest.standard_error <= wanted:
        raise UsageError(
            f"a half-width of {half_width:g} cannot be reached: reading every problem gives "
            f"{dearest.standard_error * normal_quantile(confidence):.4g}",
            hint="stop at more sound ones in each problem (stop_at), or accept a wider interval",
        )
    low, high = floor * price, price
    for _ in range(50):
        middle = (low + high) / 2
        exact = plan_readings(n, c, k, solved, middle, *settings).standard_error <= wanted
        low, high = (low, middle) if exact else (middle, high)
    return plan_readings(n, c, k, solved, high, *settings)


def solved_from_pilot(c: ArrayLike, pilot_c: ArrayLike, pilot_solved: ArrayLike) -> Floats:
    """Believed chance that a problem has a sound solution, from a pilot that read others: rising with c (isotonic regression).

    The pilot's outcomes are drawn towards ½ by one half problem of each outcome at its mean, so that no belief is 0 or 1.

    Args:
        c: accepted solutions of the problems to plan for.
        pilot_c: of the problems in the pilot, all above 0.
        pilot_solved: whether each has a sound solution.

    Raises:
        UsageError: an empty pilot, or lengths that differ.
    """
    from scipy.optimize import isotonic_regression  # heavy

    seen, truth = np.asarray(pilot_c, dtype=np.float64), np.asarray(pilot_solved, dtype=np.float64)
    if seen.ndim != 1 or seen.size == 0 or seen.shape != truth.shape:
        raise UsageError(
            f"expected one outcome a pilot problem, got {seen.size} counts and {truth.size} outcomes",
            hint="read ten problems or more, drawn at random, to the first sound solution",
        )
    knots, inverse, counts = np.unique(seen, return_inverse=True, return_counts=True)
    shares = (np.bincount(inverse, truth) + 0.5 / knots.size) / (counts + 1 / knots.size)
    fitted = isotonic_regression(shares, weights=counts + 1 / knots.size).x
    chances: Floats = np.interp(np.asarray(c, dtype=np.float64), knots, fitted)
    return chances


@dataclass(frozen=True, slots=True, eq=False)
class _Beliefs:
    """Of each problem: σ² + δ², δ², readings and cost when drawn, and the predicted figure; shapes (M,)."""

    spread: Floats
    missed: Floats
    readings: Floats
    cost: Floats
    proxies: Floats


def _believe(
    n: ArrayLike, c: ArrayLike, k: int, solved: ArrayLike, sound_share: ArrayLike, minutes: ArrayLike, stop_at: int
) -> _Beliefs:
    accepted = np.atleast_1d(np.asarray(c))
    samples = np.broadcast_to(np.asarray(n), accepted.shape)
    chance, share, price = (
        np.broadcast_to(np.asarray(values, dtype=np.float64), accepted.shape)
        for values in (solved, sound_share, minutes)
    )
    if not ((chance >= 0) & (chance <= 1) & (share >= 0) & (share <= 1) & (price > 0)).all():
        raise UsageError(
            "expected believed shares from 0 to 1 and minutes above 0",
            hint="0.5 for all is a fair belief where nothing is known",
        )
    pass_at_k(samples, accepted, k)  # refuses counts out of range
    sound = np.clip(np.rint(share * accepted), np.minimum(1, accepted), accepted).astype(np.int64)
    figures = pass_at_k(samples, sound, k)
    chance = np.where(accepted > 0, chance, 0.0)
    missed = chance * (1 - chance) * figures**2
    cases = list(zip(samples.tolist(), accepted.tolist(), sound.tolist(), strict=True))
    within = np.array([reading_variances(n_, c_, k, stop_at)[t] for n_, c_, t in cases])
    found = np.array([expected_readings(c_, t, stop_at) for _, c_, t in cases])
    readings = chance * found + (1 - chance) * accepted
    return _Beliefs(missed + chance * within, missed, readings, readings * price, chance * figures)
