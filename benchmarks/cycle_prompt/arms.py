"""What answers each problem: one call, the cycle, and its controls, all through one ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    settings = {"cycles": cycles, "temperature": temperature}

    def others(problem: Problem) -> Asking:
        place = places[problem.id]
        return replace(asking, demos=[*problems[place + 1 :], *problems[:place]])

    single, best_of = find_policy("single"), find_policy("best-of")
    plain = [(f"{BASELINE}/{p.id}", _alone(single(Candidate(), p, asking))) for p in problems]
    looped = [
        (f"{name}/{p.id}", cycles_of(Candidate(policy="cycle", settings=settings | {"hint": hint}), p, others(p)))
        for name, hint in CYCLES.items()
        for p in problems
    ]
    found = dict(drive(engine, ledger, [*plain, *looped]))  # together: the steps of a cycle wait for one another
    turns = {name: [found[f"{name}/{p.id}"][0] for p in problems] for name in (BASELINE, *CYCLES)}
    arms = [Arm(name, [chosen_of(each) for each in t], t if name in CYCLES else ()) for name, t in turns.items()]
    again = []
    for problem, reply in zip(problems, arms[1].replies, strict=True):
        candidate = Candidate(policy="best-of", settings={"samples": len(reply.keys), "temperature": temperature})
        again.append((problem.id, best_of(candidate, problem, asking)))
    replies = dict(drive(engine, ledger, again))
    return [*arms, Arm(BEST_OF, [replies[problem.id] for problem in problems])]


def _alone(pipeline: Pipeline[Reply]) -> Pipeline[tuple[list[Cycle], tuple[str, ...]]]:
    """One call, in the form of cycles."""
    reply = yield from pipeline
    return [Cycle(reply)], ()
