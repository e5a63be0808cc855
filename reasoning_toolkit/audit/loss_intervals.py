"""Intervals of audited figures: of what flawed solutions take from a figure that is known but for them.

A figure is Σ w_i f_i over problems; were every accepted solution sound it would be Σ w_i a_i, which is known. What has to be
estimated is the loss L = Σ w_i (a_i - f_i). An interval from the estimated variance alone is much too short where few flawed
solutions were met, as the ones that were missed leave no trace in it: simulated, as few as 30 % cover where 95 % is promised.

- These problems: all L with (L̂ - L)² ≤ q² V(L), as Wilson's (1927) for a share. V(0) is known from chances and proxies. V
  grows with L by the slope (V̂ - V(0)) / L̂, a score interval for weighted counts (Dobson et al. 1991), where both are summed over
  the problems in which a flawed solution was read and one pseudo-event, as each such problem would add if any number of its
  accepted solutions were sound alike (Tiwari et al. 2006 add the mean weight; here the mean is weighted by the variances, so that
  heavy events count). q is a t quantile by Satterthwaite's (1946) rule, for what reading orders add to V̂ is counted in few events.
  They add at most a_i (a_i - f_i), which is as well known as the loss: with that bound and the normal quantile the interval holds
  too. The narrower is taken; with few problems that is the one by the bound.
- New problems: that interval and the one of drawing the problems, put together end by end (MOVER: Zou and Donner 2008). The latter
  is Wilson's with variance θ (A - θ) / m, A = Σ a_i² / Σ a_i: exact where nothing is lost, cautious else.

Simulated over rare, common and clustered flaws, 30 and 100 problems, plans that read all or an eighth, and every k, both cover
93 to 98 % (`tests/audit/test_loss_intervals.py`); where reading orders hardly move the figure, the first covers up to 100 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.stats.intervals import Interval, normal_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What each problem adds to a figure; arrays of shape (problems,).

    Attributes:
        weights: w_i.
        tops: a_i, its figure if all its accepted solutions were sound.
        values: the unbiased estimate of f_i; NaN where it was not drawn.
        variances: of that over reading orders, estimated.
        inclusion: the chance with which it was drawn.
        proxies: what was predicted of f_i before the draw; 0 for none.
        belief: mean, mean square and mean reading variance of f_i where any number of its accepted ones is sound alike, shape
            (3, problems).
    """

    weights: Floats
    tops: Floats
    values: Floats
    variances: Floats
    inclusion: Floats
    proxies: Floats
    belief: Floats

    @property
    def loss(self) -> float:
        """The unbiased estimate of L, in the difference form."""
        read = np.where(np.isfinite(self.values), (self.values - self.proxies) / self.inclusion, 0.0)
        return float(self.weights @ (self.tops - self.proxies - read))


def loss_interval(parts: Parts, confidence: float = 0.95) -> Interval:
    """Interval of the loss on these problems: of the error of the audit alone. Its low end may be below 0.

    Raises:
        UsageError: a confidence outside (0, 1).
    """
    lost = np.where(np.isfinite(parts.values), parts.tops - parts.values, 0.0)
    mean, square, _ = parts.belief
    bound = replace(
        parts, variances=parts.tops * lost, belief=np.array([mean, square, parts.tops * (parts.tops - mean)])
    )
    both = (_score_interval(parts, confidence, estimated=True), _score_interval(bound, confidence, estimated=False))
    return min(both, key=lambda interval: interval.high - interval.low)


def new_problems(figure: float, these: Interval, ceiling: float, problems: float, confidence: float = 0.95) -> Interval:
    """Interval over a population of problems, of a figure in [0, 1] with its interval for these problems.

    Args:
        figure: the estimate; taken into `these` where it lies outside.
        these: the interval for these problems; the figure alone where it is exact.
        ceiling: A, the mean of the problems' tops, each weighted with itself; 1 bounds every case.
        problems: how many, or what so many of equal weight would be worth.

    Raises:
        UsageError: a confidence outside (0, 1).
    """
    known = min(1.0, max(0.0, min(these.high, max(these.low, figure))))
    ceiling = max(ceiling, known)
    spread = _t_quantile(confidence, max(1.0, problems - 1)) ** 2 / problems
    middle, reach = (
        2 * known + spread * ceiling,
        math.sqrt(spread * (spread * ceiling**2 + 4 * known * (ceiling - known))),
    )
    low, high = ((middle + sign * reach) / (2 * (1 + spread)) for sign in (-1, 1))
    return Interval(
        max(0.0, known - math.hypot(known - these.low, known - low)),
        min(1.0, known + math.hypot(these.high - known, high - known)),
    )


def _score_interval(parts: Parts, confidence: float, estimated: bool) -> Interval:
    """`estimated`: the variances are, with an error of their own."""
    w, chance = parts.weights, parts.inclusion
    draw = (1 - chance) / chance
    at_none = w**2 * draw * (parts.tops - parts.proxies) ** 2
    drawn = np.isfinite(parts.values)
    f = np.where(drawn, parts.values, parts.tops)
    within = np.where(drawn, w**2 * parts.variances / chance, 0.0)  # of reading orders
    events = np.where(drawn, (w**2 * draw * (f - parts.proxies) ** 2 - at_none) / chance, 0.0) + within
    lost = np.where(drawn, w * (parts.tops - f) / chance, 0.0)
    weight, part = _pseudo_event(parts, draw, at_none)
    slope = (events.sum() + weight * abs(weight)) / (lost.sum() + abs(weight)) if weight or lost.any() else 0.0
    total = at_none.sum() + max(0.0, events.sum()) + weight**2
    doubt = float(np.sum(within**2)) + part * weight**4 if estimated else 0.0
    quantile = _t_quantile(confidence, 2 * total**2 / doubt if doubt else math.inf)
    return _roots(parts.loss, float(at_none.sum()), float(slope), quantile)


def _pseudo_event(parts: Parts, draw: Floats, at_none: Floats) -> tuple[float, float]:
    """Variance for each unit of loss as believed, the mean over problems weighted by their variance; and the part of reading orders."""
    mean, square, reading = parts.belief
    w = parts.weights
    within = w**2 * reading / parts.inclusion
    added = w**2 * draw * (square - 2 * parts.proxies * mean + parts.proxies**2) - at_none + within
    lost = w * (parts.tops - mean)
    mass = np.abs(added).sum()
    if mass == 0:
        return 0.0, 0.0
    ratios = np.divide(added, lost, out=np.zeros_like(added), where=lost > 0)
    return float(np.abs(added) @ ratios / mass), float(within.sum() / mass)


def _roots(loss: float, at_none: float, slope: float, quantile: float) -> Interval:
    """Both roots of (loss - L)² = q² (V(0) + slope · L)."""
    shift = quantile**2 * slope / 2
    reach = quantile * math.sqrt(max(0.0, at_none + slope * loss + shift * slope / 2))
    return Interval(loss + shift - reach, loss + shift + reach)


def _t_quantile(confidence: float, freedom: float) -> float:
    from scipy.special import stdtrit  # heavy

    normal = normal_quantile(confidence)  # refuses what is no confidence
    return float(stdtrit(freedom, (1 + confidence) / 2)) if freedom < 1e9 else normal
