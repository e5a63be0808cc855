"""A model of known quality for searches: how often it is right depends on what the prompt says, and items differ in difficulty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request, stable_seed
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.search import optimize
from reasoning_toolkit.runs.run import Run

GAIN = 0.35  # of a prompt that says "expert" or "Everyone"


def numbered(count: int = 180) -> list[Problem]:
    """Problems whose id says their answer."""
    return [Problem(f"p{i}", f"What is {i} + 1?", str(i + 1), "test") for i in range(count)]


def play(prompt: str, request: Request) -> str:
    """Right more often with a good word; the same prompt always gives the same reply."""
    number = int(request.problem_id[1:])
    easy = 0.8 * _share("item", number) + 0.2 * _share(number, prompt)
    return f"The answer is {number + (easy < 0.4 + GAIN * ('expert' in prompt or 'Everyone' in prompt))}."


def deaf(prompt: str, request: Request) -> str:
    """Right on half of the items, whatever the prompt says, but not on the same ones."""
    number = int(request.problem_id[1:])
    return f"The answer is {number + (_share(number, prompt) < 0.5)}."


def searched(folder: Path, script: Any = play, engine: Any = None, **changes: Any) -> dict[str, Any]:
    """The report of a search."""
    given: dict[str, Any] = {"problems": "numbered", "model": "scripted", "family": "negative", "max_tokens": 64}
    given |= {"budget": {"calls": 500}}
    with Run(folder) as run:
        return optimize(run, numbered(), engine or ScriptedEngine(script, slots=64), OptimizeConfig(**given | changes))


def _share(*parts: Any) -> float:
    return stable_seed(*parts) / 2**63
