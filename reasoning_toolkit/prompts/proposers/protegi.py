"""ProTeGi: a critique of the errors serves as a gradient, a rewriting as the step along it; a beam of the best goes on.

Pryzant et al. 2023 (arXiv 2305.03495); code microsoft/LMOps. Deviations:

1. Each critique is asked for by itself, with errors of its own, and gives one reason.
2. The beam and its scores are the search's, on shared items; the official code draws fresh ones in every round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.asking import WRITE, ask, said, written
from reasoning_toolkit.prompts.proposers.proposer import Most, Proposing, Tried, Value
from reasoning_toolkit.prompts.proposers.showing import clipped, draws, failure, failures, ranked
from reasoning_toolkit.runs.drive import Pipeline

_CRITICISE = """A language model gets this instruction with every input of a task:

<prompt>{text}</prompt>

With it, these went wrong:

{errors}

What is missing or misleading in the instruction, that explains these errors? Give the one most likely reason, in at most \
three sentences."""

_REWRITE = """A language model gets this instruction with every input of a task:

<prompt>{text}</prompt>

What is wrong with it: {critique}

Rewrite the instruction so that this is mended. {write}"""

_PARAPHRASE = """Here is an instruction for a language model:

<prompt>{text}</prompt>

Say the same in other words. {write}"""


class _Step(NamedTuple):
    """A text on its way, with the prompt of the beam that it came from."""

    parent: Tried
    text: str


def protegi(history: Sequence[Tried], proposing: Proposing) -> Pipeline[list[Candidate]]:
    """Critiques, rewritings by them, and paraphrases of those, for each prompt of the beam."""
    settings = proposing.settings
    beam = [tried for tried in ranked(history) if failures(tried)][: int(settings["beam"])]
    asked = [step for tried in beam for step in _critiques(tried, proposing)]
    requests = ask(proposing, [step.text for step in asked])
    replies = yield requests
    critiques = [said(proposing, *pair) for pair in zip(requests, replies, strict=True)]

    edits = [
        _Step(
            step.parent, _REWRITE.format(text=_shown(step.parent, proposing), critique=clipped(critique), write=WRITE)
        )
        for step, critique in zip(asked, critiques, strict=True)
        if critique
        for _ in range(int(settings["edits"]))
    ]
    rewritten = yield from _write(edits, proposing)
    paraphrases = [
        _Step(step.parent, _PARAPHRASE.format(text=step.text, write=WRITE))
        for step in rewritten
        for _ in range(int(settings["paraphrases"]))
    ]
    varied = yield from _write(paraphrases, proposing)
    return _capped(beam, [*rewritten, *varied], history, proposing)


def most(settings: Mapping[str, Value]) -> Most:
    """A critique, its rewritings and their paraphrases, for each gradient of each prompt of the beam."""
    beam, gradients, edits = (int(settings[name]) for name in ("beam", "gradients", "edits"))
    texts = edits * (1 + int(settings["paraphrases"]))
    return Most(beam * gradients * (1 + texts), beam * min(int(settings["cap"]), gradients * texts))


def _shown(tried: Tried, proposing: Proposing) -> str:
    return text_of(tried, proposing) or "(empty)"


def _critiques(tried: Tried, proposing: Proposing) -> Iterator[_Step]:
    """The questions for critiques of a prompt, each about errors of its own."""
    settings, wrong = proposing.settings, failures(tried)
    for i in range(int(settings["gradients"])):
        chosen = draws(proposing, "protegi", tried.candidate.id, i).sample(
            wrong, min(len(wrong), int(settings["errors"]))
        )
        errors = "\n\n".join(map(failure, chosen))
        yield _Step(tried, _CRITICISE.format(text=_shown(tried, proposing), errors=errors))


def _write(steps: Sequence[_Step], proposing: Proposing) -> Pipeline[list[_Step]]:
    """What is written in reply to each."""
    requests = ask(proposing, [step.text for step in steps])
    replies = yield requests
    texts = [written(proposing, *pair) for pair in zip(requests, replies, strict=True)]
    return [_Step(step.parent, text) for step, text in zip(steps, texts, strict=True) if text]


def _capped(
    beam: Sequence[Tried], texts: Sequence[_Step], history: Sequence[Tried], proposing: Proposing
) -> list[Candidate]:
    """A random few of the new prompts of each parent."""
    kept: list[Candidate] = []
    for tried in beam:
        own = [step.text for step in texts if step.parent is tried]
        draws(proposing, "protegi", tried.candidate.id).shuffle(own)
        name = f"protegi {proposing.round + 1}"
        new = [with_text(tried.candidate, proposing, text, name) for text in own]
        kept += islice(
            admit([*kept, *new], history, proposing, len(kept) + int(proposing.settings["cap"])), len(kept), None
        )
    return kept
