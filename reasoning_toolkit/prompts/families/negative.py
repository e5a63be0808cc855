"""NegativePrompt: ten discouraging sentences (Wang et al. 2024, arXiv 2405.02814), each an arm beside its controls (`stimuli.py`)."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import CoT
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.snippets import NEGATIVE
from reasoning_toolkit.prompts.families.stimuli import stimulus_arms


def candidates(
    problems: Sequence[Problem], placement: str = "instruction-end", join: str = " ", shots: int = 0, cot: CoT = "off"
) -> Arms:
    """No sentence, neutral ones, and the stimuli; `problems` is not looked at. See `stimulus_arms`."""
    return stimulus_arms(NEGATIVE, placement, join, shots, cot)
