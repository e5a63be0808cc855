"""Families whose candidates are written by a model: rounds of writing and racing.

In each round the proposer sees what was tried, writes new candidates, and these are raced beside the best ones so far, on the same
problems in the same order. What it is believed to be worth is a shrunk score, so a lucky one is not rewritten for its luck.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import astuple
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Usage
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.allocation.estimate import sized
from reasoning_toolkit.prompts.allocation.selection import Selection, best_first
from reasoning_toolkit.prompts.allocation.table import find_allocator
from reasoning_toolkit.prompts.bridges.bridge import BRIDGES
from reasoning_toolkit.prompts.bridges.within import found_by
from reasoning_toolkit.prompts.budget import Cost, race
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.evaluate import Evaluator
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.auto import most_candidates
from reasoning_toolkit.prompts.families.table import AUTO
from reasoning_toolkit.prompts.phases import KEPT, Plan
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Tried, find_proposer
from reasoning_toolkit.runs.drive import Pipeline, drive
from reasoning_toolkit.stats.shrinkage import shrink

Floats = NDArray[np.float64]
R = TypeVar("R")

FIRST_ITEMS = 32  # on which the start is scored before anything is written
EXAMPLES = 32  # replies of each candidate that a proposer is shown
SURVIVORS = 4  # of the candidates so far that are raced again beside the new ones


def is_written(config: OptimizeConfig) -> bool:
    """Whether the family's candidates are written during the search."""
    return config.family.startswith(AUTO)


def most_written(config: OptimizeConfig) -> int:
    """How many candidates the family writes at most; 0 for one that does not write."""
    if not is_written(config):
        return 0
    return most_candidates(config.family.removeprefix(AUTO), config.settings)


def write_and_race(
    config: OptimizeConfig,
    plan: Plan,
    arms: Arms,
    evaluator: Evaluator,
    writer: Engine,
    items: Sequence[Problem],
    limit: Cost,
) -> tuple[tuple[Candidate, ...], Selection, Cost]:
    """Rounds of writing and racing; all candidates, what became of them, what was spent.

    A bridge is one round: its library searches by itself for half of the calls, and what it found is raced for the rest.
    """
    name, began = config.family.removeprefix(AUTO), evaluator.spent
    rounds = 1 if name in BRIDGES else int(find_proposer(name, config.settings)[1]["rounds"])
    pool = _Pool(arms, items, evaluator)
    pool.race(range(len(arms.candidates)), {"n": FIRST_ITEMS}, "uniform", limit)
    for number in range(rounds):
        left = _minus(limit, _minus(evaluator.spent, began))
        if min(astuple(left)) <= 0:
            break
        if name in BRIDGES:
            half = _minus(left, Cost(), 0.5)
            new = found_by(name, config.settings, evaluator, writer, pool.candidates[0], items, config.seed, half)
        else:
            new = _written(config, number, pool, writer, evaluator)
        places = pool.add(new)
        if places:
            running = sorted({*pool.ranked()[:SURVIVORS].tolist(), *places})
            part = _minus(limit, _minus(evaluator.spent, began), 1 / (rounds - number))
            pool.race(running, _settings(config, len(running), len(items), part), config.allocator, part)
    keep = int(plan.settings.get("keep", KEPT))
    finalists = tuple(int(arm) for arm in pool.ranked()[:keep])
    stopped = pool.stopped or f"{rounds} rounds of writing"
    selection = Selection(finalists, pool.scores, pool.filled, pool.evaluations, stopped)
    return tuple(pool.candidates), selection, _minus(evaluator.spent, began)


