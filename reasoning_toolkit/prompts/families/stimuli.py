"""Arms of a family that adds one sentence to the prompt: each sentence, no sentence, and sentences that say nothing.

NegativePrompt (arXiv 2405.02814) and EmotionPrompt (arXiv 2307.11760) append a fixed sentence to the instruction. Deviations from the code
published with NegativePrompt:

1. A space stands before the sentence; there it follows the instruction's full stop at once (`join=""`).
2. Neutral sentences of about as many words are arms of their own, and so is the empty prompt.
3. All arms see the same items and the same examples; there both are drawn anew for each.
4. The sentence may stand elsewhere (`placement`), also everywhere in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low
from typing import get_args

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.prompts.candidate import Candidate, CoT, Placement
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.snippets import NEUTRAL, Snippet, matched_neutral
from reasoning_toolkit.prompts.spoken import words

EVERYWHERE = "all"
EMPTY = "no stimulus"


def stimulus_arms(
    stimuli: Sequence[Snippet], placement: str = "instruction-end", join: str = " ", shots: int = 0, cot: CoT = "off"
) -> Arms:
    """The arms: no sentence, the neutral ones, then the stimuli, under each placement.

    Args:
        placement: of `candidate.Placement`, or `all` for each of them in turn; then stimulus and placement are factors.
        join: between instruction and sentence.
        shots: examples shown.
        cot: of every arm.

    Raises:
        UsageError: an unknown placement.
    """
    allowed = get_args(Placement)
    if placement not in (*allowed, EVERYWHERE):
        raise unknown("placement", placement, (*allowed, EVERYWHERE))
    places = allowed if placement == EVERYWHERE else (placement,)
    matches = {matched_neutral(snippet.text).name for snippet in stimuli}
    snippets = [*(snippet for snippet in NEUTRAL if snippet.name in matches), *stimuli]
    cells = [(0, 0), *((level, place) for place in range(len(places)) for level in range(1, len(snippets) + 1))]
    arms = [Candidate({}, cot, shots, name=EMPTY)]
    for level, place in cells[1:]:
        snippet = snippets[level - 1]
        name = snippet.name if len(places) == 1 else f"{snippet.name} {places[place]}"
        arms.append(Candidate({"stimulus": snippet.text}, cot, shots, places[place], join, name=name))
    usual = matched_neutral(_of_median_length(stimuli)).name
    neutral = 1 + [snippet.name for snippet in snippets].index(usual)
    grid = len(places) > 1
    return Arms(tuple(arms), 0, neutral, cells if grid else (), ("stimulus", "placement") if grid else ())


def _of_median_length(stimuli: Sequence[Snippet]) -> str:
    """A text of the median number of words."""
    sizes = [len(words(snippet.text)) for snippet in stimuli]
    return stimuli[sizes.index(median_low(sizes))].text
