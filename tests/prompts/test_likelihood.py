"""Choices by log-probability: MC1 and MC2 by hand, nothing asked twice, and the same as the model's own scores."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reasoning_toolkit.engines import open_engine
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.likelihood import choice_logprobs, choice_score
from reasoning_toolkit.prompts.policies import Asking
from reasoning_toolkit.prompts.render import Template, request_of
from reasoning_toolkit.runs.ledger import Ledger

CHOICES = {"choices": ["No", "It is not", "Yes"], "target_scores": {"No": 1, "It is not": 1, "Yes": 0}}
PROBLEM = Problem("t", "Is it flat?", "No", "test", {"metric": "mc1", **CHOICES})


class Counting(ScriptedEngine):
    """Counts the sequences that it scored."""

    def __init__(self) -> None:
        super().__init__([])
        self.scored = 0

    def score(self, sequences):
        self.scored += len(sequences)
        return super().score(sequences)


def test_mc1_and_mc2_by_hand() -> None:
    logprobs = [math.log(0.2), math.log(0.5), math.log(0.3)]
    assert choice_score(PROBLEM, logprobs) == 0  # the best answer is less likely than the false one
    assert choice_score(PROBLEM, logprobs, "mc2") == pytest.approx(0.7)
    assert choice_score(PROBLEM, logprobs, "multiple_choice_grade") == 1
    assert choice_score(PROBLEM, [-1.0, -9.0, -2.0]) == 1
    assert choice_score(PROBLEM, [-1.0, -9.0, -1.0]) == 0  # likelier than every false one, not as likely
    assert choice_score(PROBLEM, [-1.0, -9.0, -1.0], "multiple_choice_grade") == 0.5
    with pytest.raises(UsageError, match="unknown metric of choices"):
        choice_score(PROBLEM, logprobs, "mc3")


def test_probabilities_too_small_for_a_float_still_share() -> None:
    assert choice_score(PROBLEM, [-2000.0, -3000.0, -2000.0], "mc2") == pytest.approx(0.5)


def test_choices_are_summed_over_tokens_and_never_asked_twice(tmp_path: Path) -> None:
    engine, ledger = Counting(), Ledger(tmp_path / "ledger.sqlite")
    asking = Asking(engine, Template())
    asked = [(Candidate(), PROBLEM, asking), (Candidate({"stimulus": "Are you sure?"}), PROBLEM, asking)]
    expected = [-0.5 * len(text) for text in PROBLEM.extra["choices"]]  # its tokens are bytes
    assert choice_logprobs(ledger, asked[:1]) == [expected]
    assert choice_logprobs(ledger, [*asked, asked[0]]) == [expected] * 3
    assert engine.scored == 2 * 3
    ledger.close()
    again = Ledger(tmp_path / "ledger.sqlite")
    assert choice_logprobs(again, asked) == [expected] * 2 and engine.scored == 2 * 3


def test_what_has_no_choices_or_asks_several_times_is_refused(tmp_path: Path) -> None:
    ledger, asking = Ledger(tmp_path / "ledger.sqlite"), Asking(ScriptedEngine([]), Template())
    for candidate, problem in ((Candidate(policy="cycle"), PROBLEM), (Candidate(), Problem("p", "?", "1", "test"))):
        with pytest.raises(UsageError, match="can be compared"):
            choice_logprobs(ledger, [(candidate, problem, asking)])


def test_a_models_choices_are_scored_behind_the_rendered_prompt(tmp_path: Path) -> None:
    engine, ledger = open_engine("hf:pocket"), Ledger(tmp_path / "ledger.sqlite")
    problem = Problem("c", "Compute 3 + 4.", "7", "test", {"choices": ["7", "12"], "target_scores": {"7": 1, "12": 0}})
    asking = Asking(engine, Template())
    (found,) = choice_logprobs(ledger, [(Candidate(), problem, asking)])
    prompt = request_of(engine, Candidate(), problem, asking.template).prompt
    assert engine.tokenizer is not None
    for text, logprob in zip(problem.extra["choices"], found, strict=True):
        (tokens,) = engine.score([(prompt, engine.tokenizer.encode(text))])
        assert logprob == pytest.approx(sum(tokens), abs=1e-4)
