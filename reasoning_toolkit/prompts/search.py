"""Search for the best prompt of a family under a budget, and say whether it is better than what was there.

    with Run(Path("runs/prompts")) as run:
        report = optimize(run, problems, engine, OptimizeConfig(problems="asdiv", model="smollm2", family="positive"))

Every phase asks for pairs (candidate, problem), all candidates on the same problems; what it found is a document of the ledger,
and the report is made of these documents alone. The same call on the same folder goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.allocation.selection import Allocation, Selection
from reasoning_toolkit.prompts.allocation.table import find_allocator
from reasoning_toolkit.prompts.budget import Cost, race
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.evaluate import Evaluation, Evaluator
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.table import family_arms, is_screened
from reasoning_toolkit.prompts.metrics import find_scorer
from reasoning_toolkit.prompts.phases import SPLIT_OF, PhaseName, Plan, make_plan
from reasoning_toolkit.prompts.policies import most_calls
from reasoning_toolkit.prompts.report import write_report
from reasoning_toolkit.prompts.splits import Splits, split_problems
from reasoning_toolkit.prompts.writing import is_written, most_written, write_and_race
from reasoning_toolkit.runs.drive import Counts
from reasoning_toolkit.runs.run import Run

Begin = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a progress display is told.

    Attributes:
        counts: kept up to date while the work goes on.
        notify: called after every completion.
        begin: called with a phase's name and the evaluations expected of it.
        finished: called after every evaluation.
    """

    counts: Counts
    notify: Callable[[Counts], None] = lambda counts: None
    begin: Begin = lambda phase, evaluations: None
    finished: Callable[[Evaluation], None] = lambda evaluation: None


