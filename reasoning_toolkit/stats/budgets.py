"""Accuracy of a vote against the tokens it may generate: what a method would have answered had it been given less.

A method's draws for a problem are a pool. At a budget of B tokens, draws are taken until the next one would pass B; those
have a vote, the one that would pass it is cut off and has none, and the whole budget is spent unless the pool is used up.
The accuracy is the expectation over random orders of the pool, drawing without replacement, as in the evaluation of Iwase
et al. 2026 (arXiv 2605.07654), estimated from `ORDERS` orders; over 100 problems its Monte-Carlo error is below .004.

A tie goes to the class that stands first in the pool, as in the vote itself, so that at a budget for the whole pool the
accuracy is the vote's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.ties import TIE

ORDERS = 200  # random orders of a pool

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """What a method drew for one problem, with one seed.

    Attributes:
        classes: the class of each draw's answer, None for no answer.
        right: whether each draw is right; a class is right if its first draw is.
        tokens: generated for each draw.
        weights: of each draw's vote, at least 0; None for equal votes.
        fixed: tokens before the first draw, such as those of a trace.
        otherwise: whether the answer without any vote is right, such as that of the trace; there is none below `fixed`.
    """

    classes: Sequence[int | None]
    right: Sequence[bool]
    tokens: Sequence[int]
    weights: Sequence[float] | None = None
    fixed: int = 0
    otherwise: bool = False

    @property
    def total(self) -> int:
        """Tokens of all that was drawn."""
        return self.fixed + sum(self.tokens)


def accuracy_at(
    pool: Pool, budgets: Sequence[int], in_order: bool = False, orders: int = ORDERS, seed: int = 0
) -> Floats:
    """Expected accuracy of a pool's vote at each budget, shape (budgets,); the same seed draws the same orders."""
    _check(pool, budgets)
    room = np.asarray(budgets) - pool.fixed
    without = np.where(room >= 0, float(pool.otherwise), 0.0)
    tokens = np.asarray(pool.tokens, dtype=np.int64)
    votes, right = _ballots(pool)
    if not right.size:
        return without
    rows = 1 if in_order else orders
    order = np.broadcast_to(np.arange(tokens.size), (rows, tokens.size))
    if not in_order:
        order = np.random.default_rng(seed).permuted(order, axis=1)
    reached = np.empty(order.shape, dtype=np.int64)  # tokens spent when a draw has ended, in the order of the pool
    np.put_along_axis(reached, order, tokens[order].cumsum(axis=1), axis=1)
    ended = reached[:, np.newaxis, :] <= room[:, np.newaxis]  # (orders, budgets, draws)
    totals = ended.reshape(-1, tokens.size).astype(np.float64) @ votes
    best = totals.max(axis=1, keepdims=True)
    # The first of those that tie wins.
    won = right[(totals >= best * (1 - TIE)).argmax(axis=1)]
    scores = np.where(best[:, 0] > 0, won, np.tile(without, rows))
    expected: Floats = scores.reshape(rows, -1).mean(axis=0)
    return expected


def _ballots(pool: Pool) -> tuple[Floats, Floats]:
    """Each draw's vote for each class, shape (draws, classes), classes by first occurrence; whether each class is right."""
    first: dict[int, int] = {}
    for place, name in enumerate(pool.classes):
        if name is not None:
            first.setdefault(name, place)
    column = {name: i for i, name in enumerate(first)}
    votes = np.zeros((len(pool.classes), len(first)))
    for place, name in enumerate(pool.classes):
        if name is not None:
            votes[place, column[name]] = 1.0 if pool.weights is None else pool.weights[place]
    return votes, np.array([float(pool.right[place]) for place in first.values()])


def _check(pool: Pool, budgets: Sequence[int]) -> None:
    sizes = {
        len(pool.classes),
        len(pool.right),
        len(pool.tokens),
        len(pool.classes if pool.weights is None else pool.weights),
    }
    low = min((*pool.tokens, *(pool.weights or ()), pool.fixed, *budgets))
    if len(sizes) > 1 or low < 0:
        raise UsageError(
            f"expected one class, verdict, cost and weight a draw, none below 0, got lengths {sorted(sizes)} and a least value of {low}",
            hint="softmax the scores that are to be weights",
        )
