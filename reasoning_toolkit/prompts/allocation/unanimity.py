"""Spend less on items that tell nothing: a panel goes first, and where its members agree the others are taken to agree too.

Arms that share most of their answers differ on few items. Of the arms in a round, a panel is scored on an item; only where its scores
differ are the others scored as well. The panel moves on by one arm an item, so every arm sits on it equally often and what is taken for
granted draws all arms alike towards the panel. That serves ranking alone: a reported score must come from scores that were
made.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.prompts.allocation.selection import Board, Pairs

Floats = NDArray[np.float64]


def ask_saving(
    board: Board, filled: Floats, arms: NDArray[np.int64], items: range, panel: int
) -> Generator[Pairs, Floats, None]:
    """Score these arms on these items, all of them where the panel would be all or none.

    Args:
        filled: the scores to rank by, shape (arms, items): what was scored, and what the panel stands for; changed in place.
        panel: its size, at least 2; 0 for no saving.
    """
    columns = np.asarray(items, dtype=np.int64)
    if not 2 <= panel < len(arms):
        yield from board.ask(arms, items)
        filled[np.ix_(arms, columns)] = board.scores[np.ix_(arms, columns)]
        return
    member = _panels(len(arms), columns, panel)
    yield from board.ask_pairs(_pairs(member, arms, columns))
    seen = board.scores[np.ix_(arms, columns)]
    low, high = (
        f.reduce(np.where(np.isnan(seen), blank, seen), axis=0)
        for f, blank in ((np.minimum, np.inf), (np.maximum, -np.inf))
    )
    agreed = (low == high) & ((~np.isnan(seen)).sum(axis=0) >= 2)
    yield from board.ask_pairs(_pairs(~member & ~agreed, arms, columns))
    filled[np.ix_(arms, columns)] = np.where(~member & agreed, low, board.scores[np.ix_(arms, columns)])


def _panels(arms: int, items: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Who sits on the panel of which item, shape (arms, items): evenly spread over the arms, one further an item."""
    member = np.zeros((arms, items.size), dtype=bool)
    for seat in range(size):
        member[(seat * arms // size + items) % arms, np.arange(items.size)] = True
    return member


def _pairs(wanted: NDArray[np.bool_], arms: NDArray[np.int64], items: NDArray[np.int64]) -> Pairs:
    rows, columns = np.nonzero(wanted)
    return list(zip(arms[rows].tolist(), items[columns].tolist(), strict=True))
