"""Reflection in the manner of GEPA: a prompt that is best on some item is rewritten from a few of its replies with feedback.

Agrawal et al. 2025 (arXiv 2507.19457); code gepa-ai/gepa, which `bridges/gepa.py` runs itself. Deviations:

1. A new prompt is not tried on the same few items before it joins the pool: the search scores it, and drops it.
2. Of the parent's replies the failed ones are shown, not any: a right one carries no feedback here.
3. No merging of prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.asking import WRITE, ask, written
from reasoning_toolkit.prompts.proposers.proposer import Most, Proposing, Tried, Value
from reasoning_toolkit.prompts.proposers.showing import draws, failure, failures
from reasoning_toolkit.runs.drive import Pipeline

_REFLECT = """A language model gets this prompt with every input of a task:

<prompt>{text}</prompt>

Here is what it did with some inputs, and what was wrong:

{failures}

Find out from this what the task is, which facts about it the prompt does not say, and which way of working would have avoided the errors. \
Then write a better prompt that says so, in general terms. {write}"""


def gepa_reflect(history: Sequence[Tried], proposing: Proposing) -> Pipeline[list[Candidate]]:
    """One rewriting for each parent that is drawn."""
    settings = proposing.settings
    front = [(tried, wins) for tried, wins in pareto_front(history) if failures(tried)]
    parents = [
        draws(proposing, "parent", i).choices([tried for tried, _ in front], [wins for _, wins in front])[0]
        for i in range(int(settings["proposals"]) if front else 0)
    ]
    requests = ask(proposing, [_question(tried, proposing, i) for i, tried in enumerate(parents)])
    replies = yield requests
    texts = [written(proposing, *pair) for pair in zip(requests, replies, strict=True)]
    name = f"gepa-reflect {proposing.round + 1}"
    pairs = zip(parents, texts, strict=True)
    new = (with_text(parent.candidate, proposing, text, name) for parent, text in pairs if text)
    return admit(new, history, proposing, most(settings).candidates)


def most(settings: Mapping[str, Value]) -> Most:
    """One reply a candidate."""
    return Most(int(settings["proposals"]), int(settings["proposals"]))


def pareto_front(history: Sequence[Tried]) -> list[tuple[Tried, int]]:
    """The prompts that no other one beats everywhere, each with the number of items on which it is among the best.

    A prompt is left out where others are among the best on all the items on which it is; the worst in the mean are left out first.
    """
    best: dict[str, float] = {}
    scores = [{problem.id: score.score for problem, _, score in tried.examples} for tried in history]
    for own in scores:
        for item, score in own.items():
            if score == score:
                best[item] = max(score, best.get(item, score))
    wins = [{item for item, score in own.items() if score == best.get(item)} for own in scores]
    front = [i for i, won in enumerate(wins) if won]
    for i in sorted(front, key=lambda i: (history[i].score, -i)):
        others = set().union(*(wins[j] for j in front if j != i))
        if wins[i] <= others:
            front.remove(i)
    return [(history[i], len(wins[i])) for i in front]


def _question(parent: Tried, proposing: Proposing, index: int) -> str:
    wrong = failures(parent)
    count = min(len(wrong), int(proposing.settings["minibatch"]))
    chosen = draws(proposing, "minibatch", index).sample(wrong, count)
    text = text_of(parent, proposing) or "(empty)"
    return _REFLECT.format(text=text, failures="\n\n".join(map(failure, chosen)), write=WRITE)
