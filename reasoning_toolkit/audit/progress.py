"""How far an audit is: where reading stands within each problem, and what that says of the problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.manifest import Manifest, PlannedProblem
from reasoning_toolkit.audit.verdicts import Reading, settle

Standing = Literal["open", "sound found", "all flawed", "defective", "not drawn"]


@dataclass(frozen=True, slots=True)
class ProblemReading:
    """What the reading of one problem says.

    Attributes:
        plan: what was planned for it.
        standing: "open" while reading goes on; "sound found" and "all flawed" are its ends; "defective" sets the problem aside.
        settled: of each accepted sample in reading order, as far as settled, its verdict; samples of equal text share it.
        readings: of each sample of `settled`, who said what.
        next: the item that must be read next; None unless open.
    """

    plan: PlannedProblem
    standing: Standing
    settled: tuple[str, ...]
    readings: tuple[dict[str, Reading], ...]
    next: str | None

    @property
    def verdicts(self) -> tuple[bool, ...]:
        """Accepted and sound, in reading order: what `audit.audited_pass_at_k` takes."""
        return tuple(v == "sound" for v in self.settled)


def read_progress(manifest: Manifest, state: State) -> list[ProblemReading]:
    """Where every problem of the plan stands, in the order of the run."""
    twice = set(manifest.twice)

    def settled(item: str) -> str | None:
        return settle(state.verdicts(item), manifest.confirmations, item in twice)

    return [_progress(problem, settled, state) for problem in manifest.problems]


def _progress(problem: PlannedProblem, settled: Callable[[str], str | None], state: State) -> ProblemReading:
    found: list[str] = []
    standing: Standing = "all flawed" if problem.drawn else "not drawn"
    following: str | None = None
    for item in problem.items:
        verdict = settled(item)
        if verdict is None:
            standing, following = "open", item
            break
        found.append(verdict)
        if verdict == "sound":
            standing = "sound found"
            break
        if verdict == "defective":
            standing = "defective"
            break
    readings = tuple(dict(state.readings[item]) for item in problem.items[: len(found)])
    return ProblemReading(problem, standing, tuple(found), readings, following)


def paired_readings(manifest: Manifest, state: State) -> Iterator[tuple[str, str]]:
    """The first two verdicts on each item that was to be read twice and was: the random part from which agreement is measured.

    Other items get a second reader only after a first "sound", so agreement on them would say nothing.
    """
    for item in manifest.twice:
        verdicts = state.verdicts(item)
        if len(verdicts) >= 2:
            yield verdicts[0], verdicts[1]
