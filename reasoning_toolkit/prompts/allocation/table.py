"""The allocators by name, and what a run of one will cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row

Setting = int | float


@dataclass(frozen=True, slots=True)
class Allocator:
    """A row of `ALLOCATORS`.

    Attributes:
        note: what it does, in a line.
        file: of this folder; its function of the same name allocates, `most` says what that costs at most.
        settings: what may be changed, with the defaults.
        scale: the setting that its cost grows with; None where no setting says what it will cost.
        factors: whether it is also told the factors of a grid.
    """

    note: str
    file: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    scale: str | None = None
    factors: bool = False

    @property
    def allocate(self) -> Callable[..., Any]:
        """The generator function `(arms, items, **settings) -> Allocation`."""
        function: Callable[..., Any] = load_row(f"reasoning_toolkit.prompts.allocation.{self.file}:{self.file}")
        return function

    @property
    def most(self) -> Callable[..., int]:
        """The most evaluations, from the same arguments."""
        function: Callable[..., int] = load_row(f"reasoning_toolkit.prompts.allocation.{self.file}:most")
        return function


HALVING: dict[str, Setting] = {"n0": 40, "eta": 1.7, "keep": 2, "cap": 1500, "panel": 4}

ALLOCATORS: dict[str, Allocator] = {
    "halving": Allocator("rounds on shared items, the better part goes on; the default", "halving", HALVING, "n0"),
    "uniform": Allocator("every arm on the same n items", "uniform", {"n": 100, "keep": 4}, "n"),
    "erace": Allocator(
        "drop only what is proven worse: certifies, at several times the cost",
        "erace",
        {"delta": 0.1, "cap": 800, "step": 16},
    ),
    "thompson": Allocator(
        "top-two Thompson sampling on paired scores",
        "thompson",
        {"evaluations": 5900, "n0": 32, "plays": 24, "step": 8, "seed": 0, "keep": 2},
        "evaluations",
    ),
    "factor-screen": Allocator(
        "halving by the main effects of a grid, where they explain it", "factor_screen", HALVING, "n0", True
    ),
}


def find_allocator(name: str, settings: Mapping[str, Setting] | None = None) -> tuple[Allocator, dict[str, Setting]]:
    """The row of this name, and its settings with these changes.

    Raises:
        UsageError: an unknown name or setting, or one of another kind.
    """
    if name not in ALLOCATORS:
        raise unknown("allocator", name, ALLOCATORS)
    row, chosen = ALLOCATORS[name], dict(ALLOCATORS[name].settings)
    for key, value in (settings or {}).items():
        if key not in chosen:
            raise unknown(f"setting of {name}", key, chosen)
        whole = isinstance(chosen[key], int)
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not math.isfinite(value):
            raise UsageError(
                f"expected a {'whole ' if whole else ''}number for {key} of {name}, got {value!r}",
                hint=f"the default is {chosen[key]}",
            )
        chosen[key] = value
    return row, chosen
