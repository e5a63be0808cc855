"""Best of k: the same calls spent on asking again. What a policy of many calls has to beat.

Values are voted on. Of programs those come first that pass the examples of the prompt's own docstring (never the hidden tests), where it
has any; among them the program that was written most often, words aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reasoning_toolkit.engines.types import Request, stable_seed
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.grade import read_answer
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.maps.code import bare_code, program_of
from reasoning_toolkit.prompts.policies import Asking, Reply, reply_of
from reasoning_toolkit.prompts.public_tests import public_tests
from reasoning_toolkit.prompts.render import later, request_of
from reasoning_toolkit.runs.drive import Pipeline
from reasoning_toolkit.sandbox.check import check_all

_DEFAULTS = {"samples": 3, "temperature": 0.4}


def best_of(candidate: Candidate, problem: Problem, asking: Asking) -> Pipeline[Reply]:
    """The best of `samples` replies. The first is that of `single`, the others are drawn at `temperature`.

    Raises:
        UsageError: a setting that does not fit.
        SandboxError: programs are asked for, and no sandbox holds here.
    """
    samples, temperature = _settings(candidate)
    first = request_of(asking.engine, candidate, problem, asking.template, asking.demos, index=asking.index)
    others = replace(first, sampling=later(first.sampling, temperature))
    seeds = [stable_seed(asking.template.seed, problem.id, asking.index, number) for number in range(1, samples)]
    requests: list[Request] = [first, *(replace(others, seed=seed) for seed in seeds)]
    completions = yield requests
    prefix = candidate.slot("prefix")
    replies = [reply_of(r, c, asking, prefix) for r, c in zip(requests, completions, strict=True)]
    paid = tuple(key for reply in replies for key in reply.keys)
    failed = next((reply for reply in replies if reply.error), None)
    return replace(failed or replies[best(problem, replies)], keys=paid)


def calls_of_samples(candidate: Candidate) -> int:
    """A call a sample."""
    return _settings(candidate)[0]


def best(problem: Problem, replies: Sequence[Reply]) -> int:
    """Position of the best reply; of equals, the first."""
    if problem.kind == "code":
        return _best_program(problem, replies)
    found = [read_answer(reply.text, "length" if reply.cut_off else "stop", "default") for reply in replies]
    return _most_frequent(answer_classes([None if isinstance(each, Verdict) else each[0] for each in found]))


def _best_program(problem: Problem, replies: Sequence[Reply]) -> int:
    texts = [after_thinking(reply.text) or "" for reply in replies]
    programs = [bare_code(program_of(problem, text), "") if text.strip() else None for text in texts]
    tests = public_tests(problem)
    if tests is None:
        return _most_frequent(programs)
    distinct = list(dict.fromkeys(texts))
    passes = dict(zip(distinct, (c.passed for c in check_all(tests, distinct)), strict=True))
    passing = [program if passes[text] else None for program, text in zip(programs, texts, strict=True)]
    return _most_frequent(passing if any(passing) else programs)


def _most_frequent(classes: Sequence[int | str | None]) -> int:
    """Position of the first member of the largest class; 0 where there is none."""
    counts = Counter(each for each in classes if each is not None)
    most = max(counts.values(), default=0)
    return next((i for i, each in enumerate(classes) if each is not None and counts[each] == most), 0)


def _settings(candidate: Candidate) -> tuple[int, float]:
    for name in candidate.settings:
        if name not in _DEFAULTS:
            raise unknown("setting of the policy best-of", name, _DEFAULTS)
    chosen = {**_DEFAULTS, **candidate.settings}
    samples, temperature = chosen["samples"], chosen["temperature"]
    if not isinstance(samples, int) or samples < 1 or not isinstance(temperature, int | float):
        raise UsageError(f"expected at least 1 sample and a temperature, got {samples!r} and {temperature!r}")
    return samples, temperature
