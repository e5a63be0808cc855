"""Certificates that a class wins the full vote, from bets on a uniformly random order of a finite population.

One bet, on a class w against a rival b. Let S be w's lead over b among the items drawn, r the number of items left, and y = 1, -1
or 0 as the next item is w, b or neither. If N(w) ≤ N(b) in the population, the next y has mean at most μ = -S/r given all the
past. So the factor 1 + λ(y - μ), with λ fixed before the draw and 0 ≤ λ ≤ 1/(1 + μ), is never negative and has conditional mean
at most 1: the wealth is a non-negative supermartingale that starts at 1, and by Ville's inequality it ever reaches 1/α with
probability at most α. Sampling without replacement: Waudby-Smith and Ramdas 2020 (arXiv 2006.04347).

A rival that was never drawn has S = votes of w. Every class has a column from the start, and one more column is never drawn, so the
wealth against a class that nobody knows of is there before it turns up.

Both certificates run many orders at once: axis 0 is the order. Labels are class numbers from 0; -1 abstains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CAP = 0.999  # of the largest bet that cannot lose all
ABSENT = 1 << 40  # the first position of a class that was not drawn

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class _Orders:
    """Votes and first positions of every class, for many orders of one population.

    Args:
        total: size of the population.
        last: the class of the trace's own answer, None where it has none.
        orders: how many orders are run at once.
        classes: columns to begin with; more are made as more classes turn up.
    """

    def __init__(self, total: int, last: int | None, orders: int, classes: int) -> None:
        classes = max(classes, 1, 0 if last is None else last + 1)
        self.left = total
        self.rows = np.arange(orders)
        self.votes: Ints = np.zeros((orders, classes + 1), dtype=np.int64)
        self.first: Ints = np.full((orders, classes + 1), ABSENT)
        self.leader: Ints = np.full(orders, -1 if last is None else last)

    def draw(self, positions: Ints, labels: Ints) -> None:
        """One more item of each order: its position in the trace and its class."""
        while labels.max() >= self.votes.shape[1] - 1:
            self._widen()
        self._bet(labels)
        self.left -= 1
        rows = self.rows[labels >= 0]
        drawn = labels[rows]
        self.votes[rows, drawn] += 1
        self.first[rows, drawn] = np.minimum(self.first[rows, drawn], positions[rows])
        most = self.votes == self.votes.max(axis=1, keepdims=True)
        ahead = np.where(most, self.first, 2 * ABSENT).argmin(axis=1)
        self.leader = np.where(self.votes.any(axis=1), ahead, self.leader)

    def _bet(self, labels: Ints) -> None:
        raise NotImplementedError

    def _widen(self) -> None:
        more = self.votes.shape[1]
        self.votes = np.pad(self.votes, ((0, 0), (0, more)))
        self.first = np.pad(self.first, ((0, 0), (0, more)), constant_values=ABSENT)


class Pairwise(_Orders):
    """The certificate of one process for each pair of a target and a rival.

    Targets are numbered k = 1, 2, …: the trace's own answer first, then each class when it is first drawn; a process starts at the
    next draw. A target is certified when its wealth against every rival, the mean over the bets, has reached k(k + 1)/α.

    Guarantee: let b be the winner. A wrong target k is certified only if its wealth against b ever reaches k(k + 1)/α, which has
    probability at most α/(k(k + 1)); these sum to α.
    """

    BETS = (0.10, 0.25, 0.40, 0.55, 0.70, 0.85, 0.95)

    def __init__(self, total: int, alpha: float, last: int | None = None, orders: int = 1, classes: int = 8) -> None:
        super().__init__(total, last, orders, classes)
        self.alpha = alpha
        width = self.votes.shape[1]
        self.wealth: Floats = np.zeros((orders, width, width, len(self.BETS)))  # logs
        self.number: Ints = np.zeros((orders, width), dtype=np.int64)  # of a target; 0 before it is one
        if last is not None:
            self.number[:, last] = 1

    def certifies(self) -> NDArray[np.bool_]:
        """(orders,) whether the leader's victory is certified."""
        k = self.number[self.rows, self.leader]
        wealth = _log_mean(self.wealth[self.rows, self.leader])
        wealth[self.rows, self.leader] = np.inf
        return np.asarray((k > 0) & (wealth.min(axis=1) >= np.log(np.maximum(k * (k + 1), 1) / self.alpha)))

    def _bet(self, labels: Ints) -> None:
        lead = self.votes[:, :, None] - self.votes[:, None, :]
        is_drawn = np.arange(self.votes.shape[1]) == labels[:, None]
        step = is_drawn[:, :, None].astype(np.int64) - is_drawn[:, None, :]
        gain = _log_factor(lead, self.left, step, self.BETS)
        self.wealth += np.where((self.number > 0)[:, :, None, None], gain, 0.0)
        new = is_drawn & (self.number == 0)
        self.number[new] = (self.number.max(axis=1, keepdims=True) + 1).repeat(new.shape[1], axis=1)[new]

    def _widen(self) -> None:
        more = self.votes.shape[1]
        super()._widen()
        self.wealth = np.pad(self.wealth, ((0, 0), (0, more), (0, more), (0, 0)), mode="edge")
        self.number = np.pad(self.number, ((0, 0), (0, more)))


