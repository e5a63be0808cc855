"""Positive thinking: a grid of three slots of a system message.

Battle and Gollapudi 2024, "The Unreasonable Effectiveness of Eccentric Automatic Prompts" (arXiv 2402.10949): 5 openers, 3 task
descriptions and 4 closers, 60 combinations; all empty is the baseline, no system message. Deviations:

1. The message may also stand at the start or the end of the user's message.
2. Reasoning has three states (off, trigger, worked examples), not two.
3. The neutral control is the bare task description: it says what to do and praises nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import get_args

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate, CoT, Placement
from reasoning_toolkit.prompts.families.arms import Arms

OPENERS = (
    "",
    "You are as smart as ChatGPT.",
    "You are highly intelligent.",
    "You are an expert mathematician.",
    "You are a professor of mathematics.",
)
TASKS = ("", "Solve the following math problem.", "Answer the following math question.")
CLOSERS = ("", "This will be fun!", "Take a deep breath and think carefully.", "I really need your help!")
PLACEMENTS: dict[str, Placement] = {
    "system": "system",
    "user-start": "before-question",
    "user-end": "after-question",
}


def candidates(problems: Sequence[Problem], cot: CoT = "off", shots: int = 4, placement: str = "system") -> Arms:
    """The sixty cells.

    Args:
        problems: not looked at: the grid is the same for all.
        cot: of every cell.
        shots: worked examples, for `fewshot`.
        placement: `system`, `user-start` or `user-end`.

    Raises:
        UsageError: an unknown placement or state of reasoning.
    """
    if placement not in PLACEMENTS:
        raise unknown("placement", placement, PLACEMENTS)
    if cot not in get_args(CoT):
        raise unknown("cot", cot, get_args(CoT))
    cells = list(product(range(len(OPENERS)), range(len(TASKS)), range(len(CLOSERS))))
    arms = tuple(_candidate(cell, cot, shots if cot == "fewshot" else 0, placement) for cell in cells)
    names = ("opener", "task", "closer")
    return Arms(arms, cells.index((0, 0, 0)), cells.index((0, 1, 0)), cells, names, (OPENERS, TASKS, CLOSERS))


def _candidate(cell: tuple[int, int, int], cot: CoT, shots: int, placement: str) -> Candidate:
    texts = {"opener": OPENERS[cell[0]], "task": TASKS[cell[1]], "closer": CLOSERS[cell[2]]}
    name = " ".join(filter(None, texts.values())) or "no system message"
    if placement == "system":
        return Candidate(texts, cot, shots, name=name)
    stimulus = {"stimulus": " ".join(filter(None, texts.values()))}
    return Candidate(stimulus, cot, shots, PLACEMENTS[placement], join="\n\n", name=name)
