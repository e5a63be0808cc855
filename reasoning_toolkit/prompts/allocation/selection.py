"""What an allocator returns, and how it asks."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError

Floats = NDArray[np.float64]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The outcome of a race.

    Attributes:
        finalists: arms, the pick first.
        scores: shape (arms, items), NaN where an arm was not scored.
        filled: the same with what a panel stood for (`unanimity`); to rank by. A score shrunk from it is
            nearly free of optimism, or a little low where few items are answered rightly; report a confirm set.
        evaluations: pairs asked for, scored or not.
        stopped: why it ended.
    """

    finalists: tuple[int, ...]
    scores: Floats
    filled: Floats
    evaluations: int
    stopped: str


Allocation = Generator[Pairs, Floats, Selection]


class Board:
    """The scores of a race so far.

    Attributes:
        scores: shape (arms, items), NaN where there is none.
        filled: the same with what a panel stands for.
        evaluations: pairs asked for.
    """

    def __init__(self, arms: int, items: int) -> None:
        """An empty board.

        Raises:
            UsageError: fewer than two arms, or no item.
        """
        if arms < 2 or items < 1:
            raise UsageError(
                f"expected at least two arms and one item to race on, got {arms} and {items}",
                hint="a single candidate needs no search: score it on the confirm split",
            )
        self.scores: Floats = np.full((arms, items), np.nan)
        self.filled = self.scores.copy()
        self.evaluations = 0

    def ask(self, arms: Iterable[int], items: Sequence[int]) -> Generator[Pairs, Floats, None]:
        """Have these arms scored on these items."""
        yield from self.ask_pairs([(int(arm), int(item)) for arm in arms for item in items])

    def ask_pairs(self, pairs: Pairs) -> Generator[Pairs, Floats, None]:
        """Have these pairs scored; nothing is asked where there are none.

        Raises:
            UsageError: another number of scores comes back.
        """
        if not pairs:
            return
        answers = np.asarray((yield pairs), dtype=np.float64)
        if answers.shape != (len(pairs),):
            raise UsageError(
                f"expected one score for each of {len(pairs)} pairs, got shape {answers.shape}",
                hint="send NaN for a pair that could not be scored",
            )
        rows, columns = zip(*pairs, strict=True)
        self.scores[rows, columns] = self.filled[rows, columns] = answers
        self.evaluations += len(pairs)

    def close(self, finalists: Iterable[int], stopped: str) -> Selection:
        """The selection at the end."""
        return Selection(tuple(int(arm) for arm in finalists), self.scores, self.filled, self.evaluations, stopped)


def best_first(arms: NDArray[np.int64], scores: Floats) -> NDArray[np.int64]:
    """The arms by their score, shape as `arms`, highest first; of equals the one listed first, and last those without a score."""
    return arms[np.argsort(-np.nan_to_num(scores[arms], nan=-np.inf), kind="stable")]
