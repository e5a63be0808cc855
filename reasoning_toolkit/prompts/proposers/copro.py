"""COPRO: the instruction and the words that the reply begins with are rewritten as a pair.

The coordinate ascent of DSPy (Khattab et al. 2023, arXiv 2310.03714; `dspy.COPRO`), once SignatureOptimizer, which found the eccentric
prompts of Battle and Gollapudi 2024 (arXiv 2402.10949). Deviations:

1. The text is a bare system message or instruction, not the instruction of a signature inside an adapter's scaffold.
2. The prefix begins the reply, so with reasoning it stands before the reasoning, not before the answer field.
3. Scores come from the toolkit's allocators; DSPy scores every attempt on all of the training set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.asking import ask, has_tag, said, written
from reasoning_toolkit.prompts.proposers.proposer import Most, Proposing, Tried, Value
from reasoning_toolkit.prompts.proposers.showing import attempt, ranked
from reasoning_toolkit.runs.drive import Pipeline

_START = """A language model gets this instruction with every input of a task:

<prompt>{text}</prompt>

{write}"""

_BETTER = """A language model gets an instruction with every input of a task, and its reply begins with a fixed prefix. These pairs were \
tried, the worst first; a score is out of 100.

{attempts}

{write}"""

_WRITE = """Write an instruction that makes it do the task better, and a prefix that leads it to the right output. Be bold. Both are used \
with every input, so quote no input or answer. Write the instruction between <prompt> and </prompt>, the prefix between <prefix> and \
</prefix>, and nothing else."""


def copro(history: Sequence[Tried], proposing: Proposing) -> Pipeline[list[Candidate]]:
    """From the start alone in the first round, from the scored attempts in the later ones."""
    settings = proposing.settings
    count = max(1, int(settings["breadth"]) - (proposing.round == 0))
    requests = ask(proposing, [_question(history, proposing)] * count)
    replies = yield requests
    start, name = history[0].candidate, f"copro {proposing.round + 1}"
    pairs = [_pair(proposing, *reply) for reply in zip(requests, replies, strict=True)]
    new = (with_text(start, proposing, text, name, prefix) for text, prefix in pairs if text)
    return admit(new, history, proposing, count)


def most(settings: Mapping[str, Value]) -> Most:
    """One reply a candidate."""
    return Most(int(settings["breadth"]), int(settings["breadth"]))


def _question(history: Sequence[Tried], proposing: Proposing) -> str:
    if proposing.round == 0:
        return _START.format(text=text_of(history[0], proposing) or "(empty)", write=_WRITE)
    best = ranked(history)[: int(proposing.settings["breadth"])][::-1]
    return _BETTER.format(attempts="\n\n".join(_attempt(tried, proposing) for tried in best), write=_WRITE)


def _attempt(tried: Tried, proposing: Proposing) -> str:
    return f"{attempt(tried, proposing)}\nPrefix: {tried.candidate.slot('prefix') or '(none)'}"


def _pair(proposing: Proposing, request: Request, completion: Completion) -> tuple[str, str]:
    """The instruction, and the prefix where one is given and can be used."""
    text = written(proposing, request, completion)
    given = proposing.prefixes and has_tag(said(proposing, request, completion), "prefix")
    return text, written(proposing, request, completion, "prefix") if given else ""
