"""What answers each problem: one call, the cycle, and its controls, all through one ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.cycle import Cycle, chosen_of, cycles_of
from reasoning_toolkit.prompts.policies import Asking, Reply, find_policy
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.runs.drive import Pipeline, drive
from reasoning_toolkit.runs.ledger import Ledger

BASELINE, CYCLE = "one call", "cycle"
CYCLES: Mapping[str, str] = {
    CYCLE: "own",
    "cycle, the same hint always": "fixed",
    "cycle, hints of other problems": "other",
}
BEST_OF = "best of as many calls"
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Arm:
    """What an arm did, problem by problem.

    Attributes:
        name: in the table.
        replies: in the order of the problems; their keys are the calls on the problem itself.
        cycles: likewise, of the arms that have them.
    """

    name: str
    replies: Sequence[Reply]
    cycles: Sequence[Sequence[Cycle]] = ()


def answered(
    engine: Engine, ledger: Ledger, problems: Sequence[Problem], template: Template, cycles: int, temperature: float
) -> list[Arm]:
    """All arms. Best-of-k has on each problem exactly the calls that the cycle took there.

    Each other problem may lend a hint, the next one first; the cycle that a hint comes from is the lender's own first, so it costs nothing.
    """
    places = {problem.id: place for place, problem in enumerate(problems)}
    asking = Asking(engine, template)

    def others(problem: Problem) -> Asking:
        place = places[problem.id]
        return replace(asking, demos=[*problems[place + 1 :], *problems[:place]])

    single = find_policy("single")
    arms = [Arm(BASELINE, _driven(engine, ledger, [(p, single(Candidate(), p, asking)) for p in problems]))]
    for name, hint in CYCLES.items():
        candidate = Candidate(policy="cycle", settings={"cycles": cycles, "temperature": temperature, "hint": hint})
        found = _driven(engine, ledger, [(p, cycles_of(candidate, p, others(p))) for p in problems])
        turns = [each for each, _ in found]
        arms.append(Arm(name, [chosen_of(each) for each in turns], turns))
    calls = [len(reply.keys) for reply in arms[1].replies]
    best_of = find_policy("best-of")
    pipelines = []
    for problem, samples in zip(problems, calls, strict=True):
        candidate = Candidate(policy="best-of", settings={"samples": samples, "temperature": temperature})
        pipelines.append((problem, best_of(candidate, problem, asking)))
    return [*arms, Arm(BEST_OF, _driven(engine, ledger, pipelines))]


def _driven(engine: Engine, ledger: Ledger, pipelines: Sequence[tuple[Problem, Pipeline[R]]]) -> list[R]:
    """Results in the order of the problems."""
    found = dict(drive(engine, ledger, ((problem.id, pipeline) for problem, pipeline in pipelines)))
    return [found[problem.id] for problem, _ in pipelines]
