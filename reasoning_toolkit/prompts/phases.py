"""The phases of a search, how many calls each is to take, and what they can show: known before anything is spent.

screen (which state of reasoning, by three arms), search (which prompts are finalists), confirm (finalists beside the controls, on problems that
did not choose them), repeat (the baseline again: how far the engine agrees with itself), test (the pick beside the controls, once).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.prompts.allocation.estimate import DISAGREEMENT, Expected, expected_cost, floor_warning, sized
from reasoning_toolkit.prompts.allocation.table import Setting, find_allocator
from reasoning_toolkit.prompts.budget import Cost
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.families.arms import Arms
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
    """Share the budget among the phases.

    Args:
        screened: whether the state of reasoning is chosen first.
        more: candidates that are yet to be written.

    Raises:
        UsageError: an unknown allocator or setting, or one out of range.
    """
    row, _ = find_allocator(config.allocator, config.allocator_settings)
    count, samples = len(arms.candidates) + more, config.samples
    keep = int(find_allocator(config.allocator, config.allocator_settings)[1].get("keep", 4))
    controls = 1 + (arms.neutral is not None)
    budget = config.most.calls / samples
    items: dict[PhaseName, int] = {
        "screen": min(SCREEN_ITEMS, len(splits["dev"])) if screened else 0,
        "search": len(splits["dev"]),
        "confirm": min(config.confirm, len(splits["confirm"])),
        "repeat": min(REPEATED, config.confirm, len(splits["confirm"])),
        "test": min(config.test, len(splits["test"])),
    }
    each = {"screen": SCREEN_ARMS, "confirm": keep + controls, "repeat": 1, "test": 1 + controls}
    others = sum(items[name] * number for name, number in each.items())  # type: ignore[index]
    if others > (1 - SEARCH_PART) * budget:
        scale = (1 - SEARCH_PART) * budget / others
        items |= {name: int(items[name] * scale) for name in each}  # type: ignore[index]
        others = sum(items[name] * number for name, number in each.items())  # type: ignore[index]
    settings = dict(find_allocator(config.allocator, config.allocator_settings)[1])
    left = budget - others
    if not math.isinf(left) and row.scale is not None and row.scale not in config.allocator_settings:
        settings = sized(
            config.allocator, count, items["search"], max(1, int(left)), settings, arms.factors if not more else ()
        )
    expected = _expected(config.allocator, count, items["search"], settings, arms if not more else None)
    calls: dict[PhaseName, float] = {"screen": items["screen"] * SCREEN_ARMS * samples}
    calls["search"] = samples * (left if not math.isinf(left) else expected.evaluations)
    calls |= {name: samples * items[name] * each[name] for name in ("confirm", "repeat", "test")}  # type: ignore[misc]
    warning = None if math.isinf(left) else floor_warning(left * 1.05, count, expected)
    return Plan(count, items, calls, settings, warning)


def _expected(name: str, arms: int, items: int, settings: Mapping[str, Setting], grid: Arms | None) -> Expected:
    return expected_cost(name, arms, items, settings, grid.factors if grid else ())


def _part(limit: float, part: float, whole: bool) -> float:
    return limit if math.isinf(limit) else float(round(limit * part)) if whole else limit * part


def _values(cost: Cost) -> tuple[float, float, float, float]:
    return cost.calls, cost.prompt_tokens, cost.output_tokens, cost.seconds
