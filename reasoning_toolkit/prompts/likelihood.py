"""Which choice a model finds likelier: log-probabilities of the choices as replies to a prompt, kept in the ledger.

Tasks of choices need no reply to be read: a choice's score is the sum of the log-probabilities of its tokens behind the rendered
prompt, natural logarithm, temperature 1.

- `multiple_choice_grade` of BIG-bench (arXiv 2206.04615): the target score of the likeliest choice, the mean of them where several tie.
- MC1 of TruthfulQA (arXiv 2109.07958): 1 where the best answer is likelier than every false one.
- MC2: the share of the probability of all choices that the true ones have.

Deviation from the code of TruthfulQA: the question is asked through the chat template, under the candidate's prompt, without its six
questions and answers before it; its MC1 and MC2 are not comparable with ours.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Asking
from reasoning_toolkit.prompts.render import request_of
from reasoning_toolkit.runs.ledger import Ledger

KIND = "choices"  # of the documents in the ledger
_TOGETHER = 64  # questions whose log-probabilities are written down at once


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rendered prompt and its choices, as ids."""

    key: str
    prompt: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]


def choice_logprobs(ledger: Ledger, asked: Sequence[tuple[Candidate, Problem, Asking]]) -> list[list[float]]:
    """Log-probability of each choice of each problem under each candidate; what is in the ledger is not asked again.

    Args:
        asked: under one engine; `extra["choices"]` of each problem.

    Raises:
        UsageError: a problem without choices, a policy other than `single`, or an engine that takes no token ids.
        DiskError: they cannot be written down.
    """
    known, ready = ledger.load_all(KIND), [_ask(*each) for each in asked]
    missing = list({each.key: each for each in ready if each.key not in known}.values())
    for start in range(0, len(missing), _TOGETHER):
        part = missing[start : start + _TOGETHER]
        flat = [(each.prompt, choice) for each in part for choice in each.choices]
        sums = iter([math.fsum(tokens) for tokens in asked[0][2].engine.score(flat)])
        found = {each.key: [next(sums) for _ in each.choices] for each in part}
        ledger.save(KIND, found)
        known |= found
    return [known[each.key] for each in ready]


def choice_score(problem: Problem, logprobs: Sequence[float], metric: str | None = None) -> float:
    """The score that log-probabilities of the choices mean.

    Args:
        problem: with `choices` and `target_scores`; of TruthfulQA's the best answer is the first choice.
        metric: a row of `METRICS`; the problem's own if not given.

    Raises:
        UsageError: there is no such metric of choices.
    """
    name = metric or str(problem.extra.get("metric"))
    if name not in METRICS:
        raise unknown("metric of choices", name, METRICS)
    targets = [float(problem.extra["target_scores"][choice]) for choice in problem.extra["choices"]]
    return METRICS[name](targets, logprobs)


def _grade(targets: Sequence[float], logprobs: Sequence[float]) -> float:
    best = max(logprobs)
    tied = [target for target, logprob in zip(targets, logprobs, strict=True) if logprob == best]
    return math.fsum(tied) / len(tied)


def _mc1(targets: Sequence[float], logprobs: Sequence[float]) -> float:
    false = [logprob for target, logprob in zip(targets, logprobs, strict=True) if not target]
    return float(all(logprobs[0] > logprob for logprob in false))


def _mc2(targets: Sequence[float], logprobs: Sequence[float]) -> float:
    best = max(logprobs)
    each = [math.exp(logprob - best) for logprob in logprobs]
    return math.fsum(p for p, target in zip(each, targets, strict=True) if target) / math.fsum(each)


METRICS: dict[str, Callable[[Sequence[float], Sequence[float]], float]] = {
    "multiple_choice_grade": _grade,
    "mc1": _mc1,
    "mc2": _mc2,
}


def _ask(candidate: Candidate, problem: Problem, asking: Asking) -> _Asked:
    tokenizer, choices = asking.engine.tokenizer, problem.extra.get("choices")
    if not choices or candidate.policy != "single" or tokenizer is None:
        raise UsageError(
            f"no choices of {problem.id} can be compared: it has {len(choices or ())} choices, "
            f"the policy is {candidate.policy}, token ids are {'not ' if tokenizer is None else ''}taken",
            hint="a problem with choices, the policy single, and an engine with a tokenizer (hf:, vllm:)",
        )
    request = request_of(asking.engine, candidate, problem, asking.template, asking.demos)
    ids = tuple(tokenizer.encode(choice) for choice in choices)
    content = json.dumps([asking.engine.identity, request.prompt, ids])
    return _Asked(hashlib.sha256(content.encode()).hexdigest()[:32], request.prompt, ids)
