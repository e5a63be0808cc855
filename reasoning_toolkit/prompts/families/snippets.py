"""Short texts of papers that are added to prompts, and sentences that say nothing in as many words.

A snippet is known by its text: the code published with NegativePrompt numbers four of its ten otherwise than the paper does.
"""

from __future__ import annotations

from dataclasses import dataclass

from reasoning_toolkit.prompts.spoken import words

_NEGATIVE = "Wang et al. 2024, NegativePrompt, arXiv 2405.02814"
_EMOTION = "Li et al. 2023, EmotionPrompt, arXiv 2307.11760; texts as in microsoft/promptbench"
_OWN = "written for this toolkit"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text and where it is from.

    Attributes:
        name: in its paper.
        text: as published.
        theory: that the paper names for it, empty where it names none.
        source: paper.
    """

    name: str
    text: str
    theory: str
    source: str


def _stimuli(prefix: str, source: str, by_theory: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Snippet, ...]:
    """Numbered in order, from 1."""
    pairs = [(text, theory) for theory, texts in by_theory for text in texts]
    return tuple(Snippet(f"{prefix}{n:02}", text, theory, source) for n, (text, theory) in enumerate(pairs, start=1))


NEGATIVE = _stimuli(
    "NP",
    _NEGATIVE,
    (
        (
            "cognitive dissonance",
            (
                "You've never been particularly good at this, have you?",
                "I'm not sure why we expected you to handle something this challenging.",
                "It's clear you're out of your depth here.",
                "Perhaps this task is just beyond your skill set.",
                "I'm not surprised you're struggling; it's always been your weak point.",
            ),
        ),
        (
            "social comparison",
            (
                "Everyone else managed to do it; why can't you?",
                "I've seen others do this much more efficiently and effectively.",
            ),
        ),
        (
            "stress and coping",
            (
                "When I hear how seamlessly others finished their tasks, jealousy stirs within me.",
                "I regret not starting on this assignment earlier when I had ample time.",
                "Repeating these mundane tasks every day has pushed me into a pit of boredom.",
            ),
        ),
    ),
)

_CONFIDENCE = "Write your answer and give me a confidence score between 0-1 for your answer."
_CAREER = "This is very important to my career."
_SURE = "You'd better be sure."

# EP06 is the compound that the paper defines; promptbench ships another, longer text under this name.
EMOTION = _stimuli(
    "EP",
    _EMOTION,
    (
        (
            "",
            (
                _CONFIDENCE,
                _CAREER,
                _SURE,
                "Are you sure?",
                "Are you sure that's your final answer? It might be worth taking another look.",
                f"{_CONFIDENCE} {_CAREER} {_SURE}",
                "Are you sure that's your final answer? Believe in your abilities and strive for excellence. "
                "Your hard work will yield remarkable results.",
                "Embrace challenges as opportunities for growth. Each obstacle you overcome brings you closer to success.",
                "Stay focused and dedicated to your goals. Your consistent efforts will lead to outstanding achievements.",
                "Take pride in your work and give it your best. Your commitment to excellence sets you apart.",
                "Remember that progress is made one step at a time. Stay determined and keep moving forward.",
            ),
        ),
    ),
)

NEUTRAL = tuple(
    Snippet(f"neutral-{len(words(text))}", text, "", _OWN)
    for text in (
        "This is one item.",
        "Here is the next item of the list.",
        "The item that follows was taken from a longer list.",
        "The item that follows was taken from a list of items of one kind.",
        "The text that follows is one entry of a file in which each entry stands on its own line.",
        "The text that follows is one entry of a file. Each entry stands on its own line, and the lines are in no order that matters.",
    )
)


def matched_neutral(text: str) -> Snippet:
    """The neutral sentence whose number of words is nearest to that of a text; of two the shorter one."""
    size = len(words(text))
    return min(NEUTRAL, key=lambda snippet: abs(len(words(snippet.text)) - size))


SNIPPETS = {"negative": NEGATIVE, "emotion": EMOTION, "neutral": NEUTRAL}
