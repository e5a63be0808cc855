"""A scorer that is any Python function of a problem and a response."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.lazy import load_function
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.scorer import Scores, separator_of
from reasoning_toolkit.scoring.table import only


@dataclass(frozen=True, slots=True)
class FunctionScorer:
    """`file.py@function`: `(problem, text) -> float`, or one float a step. It must give the same for the same."""

    path: str
    identity: str
    separator: str

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        return [self._score(problem, text) for problem, text in pairs]

    def _score(self, problem: Problem, text: str) -> Scores:
        found = load_function(self.path)(problem, text)
        try:
            scores = tuple(map(float, found)) if isinstance(found, list | tuple) else (float(found),)
        except (TypeError, ValueError) as error:
            raise UsageError(f"{self.path} gave {found!r}, a number or a list of numbers is needed") from error
        if not all(map(math.isfinite, scores)):
            raise UsageError(f"{self.path} gave {found!r}, finite numbers are needed")
        return scores


def open_function(path: str, arguments: dict[str, Any]) -> FunctionScorer:
    """`file.py@function`, with the argument `step` (paragraph or line). An edited file is another scorer."""
    only(arguments, "step")
    load_function(path)
    file, _, name = path.rpartition("@")
    identity = f"{name}#{hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]}"
    return FunctionScorer(path, identity, separator_of(arguments.get("step", "paragraph")))