class Sharp(_Orders):
    """The certificate of one process for each rival: reject that it wins, by betting on the leader of the moment against it.

    The leader before a draw is known before it, so its bets are as valid as those on a fixed class; the first bets are on the trace's
    own answer. The leader is certified when the wealth against every other class, and against one never drawn, has reached 1/α.

    Guarantee: let b be the winner. Whatever class w leads, N(w) ≤ N(b), so the wealth against b is a supermartingale all along. A wrong
    answer is returned only if that one process ever reached 1/α: probability at most α. What is tested is "b wins" for each b, and
    exactly one of these is true, so no α is shared out among targets; against `Pairwise` this saves the factor k(k + 1).

    Two bets share the wealth: 0.4 serves leads such as 70 to 30, 0.99 certifies a unanimous vote after five or six draws.
    """

    BETS = (0.40, 0.99)

    def __init__(self, total: int, alpha: float, last: int | None = None, orders: int = 1, classes: int = 8) -> None:
        super().__init__(total, last, orders, classes)
        self.alpha = alpha
        self.wealth: Floats = np.zeros((orders, self.votes.shape[1], len(self.BETS)))  # logs

    def certifies(self) -> NDArray[np.bool_]:
        """(orders,) whether the leader's victory is certified."""
        wealth = _log_mean(self.wealth)
        wealth[self.rows, self.leader] = np.inf
        return np.asarray(self.votes.any(axis=1) & (wealth.min(axis=1) >= -math.log(self.alpha)))

    def _bet(self, labels: Ints) -> None:
        lead = self.votes[self.rows, self.leader][:, None] - self.votes
        columns = np.arange(self.votes.shape[1])
        step = (labels == self.leader)[:, None].astype(np.int64) - (columns == labels[:, None])
        gain = _log_factor(lead, self.left, step, self.BETS)
        on_itself = columns == self.leader[:, None]
        nobody = (self.leader < 0)[:, None]
        self.wealth += np.where((on_itself | nobody)[:, :, None], 0.0, gain)

    def _widen(self) -> None:
        more = self.votes.shape[1]
        super()._widen()
        self.wealth = np.pad(self.wealth, ((0, 0), (0, more), (0, 0)), mode="edge")


def _log_factor(lead: Ints, left: int, step: Ints, bets: Sequence[float]) -> Floats:
    """Logarithm of 1 + λ(y - μ) for each bet (the last axis), λ = bet/(1 + μ).

    Where the rival cannot catch up any more (1 + μ < 0) the wealth is infinite; where it needs every item that is left (1 + μ = 0), one
    that is not the rival's makes it so.
    """
    mean = -lead[..., None] / left
    room = 1 + mean
    bet = np.minimum(np.asarray(bets), CAP) / np.where(lead[..., None] < left, room, 1.0)
    gain = np.log1p(bet * (step[..., None] - mean))
    sure = np.where((lead == left) & (step == -1), 0.0, np.inf)[..., None]
    return np.where(lead[..., None] < left, gain, sure)


def _log_mean(wealth: Floats) -> Floats:
    """Logarithm of the mean over the last axis of wealths given as logarithms."""
    top = wealth.max(axis=-1)
    shift = np.where(np.isinf(top), 0.0, top)
    with np.errstate(over="ignore"):
        return np.where(np.isinf(top), top, shift + np.log(np.exp(wealth - shift[..., None]).mean(axis=-1)))
