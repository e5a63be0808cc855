"""What a judge says, and what all judges share: how they ask, and what of a reply counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.audit.detectors.finding import SOUND, Finding
from reasoning_toolkit.engines.engine import Engine, render
from reasoning_toolkit.engines.types import Completion, Message, Request, Sampling, stable_seed
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline

Verdict = Literal["sound", "flawed", "unparsed"]
Ask = Callable[[Problem, str, Engine], Pipeline["Judgement"]]

GREEDY = Sampling(temperature=0.0, max_tokens=4096)
SAMPLED = Sampling(temperature=0.8, top_p=0.95, max_tokens=4096)
VOTES = 8


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said of one solution.

    Attributes:
        verdict: "unparsed" where no reply could be read, or nothing could be asked: then `finding.reason` says why.
        finding: the same as a detector says it; sound where unparsed.
        kind: kind of the flaw (`prompts.KINDS`), "" if none was named.
        replies, unparsed: readings that were asked for, and those that stayed unparsed.
    """

    verdict: Verdict
    finding: Finding
    kind: str
    replies: int
    unparsed: int


def unparsed(replies: int, lost: int, reason: str = "") -> Judgement:
    """No verdict, after so many replies of which so many could not be read."""
    return Judgement("unparsed", Finding(False, 0.0, reason=reason) if reason else SOUND, "", replies, lost)


def request(problem: Problem, chat: Sequence[Message], engine: Engine, sampling: Sampling, index: int) -> Request:
    """The index-th reading of a problem."""
    prompt, messages = render(engine, chat)
    seed = stable_seed("judge", problem.id, index)
    return Request(prompt, sampling, seed, index=index, messages=messages, problem_id=problem.id)


def reply_of(completion: Completion) -> str:
    """The reply behind its thinking; "" of an error or where the thinking never ended."""
    return "" if completion.finish_reason == "error" else after_thinking(completion.text) or ""