def optimize(
    run: Run,
    problems: Sequence[Problem],
    engine: Engine,
    config: OptimizeConfig,
    optimizer_engine: Engine | None = None,
    *,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Search, confirm, test; write the run's report and return it.

    Args:
        engine: of the model under study.
        optimizer_engine: of the model that writes prompts, for a family that writes them; None takes the one under study.

    Raises:
        ConfigChanged: the run was made with other settings.
        UsageError: settings that do not fit, or too few problems.
        SandboxError: programs must be run, and no sandbox holds here.
        EngineError: an engine died; what it finished is kept.
        DiskError: the run cannot be written.
    """
    prepared = prepare(config, problems)
    writer = optimizer_engine or engine
    run.configure(config, {"model": engine.identity} | ({"optimizer": writer.identity} if is_written(config) else {}))
    run.keep_problems(problems)
    watch = watch or Watch(Counts())
    evaluator = Evaluator(
        run.ledger,
        engine,
        config.template,
        prepared.splits,
        find_scorer,
        samples=config.samples,
        most_calls=config.most.calls,
        counts=watch.counts,
        notify=watch.notify,
        finished=watch.finished,
    )
    with run.attempt(watch.counts):
        _Search(run, config, prepared, evaluator, writer, watch).run_all()
    return write_report(run)


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that is known before anything is spent: problems by split, arms as far as they are known, the plan."""

    splits: Splits
    arms: Arms
    plan: Plan


def prepare(config: OptimizeConfig, problems: Sequence[Problem]) -> Prepared:
    """Split the problems, list the candidates, share the budget.

    Raises:
        UsageError: settings that do not fit, a problem that no reply scores, or too few problems.
    """
    for problem in problems:
        find_scorer(problem)
    splits = split_problems(problems, config.seed)
    arms = family_arms(config.family, config.settings, problems)
    plan = make_plan(
        config, splits, arms, screened=is_screened(config.family, config.settings), more=most_written(config)
    )
    return Prepared(splits, arms, plan)


class _Search:
    """One search under way."""

    def __init__(
        self, run: Run, config: OptimizeConfig, prepared: Prepared, evaluator: Evaluator, writer: Engine, watch: Watch
    ) -> None:
        self.ledger, self.folder = run.ledger, run.folder
        self.config, self.plan, self.evaluator = config, prepared.plan, evaluator
        self.splits, self.arms = prepared.splits, prepared.arms
        self.writer, self.watch = writer, watch

    def run_all(self) -> None:
        """Phase by phase; what an earlier run of the folder found in a phase that is not reached now is no longer reported."""
        self.ledger.save("phases", {"names": []})
        self.done: list[str] = []
        self._save_plan()
        if is_screened(self.config.family, self.config.settings):
            self.arms = self._screened()
        finalists = self._search()
        baseline = self.arms.candidates[self.arms.baseline]
        neutral = [] if self.arms.neutral is None else [self.arms.candidates[self.arms.neutral]]
        shown = list(dict.fromkeys([c.id for c in (*finalists, baseline, *neutral)]))
        by_id = {c.id: c for c in (*finalists, baseline, *neutral)}
        self._save_roles(finalists[0], baseline, neutral)
        confirmed = self._all_pairs("confirm", [by_id[one] for one in shown])
        self._all_pairs("repeat", [baseline], again=1)
        pick = _best(finalists, shown, confirmed)
        self._save_roles(pick, baseline, neutral)
        example = self.splits["dev"][0]
        rendered = {one.id: {"text": self.evaluator.rendered(one, example)} for one in (pick, baseline)}
        self.ledger.save("rendered", rendered)
        if pick.id != baseline.id:
            against = {c.id: c for c in (pick, baseline, *neutral)}
            self._all_pairs("test", list(against.values()))

    def _screened(self) -> Arms:
        """The arms in the state of reasoning in which three of them do best; of equals the one that costs least."""
        states = ("off", "trigger", *(("fewshot",) if self.splits["demos"] else ()))
        arms = {state: self._in_state(state) for state in states}
        cells = sorted({self.arms.baseline, len(self.arms.candidates) // 2, len(self.arms.candidates) - 1})
        candidates = [arms[state].candidates[cell] for state in states for cell in cells]
        selection = self._all_pairs("screen", candidates)
        if selection is None:
            return arms["off"]
        means = np.nan_to_num(selection.scores).reshape(len(states), -1).mean(axis=1)
        return arms[states[int(means.argmax())]]

    def _in_state(self, state: str) -> Arms:
        return family_arms(self.config.family, {**self.config.settings, "cot": state}, ())

    def _search(self) -> list[Candidate]:
        """The finalists."""
        items = self.splits["dev"]
        self.watch.begin("search", self.plan.calls["search"] / float(np.mean(self._most_calls(self.arms.candidates))))
        limit = self._limit("search")
        if is_written(self.config):
            candidates, selection, spent = write_and_race(
                self.config, self.plan, self.arms, self.evaluator, self.writer, items, limit
            )
            self.arms = replace(self.arms, candidates=candidates)
        else:
            candidates = self.arms.candidates
            row, _ = find_allocator(self.config.allocator)
            told = {"factors": self.arms.factors} if row.factors and self.arms.factors else {}
            allocation = row.allocate(len(candidates), len(items), **self.plan.settings, **told)
            selection, spent = race(
                allocation, self.evaluator.on("dev", candidates, items), limit, self._most_calls(candidates)
            )
        self._save("search", candidates, items, selection, spent)
        grid = {
            "factors": [list(row) for row in self.arms.factors],
            "names": list(self.arms.factor_names),
            "levels": [list(names) for names in self.arms.level_names],
        }
        self.ledger.save("grid", {"grid": grid})
        return [candidates[arm] for arm in selection.finalists]

    def _all_pairs(self, phase: PhaseName, candidates: Sequence[Candidate], again: int = 0) -> Selection | None:
        """Every candidate on every problem of the phase, as far as the budget lasts; None where it has no problem."""
        items = self.splits[SPLIT_OF[phase]][: self.plan.items[phase]]
        if not items:
            return None
        if SPLIT_OF[phase] != "dev" and not again:
            self._look(phase, candidates)
        self.watch.begin(phase, len(candidates) * len(items))
        evaluate = self.evaluator.on(SPLIT_OF[phase], candidates, items, again)
        selection, spent = race(
            everything(len(candidates), len(items)), evaluate, self._limit(phase), self._most_calls(candidates)
        )
        self._save(phase, candidates, items, selection, spent)
        return selection

    def _most_calls(self, candidates: Sequence[Candidate]) -> list[int]:
        return [self.config.samples * most_calls(candidate) for candidate in candidates]

    def _limit(self, phase: PhaseName) -> Cost:
        return self.plan.limit(phase, self.config.most, self.evaluator.spent)

    def _look(self, phase: str, candidates: Sequence[Candidate]) -> None:
        """Each look at problems that are kept for the end is an event; the same look again, after a kill, is the same event."""
        ids = sorted(candidate.id for candidate in candidates)
        name = hashlib.sha256(" ".join(ids).encode()).hexdigest()[:12]
        self.ledger.save("look", {f"{phase}/{name}": {"split": phase, "candidates": ids}})

    def _save_roles(self, pick: Candidate, baseline: Candidate, neutral: Sequence[Candidate]) -> None:
        control = neutral[0].id if neutral else None
        self.ledger.save("roles", {"pick": pick.id, "baseline": baseline.id, "neutral": control})

    def _save_plan(self) -> None:
        plan = asdict(self.plan)
        sizes = {name: len(items) for name, items in self.splits.items()}
        self.ledger.save("plan", {"plan": plan | {"power": self.plan.power, "splits": sizes}})

    def _save(
        self, phase: str, candidates: Sequence[Candidate], items: Sequence[Problem], selection: Selection, spent: Cost
    ) -> None:
        """What a phase found, with its candidates, all that a report needs."""
        self.ledger.save("candidate", {c.id: c.to_json() | {"name": c.name} for c in candidates})
        self.done.append(phase)
        found = {
            "split": SPLIT_OF[phase],  # type: ignore[index]
            "candidates": [candidate.id for candidate in candidates],
            "items": [problem.id for problem in items],
            "scores": _rows(selection.scores),
            "filled": _rows(selection.filled),
            "finalists": list(selection.finalists),
            "evaluations": selection.evaluations,
            "stopped": selection.stopped,
            "spent": asdict(spent),
        }
        self.ledger.save("phase", {phase: found})
        self.ledger.save("phases", {"names": self.done})


def everything(arms: int, items: int) -> Allocation:
    """The allocation without a choice: every pair."""
    scores = yield [(arm, item) for arm in range(arms) for item in range(items)]
    table = np.asarray(scores, dtype=np.float64).reshape(arms, items)
    return Selection(tuple(range(arms)), table, table, arms * items, "every pair scored")


def _best(finalists: Sequence[Candidate], shown: Sequence[str], confirmed: Selection | None) -> Candidate:
    """The finalist with the highest score on the problems that all of them have; without any the first."""
    if confirmed is None:
        return finalists[0]
    complete = ~np.isnan(confirmed.scores).any(axis=0)
    if not complete.any():
        return finalists[0]
    means = confirmed.scores[:, complete].mean(axis=1)
    return max(finalists, key=lambda candidate: means[shown.index(candidate.id)])


def _rows(scores: Any) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in scores]
