"""How a question is answered under a candidate: by one call, or by several that check each other.

A policy is a generator of requests, as a decoding method is: driven through the ledger it can be stopped anywhere. A row of `POLICIES`
names a function `(candidate, problem, asking) -> Pipeline[Reply]`, and one from the candidate to the most calls of a reply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.render import Template, request_of
from reasoning_toolkit.runs.drive import Pipeline

POLICIES = {
    "single": ("reasoning_toolkit.prompts.policies:single", "reasoning_toolkit.prompts.policies:one_call"),
    "cycle": ("reasoning_toolkit.prompts.cycle:cycle", "reasoning_toolkit.prompts.cycle:calls_of_cycles"),
    "best-of": ("reasoning_toolkit.prompts.best_of:best_of", "reasoning_toolkit.prompts.best_of:calls_of_samples"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What a policy asks with.

    Attributes:
        engine: of the model under study.
        template: what all candidates share.
        demos: the examples of this item, the same for every candidate.
        index: which sample of the item.
    """

    engine: Engine
    template: Template
    demos: Sequence[Problem] = ()
    index: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question.

    Attributes:
        text: what is scored.
        keys: of every completion that was paid for it, in order.
        cut_off: the token limit ended it.
        error: why there is no text; None where there is one.
    """

    text: str
    keys: tuple[str, ...]
    cut_off: bool = False
    error: str | None = None


Policy = Callable[[Candidate, Problem, Asking], Pipeline[Reply]]


def find_policy(name: str) -> Policy:
    """The policy of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in POLICIES:
        raise unknown("policy", name, POLICIES)
    policy: Policy = load_row(POLICIES[name][0])
    return policy


def most_calls(candidate: Candidate) -> int:
    """The most calls that a reply takes under a candidate.

    Raises:
        UsageError: there is no such policy, or a setting does not fit.
    """
    find_policy(candidate.policy)
    calls: int = load_row(POLICIES[candidate.policy][1])(candidate)
    return calls


def one_call(candidate: Candidate) -> int:
    """Of `single`."""
    return 1


def single(candidate: Candidate, problem: Problem, asking: Asking) -> Pipeline[Reply]:
    """One call."""
    request = request_of(asking.engine, candidate, problem, asking.template, asking.demos, index=asking.index)
    (completion,) = yield [request]
    return reply_of(request, completion, asking, candidate.slot("prefix"))


def reply_of(request: Request, completion: Completion, asking: Asking, prefix: str = "") -> Reply:
    """A completion as a reply."""
    keys = (request.key(asking.engine.identity),)
    if completion.finish_reason == "error":
        return Reply("", keys, error=completion.error or "the engine failed")
    return Reply(prefix + completion.text, keys, cut_off=completion.finish_reason == "length")
