"""The phases of a search, how many calls each is to take, and what they can show: known before anything is spent.

screen   which state of reasoning, by three arms
search   which prompts are finalists
confirm  finalists beside the controls, on problems that did not choose them
repeat   the baseline again: how far the engine agrees with itself
test     the pick beside the controls, once
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reasoning_toolkit.prompts.allocation.estimate import (
    DISAGREEMENT,
    SLACK,
    Expected,
    expected_cost,
    floor_warning,
    sized,
)
from reasoning_toolkit.prompts.allocation.table import Setting, find_allocator
from reasoning_toolkit.prompts.budget import Cost
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.policies import most_calls
from reasoning_toolkit.prompts.splits import Split, Splits
from reasoning_toolkit.stats.power import smallest_difference

PhaseName = Literal["screen", "search", "confirm", "repeat", "test"]
SPLIT_OF: Mapping[PhaseName, Split] = {
    "screen": "dev",
    "search": "dev",
    "confirm": "confirm",
    "repeat": "confirm",
    "test": "test",
}
SCREEN_ARMS, SCREEN_ITEMS = 9, 64  # three cells in three states of reasoning
REPEATED = 100  # problems on which the baseline is run again
FEW = 32  # problems a prompt, below which a search is a guess
KEPT = 4  # finalists of an allocator that does not say
SEARCH_PART = 0.5  # of the calls that the search gets at least


@dataclass(frozen=True, slots=True)
class Plan:
    """What is coming.

    Attributes:
        arms: candidates of the search, as far as they are known.
        items: problems of each phase, at most.
        calls: evaluations that each phase is expected to take.
        settings: of the allocator.
        warning: why the budget is too small; None where it is not.
    """

    arms: int
    items: Mapping[PhaseName, int]
    calls: Mapping[PhaseName, float]
    settings: Mapping[str, Setting]
    warning: str | None

    def limit(self, phase: PhaseName, budget: Cost, spent: Cost) -> Cost:
        """What a phase may spend: its part of the budget and what the phases before it left over."""
        names: list[PhaseName] = list(self.calls)
        total = sum(self.calls.values())
        part = sum(self.calls[name] for name in names[: names.index(phase) + 1]) / total if total else 1.0
        part = 1.0 if names[-1] == phase else part
        left = (
            max(0.0, _part(limit, part, whole) - used)
            for limit, used, whole in zip(_values(budget), _values(spent), (True, True, True, False), strict=True)
        )
        return Cost(*left)

    @property
    def power(self) -> dict[str, float | None]:
        """The smallest difference that each comparison shows in four of five cases; None where none does."""
        found = {
            name: smallest_difference(self.items[name], DISAGREEMENT)
            for name in ("confirm", "test")
            if self.items[name]
        }
        return {name: None if math.isinf(value) else value for name, value in found.items()}


def make_plan(config: OptimizeConfig, splits: Splits, arms: Arms, *, screened: bool, more: int = 0) -> Plan:
    """Share the budget among the phases: the search gets at least half of the calls.

    Args:
        screened: whether the state of reasoning is chosen first.
        more: candidates that are yet to be written.

    Raises:
        UsageError: an unknown allocator or setting, or one out of range.
    """
    row, settings = find_allocator(config.allocator, config.allocator_settings)
    count, factors = len(arms.candidates) + more, () if more else arms.factors
    controls = 1 + (arms.neutral is not None)
    each: dict[PhaseName, int] = {
        "screen": SCREEN_ARMS * screened,
        "confirm": int(settings.get("keep", KEPT)) + controls,
        "repeat": 1,
        "test": 1 + controls,
    }
    price = config.samples * float(
        np.mean([most_calls(candidate) for candidate in arms.candidates])
    )  # calls of an evaluation
    budget = config.most.calls / price
    items = _items(config, splits, each, budget)
    left = budget - sum(items[name] * number for name, number in each.items())
    if not math.isinf(left) and row.scale is not None and row.scale not in config.allocator_settings:
        settings = sized(config.allocator, count, items["search"], max(1, int(left)), settings, factors)
    expected = expected_cost(config.allocator, count, items["search"], settings, factors)
    evaluations = {**{name: float(items[name] * number) for name, number in each.items()}}
    evaluations["search"] = expected.evaluations if math.isinf(left) else left
    calls = {name: price * evaluations[name] for name in SPLIT_OF}
    return Plan(count, items, calls, settings, _warning(left, count, expected))


def _warning(left: float, arms: int, expected: Expected) -> str | None:
    if math.isinf(left):
        return None
    if left < FEW * arms:
        return floor_warning(left, arms, Expected(FEW * arms, FEW * arms))
    return floor_warning(SLACK * left, arms, expected)


def _items(
    config: OptimizeConfig, splits: Splits, each: Mapping[PhaseName, int], budget: float
) -> dict[PhaseName, int]:
    """Problems of each phase; fewer where the budget would leave too little for the search."""
    items: dict[PhaseName, int] = {
        "screen": min(SCREEN_ITEMS, len(splits["dev"])),
        "search": len(splits["dev"]),
        "confirm": min(config.confirm, len(splits["confirm"])),
        "repeat": min(REPEATED, config.confirm, len(splits["confirm"])),
        "test": min(config.test, len(splits["test"])),
    }
    others = sum(items[name] * number for name, number in each.items())
    scale = min(1.0, (1 - SEARCH_PART) * budget / others) if others else 1.0
    return items | {name: int(items[name] * scale) for name in each}


def _part(limit: float, part: float, whole: bool) -> float:
    return limit if math.isinf(limit) else float(round(limit * part)) if whole else limit * part


def _values(cost: Cost) -> tuple[float, float, float, float]:
    return cost.calls, cost.prompt_tokens, cost.output_tokens, cost.seconds
