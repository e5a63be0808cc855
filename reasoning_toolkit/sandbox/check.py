"""Does a completion pass the tests of its problem?

A problem's tests are one text: the program that HumanEval runs (Chen et al. 2021, arXiv 2107.03374; github.com/openai/human-eval,
execution.py), without the completion:

    prompt             imports, helpers, the function's head and docstring
    test               defines ``check(candidate)``
    check(NAME)        the last line

Deviations: (1) tests and solution run in two sandboxes (`boundary.py`), so arguments are passed by value and results are plain
values; (2) the limits are `Limits`; (3) a solution that holds names used to forge passes does not count as right, although here
they reach nothing: whoever optimises against this score should see them.
"""

from __future__ import annotations

import ast
import os
import re
import secrets
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.sandbox.completion import Solution, assemble
from reasoning_toolkit.sandbox.limits import USUAL, Limits
from reasoning_toolkit.sandbox.probe import usable_tier
from reasoning_toolkit.sandbox.run import CORES, Finished, Task, run_together
from reasoning_toolkit.sandbox.tiers import Tier, find_tier

FORGERY = frozenset({"_getframe", "gc", "settrace", "inspect", "__eq__"})
_LAST_LINE = re.compile(r"^check\((\w+)\)\s*\Z", re.MULTILINE)
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
        tests: the program to pass, see above.
        completions: what a model wrote, without its thinking.
        tier: of the sandbox; the strongest that holds here.
        limits: of the tests and of the solution, each.

    Raises:
        DataError: the tests are not of this form.
        SandboxError: the tier does not hold here, or none does.
    """
    prompt, name = prompt_of(tests)
    row = find_tier(usable_tier(tier))
    solutions = [assemble(prompt, name, completion) for completion in completions]
    attempt = partial(_attempt, tests, name, tier=row, limits=limits)
    with ThreadPoolExecutor(CORES) as threads:
        ends = list(threads.map(attempt, solutions))
    ends = [attempt(s) if _by_clock(end) else end for s, end in zip(solutions, ends, strict=True)]
    return [_checked(s, end, row) for s, end in zip(solutions, ends, strict=True)]


def prompt_of(tests: str) -> tuple[str, str]:
    """The prompt that a model completes, and the name of its function.

    Raises:
        DataError: the tests do not define and check one function.
    """
    last = _LAST_LINE.search(tests)
    try:
        nodes = ast.parse(tests).body if last else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        nodes = []
    found = [n for n in nodes if isinstance(n, ast.FunctionDef) and last is not None and n.name == last[1]]
    if not found or last is None or found[0].end_lineno is None:
        raise DataError(
            f"expected tests that define a function and end in check(NAME), got {tests[-60:]!r}",
            hint="prompt + test + check(entry_point), as in the data of HumanEval",
        )
    return "\n".join(tests.split("\n")[: found[0].end_lineno]), last[1]


def suspicious_names(sources: Sequence[str]) -> list[str]:
    """Names in the sources that are used to look out of a function, or to equal everything."""
    found: set[str] = set()
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in nodes:
            texts = (getattr(node, field, None) for field in ("id", "attr", "name", "module", "value"))
            found |= {text for text in texts if isinstance(text, str)} & FORGERY
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _End:
    """How both sides of an attempt ended, and whether the tests' side proved a pass."""

    tests: Finished
    solution: Finished
    proven: bool


def _attempt(tests: str, name: str, solution: Solution, *, tier: Tier, limits: Limits) -> _End:
    proof = secrets.token_hex(16)
    calls_in, calls_out = os.pipe()
    answers_in, answers_out = os.pipe()
    boundary = _BOUNDARY.read_text(encoding="utf-8")
    judge = f"{boundary}\njudge({tests!r}, {name!r}, {calls_out}, {answers_in}, {proof!r})\n"
    serve = f"{boundary}\nserve({solution.sources!r}, {name!r}, {calls_in}, {answers_out})\n"
    tasks = [Task(judge, (calls_out, answers_in)), Task(serve, (calls_in, answers_out))]
    tested, solved = run_together(tasks, tier, limits)
    return _End(tested, solved, tested.reason == "done" and tested.stdout.endswith(f"{proof}\n"))


def _by_clock(end: _End) -> bool:
    return end.tests.reason == "timeout" and end.tests.exit == -signal.SIGKILL


def _checked(solution: Solution, end: _End, tier: Tier) -> Checked:
    suspicious = suspicious_names(solution.sources) if end.proven else []
    if not end.proven:
        return Checked(False, _failure(end), solution.rule, tier.name)
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
