"""APE: guess the instruction that made outputs of inputs; then vary the best guesses.

Zhou et al. 2022 (arXiv 2211.01910); code keirp/automatic_prompt_engineer. Deviations:

1. The model continues a chat, not a text with a gap, so only the forward form of the question is asked.
2. Variations are the paper's iterative search; which prompts are the best is said by the toolkit's own allocators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.asking import WRITE, ask, written
from reasoning_toolkit.prompts.proposers.proposer import Most, Proposing, Tried, Value
from reasoning_toolkit.prompts.proposers.showing import draws, items, ranked
from reasoning_toolkit.runs.drive import Pipeline

_GUESS = """Somebody got one instruction and, following it, turned each input below into its output.

{items}

What was the instruction? {write}"""

_VARY = """Here is an instruction for a language model:

<prompt>{text}</prompt>

Say the same in other words. {write}"""


def ape(history: Sequence[Tried], proposing: Proposing) -> Pipeline[list[Candidate]]:
    """Guesses in the first round, variations of the best in the later ones."""
    settings = proposing.settings
    prompts = _guesses(history, proposing) if proposing.round == 0 else _variations(history, proposing)
    requests = ask(proposing, [prompt for prompt in prompts for _ in range(int(settings["proposals"]))])
    replies = yield requests
    texts = [written(proposing, *pair) for pair in zip(requests, replies, strict=True)]
    start = history[0].candidate
    new = (with_text(start, proposing, text, f"ape {proposing.round + 1}") for text in texts if text)
    return admit(new, history, proposing, most(settings).candidates)


def most(settings: Mapping[str, Value]) -> Most:
    """One reply a candidate."""
    prompts = max(int(settings["subsamples"]), int(settings["keep"]))
    return Most(prompts * int(settings["proposals"]), prompts * int(settings["proposals"]))


def _guesses(history: Sequence[Tried], proposing: Proposing) -> list[str]:
    count, demos = int(proposing.settings["subsamples"]), int(proposing.settings["demos"])
    shown = (items(history, demos, draws(proposing, "ape", i)) for i in range(count))
    return [_GUESS.format(items=body, write=WRITE) for body in shown if body]


def _variations(history: Sequence[Tried], proposing: Proposing) -> list[str]:
    best = [text for tried in ranked(history) if (text := text_of(tried, proposing))]
    return [_VARY.format(text=text, write=WRITE) for text in best[: int(proposing.settings["keep"])]]