class _Pool:
    """All candidates so far and their scores, arms by items."""

    def __init__(self, arms: Arms, items: Sequence[Problem], evaluator: Evaluator) -> None:
        self.candidates, self.items, self.evaluator = list(arms.candidates), items, evaluator
        self.hidden = arms.neutral  # a control: raced once, and nothing to learn from
        self.scores: Floats = np.full((len(self.candidates), len(items)), np.nan)
        self.filled = self.scores.copy()
        self.evaluations, self.stopped = 0, ""

    def add(self, new: Sequence[Candidate]) -> list[int]:
        """Their places."""
        known = {candidate.id for candidate in self.candidates}
        fresh = [c for c in {c.id: c for c in new}.values() if c.id not in known]
        empty = np.full((len(fresh), len(self.items)), np.nan)
        self.scores, self.filled = np.vstack([self.scores, empty]), np.vstack([self.filled, empty])
        self.candidates += fresh
        return list(range(len(self.candidates) - len(fresh), len(self.candidates)))

    def race(self, places: Sequence[int], settings: dict[str, int | float], allocator: str, limit: Cost) -> None:
        """Race some of them; what was scored before costs nothing."""
        arms = list(places)
        if len(arms) == 1:
            arms, settings, allocator = arms * 2, {"n": settings.get("n", FIRST_ITEMS)}, "uniform"
        row, chosen = find_allocator(allocator, settings)
        running = [self.candidates[arm] for arm in arms]
        allocation = row.allocate(len(arms), len(self.items), **chosen)
        selection, _ = race(allocation, self.evaluator.on("dev", running, self.items), limit)
        for place, arm in enumerate(arms):
            for target, found in ((self.scores, selection.scores), (self.filled, selection.filled)):
                seen = ~np.isnan(found[place])
                target[arm, seen] = found[place, seen]
        scored = ~np.isnan(self.scores)
        self.filled = np.where(scored, self.scores, self.filled)
        self.evaluations = int(scored.sum())
        self.stopped = selection.stopped if "budget" in selection.stopped else ""

    def ranked(self) -> NDArray[np.int64]:
        """Places by shrunk score, the best first; the control is not to be picked."""
        known = shrink(self.filled)
        scores = np.where(known.fit.counts > 0, known.scores, np.nan)
        ranks = best_first(np.arange(len(self.candidates)), scores)
        return ranks[ranks != self.hidden] if self.hidden is not None else ranks

    def history(self) -> list[Tried]:
        """What a proposer sees: every scored candidate with some of its replies, the start first."""
        scored = np.flatnonzero(~np.isnan(self.scores).all(axis=1))
        return [self._tried(arm) for arm in scored if arm != self.hidden]

    def _tried(self, arm: int) -> Tried:
        seen = np.flatnonzero(~np.isnan(self.scores[arm]))[:EXAMPLES]
        asked = [(self.candidates[arm], self.items[item], 0) for item in seen]
        examples = tuple((problem, reply, score) for (_, problem, _), reply, score in self.evaluator.replies(asked))
        return Tried(self.candidates[arm], float(np.nanmean(self.scores[arm])), examples)


def _settings(config: OptimizeConfig, arms: int, items: int, part: Cost) -> dict[str, int | float]:
    """Of the allocator in one round: as large as the round's calls pay for."""
    row, chosen = find_allocator(config.allocator, config.allocator_settings)
    if math.isinf(part.calls) or row.scale is None or row.scale in config.allocator_settings:
        return chosen
    return sized(config.allocator, max(2, arms), items, max(1, int(part.calls / config.samples)), chosen)


def _written(config: OptimizeConfig, number: int, pool: _Pool, writer: Engine, evaluator: Evaluator) -> list[Candidate]:
    """What a proposer writes in a round, paid for."""
    row, settings = find_proposer(config.family.removeprefix(AUTO), config.settings)
    prefixes = evaluator.engine.tokenizer is not None
    proposing = Proposing(writer, config.template, config.seed, settings, number, prefixes)
    new, cost = _proposed(number, row.propose(pool.history(), proposing), writer, evaluator)
    evaluator.spent += cost
    return new


def _proposed(
    number: int, pipeline: Pipeline[list[Candidate]], writer: Engine, evaluator: Evaluator
) -> tuple[list[Candidate], Cost]:
    """What a proposer writes, through the ledger, and what that cost."""
    used: list[Usage] = []
    started = time.monotonic()
    ((_, new),) = drive(
        writer,
        evaluator.ledger,
        [("proposal", _noted(pipeline, used))],
        counts=evaluator.counts,
        notify=evaluator.notify,
    )
    known = evaluator.ledger.load("writing", str(number))
    seconds = known["seconds"] if known else time.monotonic() - started
    evaluator.ledger.save("writing", {str(number): {"seconds": seconds}})
    return new, Cost(len(used), sum(u.prefilled + u.cached for u in used), sum(u.decoded for u in used), seconds)


def _noted(pipeline: Pipeline[R], used: list[Usage]) -> Pipeline[R]:
    """The same pipeline; what its completions cost is noted."""
    try:
        wants = next(pipeline)
        while True:
            completions: Sequence[Completion] = yield wants
            used.extend(completion.usage for completion in completions)
            wants = pipeline.send(completions)
    except StopIteration as end:
        result: R = end.value
        return result


def _minus(limit: Cost, spent: Cost, part: float = 1.0) -> Cost:
    """A part of what is left."""
    return Cost(*(max(0.0, (a - b) * part) for a, b in zip(astuple(limit), astuple(spent), strict=True)))
