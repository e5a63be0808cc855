"""Does a completion pass the tests of its problem (`harness.py`)?

Deviations from the harness of HumanEval (github.com/openai/human-eval, execution.py):

1. Tests and solution run in two sandboxes (`boundary.py`): arguments are passed by value, results are plain values, and the tests see
   the prompt's helpers, not the solution's. A pass is proven by a random text that the tests' side prints at its end.
2. The limits are those of `Limits`.
3. A right solution that holds names used to forge passes (`forgery.py`) is suspicious, which is no pass.
"""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reasoning_toolkit.sandbox.completion import Solution, assemble
from reasoning_toolkit.sandbox.forgery import suspicious_names
from reasoning_toolkit.sandbox.harness import Harness, read_tests
from reasoning_toolkit.sandbox.limits import USUAL, Limits
from reasoning_toolkit.sandbox.probe import usable_tier
from reasoning_toolkit.sandbox.run import CORES, Finished, Task, run_together
from reasoning_toolkit.sandbox.tiers import Tier, find_tier

_BOUNDARY = Path(__file__).with_name("boundary.py")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the tests said of a completion.

    Attributes:
        passed: every test held, and nothing in the solution is suspicious.
        why: how it ended.
        rule: how the completion became a solution (`completion.py`).
        tier: of the sandbox.
    """

    passed: bool
    why: str
    rule: str
    tier: str


def check(tests: str, completion: str, *, tier: str | None = None, limits: Limits = USUAL) -> Checked:
    """Run one completion against its tests; see `check_all`."""
    return check_all(tests, [completion], tier=tier, limits=limits)[0]


def check_all(
    tests: str, completions: Sequence[str], *, tier: str | None = None, limits: Limits = USUAL
) -> list[Checked]:
    """Run completions of one problem against its tests, as many at once as there are cores.

    One that was stopped by the clock is run once more when the others are done; CPU time is its own, so that limit is final.

    Args:
        tests: the program to pass (`harness.py`).
        completions: what a model wrote, without its thinking.
        tier: of the sandbox; the strongest that holds here.
        limits: of the tests and of the solution, each.

    Raises:
        DataError: the tests are not of this form.
        SandboxError: the tier does not hold here, or none does.
    """
    harness = read_tests(tests)
    row = find_tier(usable_tier(tier))
    solutions = [assemble(harness.prompt, harness.name, completion) for completion in completions]
    attempt = partial(_attempt, harness, tier=row, limits=limits)
    with ThreadPoolExecutor(CORES) as threads:
        ends = list(threads.map(attempt, solutions))
    ends = [attempt(s) if _by_clock(end) else end for s, end in zip(solutions, ends, strict=True)]
    return [_checked(s, end, row) for s, end in zip(solutions, ends, strict=True)]


@dataclass(frozen=True, slots=True)
class _End:
    """How both sides of an attempt ended, and whether the tests' side proved a pass."""

    tests: Finished
    solution: Finished
    proven: bool


def _attempt(harness: Harness, solution: Solution, *, tier: Tier, limits: Limits) -> _End:
    proof = secrets.token_hex(16)
    calls_in, calls_out = os.pipe()
    answers_in, answers_out = os.pipe()
    boundary = _BOUNDARY.read_text(encoding="utf-8")
    judge = f"{boundary}\njudge({harness.program!r}, {harness.name!r}, {calls_out}, {answers_in}, {proof!r})\n"
    serve = f"{boundary}\nserve({solution.sources!r}, {harness.name!r}, {calls_in}, {answers_out})\n"
    tasks = [Task(judge, (calls_out, answers_in)), Task(serve, (calls_in, answers_out))]
    tested, solved = run_together(tasks, tier, limits)
    return _End(tested, solved, tested.reason == "done" and tested.stdout.endswith(f"{proof}\n"))


def _by_clock(end: _End) -> bool:
    return end.tests.reason == "timeout" and end.tests.exit == -signal.SIGKILL


def _checked(solution: Solution, end: _End, tier: Tier) -> Checked:
    if not end.proven:
        return Checked(False, _failure(end), solution.rule, tier.name)
    suspicious = suspicious_names(solution.sources)
    why = f"suspicious: {', '.join(suspicious)}" if suspicious else "passed"
    return Checked(not suspicious, why, solution.rule, tier.name)


def _failure(end: _End) -> str:
    """Why the tests did not pass: the solution's own end where it has one, else the test that failed."""
    if end.tests.reason == "timeout":
        return "timeout"
    if end.solution.reason not in ("done", "crashed"):
        return end.solution.reason
    last = end.solution if end.solution.reason == "crashed" else end.tests
    said = (last.stderr.strip().splitlines() or [f"exit code {last.exit}"])[-1]
    return f"failed: {said.removeprefix('SolutionFailed: ')[:200]}"
