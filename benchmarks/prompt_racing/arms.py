"""The grid, its simulated quality, and what is run on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.prompts.allocation.estimate import sized
from reasoning_toolkit.prompts.allocation.selection import Pairs, Selection
from reasoning_toolkit.prompts.allocation.table import Setting, find_allocator
from reasoning_toolkit.prompts.budget import Cost, limits, race
from reasoning_toolkit.prompts.latent import Latent, drawn_effects, latent

ITEMS, CONFIRM = 1319, 600  # of the search, and fresh ones
FACTORS = [(opener, task, closer) for opener in range(5) for task in range(3) for closer in range(4)]
CALLS = 5900

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """An allocator as it is run: its name and settings, and the budget of calls that it is sized to where it has one."""

    allocator: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    calls: int | None = None


PUBLISHED: dict[str, Setting] = {"n0": 32, "eta": 2.0, "keep": 4, "cap": 800, "panel": 0}

ENTRIES = {
    "grid n=25": Entry("uniform", {"n": 25}),
    "grid n=100": Entry("uniform", {"n": 100}),
    "grid n=250": Entry("uniform", {"n": 250}),
    "grid n=1319": Entry("uniform", {"n": ITEMS}),
    "halving n0=16, eta 2, to 4, cap 800": Entry("halving", PUBLISHED | {"n0": 16}),
    "halving n0=32, eta 2, to 4, cap 800": Entry("halving", PUBLISHED),
    "halving (default)": Entry("halving", {}, CALLS),
    "halving (default), confirm set included": Entry("halving", {}, CALLS - 4 * CONFIRM),
    "factor screen (default of a grid)": Entry("factor-screen", {}, CALLS),
    "top-two Thompson": Entry("thompson", {"evaluations": CALLS}),
    "e-value race": Entry("erace"),
}


def draw(seed: int, spread: float, additive: float) -> Latent:
    """Scores on the search items and then on the fresh ones, shape (60, 1919)."""
    effects = drawn_effects(seed, FACTORS, spread, additive)
    return latent(seed, effects, ITEMS + CONFIRM)


def play(entry: Entry, table: Floats) -> Selection:
    """Race over known scores."""
    row, settings = find_allocator(entry.allocator, entry.settings)
    if entry.calls:
        settings = _sized(entry.allocator, entry.calls)
    told = {"factors": FACTORS} if row.factors else {}
    allocation = row.allocate(len(FACTORS), ITEMS, **settings, **told)

    def evaluate(pairs: Pairs) -> tuple[Floats, Cost]:
        rows, columns = zip(*pairs, strict=True)
        return table[rows, columns], Cost(calls=len(pairs))

    budget = limits(calls=entry.calls) if entry.calls else limits()
    return race(allocation, evaluate, budget)[0]


@lru_cache
def _sized(allocator: str, calls: int) -> dict[str, Setting]:
    return sized(allocator, len(FACTORS), ITEMS, calls, factors=FACTORS)
