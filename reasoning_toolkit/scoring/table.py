"""Which scorer: the text after `--scorer`, and what it opens.

prm:Skywork/Skywork-o1-Open-PRM-Qwen-2.5-7B     orm:./folder     step-checker     file.py@function
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.scoring.scorer import Scorer

SCORERS: dict[str, tuple[str, str]] = {  # name → note, "module:opener"
    "prm": ("a process reward model in transformers, a score a step: prm:MODEL", "process_reward:open_process_reward"),
    "orm": (
        "an outcome reward model in transformers, a score a response: orm:MODEL",
        "outcome_reward:open_outcome_reward",
    ),
    "step-checker": (
        "an oracle for pocket problems: it knows the program, so every step's score is right; for experiments only",
        "step_checker:open_step_checker",
    ),
    "function": ("a function (problem, text) -> score or scores of steps: file.py@function", "function:open_function"),
}


def open_scorer(text: str, arguments: Mapping[str, Any] | None = None) -> Scorer:
    """Open the scorer that a text names. Weights load at the first score.

    Args:
        text: as above.
        arguments: of the scorer: `step` (paragraph or line), and what its opener documents.

    Raises:
        UsageError: an unknown scorer or argument, or a model that is missing.
        MissingPackage: its package is not installed.
        EngineError: there is no such model.
    """
    name, model = find_scorer(text)
    opener = cast(Callable[[str, dict[str, Any]], Scorer], load_row(f"reasoning_toolkit.scoring.{SCORERS[name][1]}"))
    return opener(model, dict(arguments or {}))


def find_scorer(text: str) -> tuple[str, str]:
    """The row of `SCORERS` that a text names, and its model; nothing is opened.

    Raises:
        UsageError: an unknown scorer, or a model that is missing.
    """
    name, _, model = text.partition(":")
    if text.rpartition("@")[0].endswith(".py"):
        name, model = "function", text
    if name not in SCORERS:
        raise unknown("scorer", name, SCORERS)
    if name in ("prm", "orm", "function") and not model:
        raise UsageError(f"the scorer {text!r} names no model", hint=SCORERS[name][0])
    return name, model


def only(arguments: Mapping[str, Any], *known: str) -> None:
    """Refuse arguments that a scorer does not take.

    Raises:
        UsageError: there is one.
    """
    for name in arguments:
        if name not in known:
            raise unknown("argument of the scorer", name, known)
