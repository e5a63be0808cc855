"""What a problem's kind asks of a run: how its answers are judged, which methods fit it, whether a sandbox is needed.

A reply of code has no value that could be voted on while responses are drawn: it is sampled, and every sample is judged by the tests.
Votes over the samples go by their texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.sandbox import usable_tier
from reasoning_toolkit.sandbox.harness import read_tests
from reasoning_toolkit.subthought.config import DecodeConfig

CODE_INSTRUCTION = "Complete the function. Reply with the whole function in one fenced block of Python."
_METHODS_FOR_CODE = ("self-consistency", "last")


def profile_of(problem: Problem, *, unsafe_exec: bool) -> str:
    """The grading profile that judges a problem's answers."""
    if problem.kind == "value":
        return "default"
    return "code-unsafe" if unsafe_exec else "code"


def require_means(problems: Sequence[Problem], config: DecodeConfig) -> None:
    """Refuse, before anything is generated, what could not be judged.

    Raises:
        UsageError: the method reads answers while it draws, which replies of code do not have.
        DataError: a problem's tests are not of the form that can be run.
        SandboxError: programs must be run, and no sandbox holds here.
    """
    code = [problem for problem in problems if problem.kind == "code"]
    if not code:
        return
    fits = config.method in _METHODS_FOR_CODE and config.settings.get("mode", "open") == "open"
    if not fits or config.answer_filter is not None:
        raise UsageError(
            f"{config.method} with these settings needs answers that have a value, {config.problems} asks for code",
            hint="--method self-consistency -n N, or --method last, without --set mode and --answer-filter",
        )
    for problem in code:
        read_tests(problem.answer)
    require_sandbox(unsafe_exec=config.unsafe_exec)


def require_sandbox(*, unsafe_exec: bool) -> None:
    """Refuse where programs must be run and cannot be shut in, unless that was asked for.

    Raises:
        SandboxError: no sandbox holds here.
    """
    usable_tier("unsafe" if unsafe_exec else None)
