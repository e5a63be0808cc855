"""P(True), asked behind each response."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request, TokenLogprobs
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode
from reasoning_toolkit.subthought.methods import find_method
from reasoning_toolkit.subthought.self_check import ASK, UNKNOWN, p_true

PROBLEM = Problem("p", "What is 2 + 2?", "4", "test")
ENGINE = ScriptedEngine([])


def reply(**probabilities: float) -> Completion:
    top = {ENGINE.tokenizer.encode(letter)[0]: math.log(p) for letter, p in probabilities.items()}
    return Completion((), "a", "stop", logprobs=(TokenLogprobs(max(top.values()), top),))


def test_the_share_of_the_two_letters() -> None:
    assert p_true(reply(a=0.6, b=0.2, c=0.2), ENGINE) == pytest.approx(0.75)
    assert p_true(reply(a=0.5, c=0.5), ENGINE) == 1.0
    assert p_true(reply(c=1.0), ENGINE) == UNKNOWN
    assert p_true(Completion((), "", "error"), ENGINE) == UNKNOWN


def say(prompt: str, request: Request) -> str | Completion:
    """Two of three samples answer 5; the model itself believes the one that answers 4."""
    if prompt.endswith(ASK):
        return reply(a=0.9, b=0.1) if "boxed{4}" in prompt else reply(a=0.1, b=0.9)
    return f"<think>Hm.</think>\\boxed{{{4 if request.index == 1 else 5}}}"


def test_the_belief_outvotes_the_plurality_and_is_paid_for(tmp_path: Path) -> None:
    config = DecodeConfig(
        problems="p", model="m", method="self-consistency", n=3, votes=("cisc-p-true",), max_tokens=100
    )
    with Run(tmp_path) as run:
        report = decode(run, [PROBLEM], ScriptedEngine(say), config)
        again = ScriptedEngine(say)
        assert decode(run, [PROBLEM], again, config) == report
    assert again.calls == 0
    answers = report["problems"][0]["answers"]
    assert answers["self-consistency"]["answer"] == "5"
    assert answers["self-consistency, cisc-p-true"]["answer"] == "4"
    assert report["usage"]["completions"] == 6


def test_methods_that_cannot_ask_are_refused() -> None:
    with pytest.raises(UsageError, match="self-consistency and subthought"):
        find_method(DecodeConfig(problems="p", model="m", method="esc", n=5, votes=("cisc-p-true",)))
