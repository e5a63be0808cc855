"""CyclePrompt and what it has to beat: one call, hints that say nothing, and the same calls spent on asking again.

The last control draws as many samples as the cycle has calls at most, so it spends no less; `python -m benchmarks.cycle_prompt` gives it
the calls of the cycle on each problem, to the call.
"""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.cycle import CALLS
from reasoning_toolkit.prompts.families.arms import Arms


def candidates(problems: Sequence[Problem], cycles: int = 3, accumulate: int = 0, temperature: float = 0.4) -> Arms:
    """A single call (the baseline), the cycle, its fixed hint (the neutral control), the hint of another problem, best-of-k twice.

    Args:
        problems: not looked at.
        cycles: at most so many.
        accumulate: 1 keeps the hints of all cycles before the prompt, 0 the last alone.
        temperature: of every reply to a problem but the first.
    """
    cycling = {"cycles": cycles, "accumulate": bool(accumulate), "temperature": temperature}

    def arm(policy: str, name: str, **settings: str | int | float | bool) -> Candidate:
        return Candidate(policy=policy, settings=settings, name=name)

    return Arms(
        (
            arm("single", "one call"),
            arm("cycle", f"cycle, at most {cycles}", **cycling),
            arm("cycle", "cycle, the same hint always", **cycling, hint="fixed"),
            arm("cycle", "cycle, the hint of another problem", **cycling, hint="other"),
            arm("best-of", f"best of {cycles}, as many replies", samples=cycles, temperature=temperature),
            arm("best-of", f"best of {CALLS * cycles}, as many calls", samples=CALLS * cycles, temperature=temperature),
        ),
        baseline=0,
        neutral=2,
    )
