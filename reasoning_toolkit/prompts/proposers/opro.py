"""OPRO: show what was tried in rising order of score, and ask for something better.

Yang et al. 2023 (arXiv 2309.03409); code google-deepmind/opro. Deviations:

1. The optimizer's model is asked as a chat, and told the scale of the scores.
2. Texts with digits are not dropped; those that copy items are (`admitting.py`).
3. The history is scored on the items of the toolkit's allocators, not all of it on all of the training set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.admitting import admit, with_text
from reasoning_toolkit.prompts.proposers.asking import WRITE, ask, written
from reasoning_toolkit.prompts.proposers.proposer import Most, Proposing, Tried, Value
from reasoning_toolkit.prompts.proposers.showing import attempt, draws, items, ranked, section
from reasoning_toolkit.runs.drive import Pipeline

_ASK = """You look for the instruction with which a language model does a task best. These were tried, the worst first; \
a score is out of 100.

{attempts}

{items}Write an instruction that is unlike all of these and will score higher. {write}"""


def opro(history: Sequence[Tried], proposing: Proposing) -> Pipeline[list[Candidate]]:
    """Several samples of one meta-prompt."""
    settings = proposing.settings
    shown = items(history, int(settings["demos"]), draws(proposing, "opro"))
    prompt = _ASK.format(
        attempts="\n\n".join(attempt(tried, proposing) for tried in _shown(history, settings)),
        items=section("Some items of the task:", shown),
        write=WRITE,
    )
    requests = ask(proposing, [prompt] * int(settings["proposals"]))
    replies = yield requests
    texts = [written(proposing, *pair) for pair in zip(requests, replies, strict=True)]
    start = history[0].candidate
    new = (with_text(start, proposing, text, f"opro {proposing.round + 1}") for text in texts if text)
    return admit(new, history, proposing, most(settings).candidates)


def most(settings: Mapping[str, Value]) -> Most:
    """One reply a candidate."""
    return Most(int(settings["proposals"]), int(settings["proposals"]))


def _shown(history: Sequence[Tried], settings: Mapping[str, Value]) -> list[Tried]:
    """The best ones, worst first."""
    best = ranked(history)
    good = [tried for tried in best if tried.score >= float(settings["threshold"])]
    return (good or best)[: int(settings["shown"])][::-1]
