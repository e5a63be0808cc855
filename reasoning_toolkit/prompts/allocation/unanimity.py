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
Whole = NDArray[np.int64]


def ask_saving(board: Board, arms: Whole, items: range, panel: int) -> Generator[Pairs, Floats, None]:
    """Score these arms on these items; `board.filled` then holds what the panel stands for, too.

    Args:
        panel: its size, at least 2; 0, or one as large as the arms, for no saving.
    """
    if not 2 <= panel < len(arms):
        yield from board.ask(arms, items)
        return
    columns = np.asarray(items, dtype=np.int64)
    member = _panels(len(arms), columns, panel)
    yield from board.ask_pairs(_pairs(member, arms, columns))
    agreed, value = _agreement(board.scores[np.ix_(arms, columns)])
    yield from board.ask_pairs(_pairs(~member & ~agreed, arms, columns))
    rows, places = np.nonzero(~member & agreed)
    board.filled[arms[rows], columns[places]] = value[places]


def _agreement(seen: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """On which items all scores that are there, two or more, are equal; and the score, shapes (items,)."""
    there = ~np.isnan(seen)
    low = np.where(there, seen, np.inf).min(axis=0)
    high = np.where(there, seen, -np.inf).max(axis=0)
    return (low == high) & (there.sum(axis=0) >= 2), low


def _panels(arms: int, items: Whole, size: int) -> NDArray[np.bool_]:
    """Who sits on the panel of which item, shape (arms, items): evenly spread over the arms, one further an item."""
    member = np.zeros((arms, items.size), dtype=bool)
    for seat in range(size):
        member[(seat * arms // size + items) % arms, np.arange(items.size)] = True
    return member


def _pairs(wanted: NDArray[np.bool_], arms: Whole, items: Whole) -> Pairs:
    rows, columns = np.nonzero(wanted)
    return list(zip(arms[rows].tolist(), items[columns].tolist(), strict=True))
