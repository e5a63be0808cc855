"""Metrics of replies: by hand, and on every task beside the repository what a perfect and a guessing answerer get."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from functools import cache
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.prompt_tasks import load_tasks
from reasoning_toolkit.prompts.metrics import METRICS, find_scorer, normalised

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "prompt_tasks"


def scored(metric: str, targets: list[str], reply: str, cut_off: bool = False, **extra: object):
    problem = Problem("1", "asked", targets[0], "test", {"metric": metric, "task": "own", "targets": targets, **extra})
    return find_scorer(problem)(problem, reply, cut_off)


@pytest.mark.parametrize(
    ("metric", "targets", "reply", "score"),
    [
        ("f1", ["How are you doing?"], "How are you?", 2 * 3 / (3 + 4)),
        ("f1", ["going up", "vertical movement"], "vertical", 2 / 3),
        ("f1", ["a a b"], "a b b", 2 * 2 / 6),
        ("f1", ["yes"], "no", 0),
        ("es", ["bear, kangaroo"], "kangaroo and bear", 1),
        ("es", ["bear, kangaroo"], "Animals:\n- kangaroo\n- bear", 1),
        ("es", ["bear, kangaroo"], "bear", 0),
        ("es", ["bear, kangaroo"], "bear, kangaroo, bike", 0),
        ("contains", ["process"], "A similar word is process", 1),
        ("contains", ["process"], "processes", 0),
        ("exact_str_match", ["> } ]"], ">  } ]", 1),
        ("exact_str_match", ["> } ]"], "> ] }", 0),
        ("exact_str_match", ["Sie sind da."], "sie sind da", 1),
        ("em", ["down"], "Down.", 1),
    ],
)
def test_scores_by_hand(metric: str, targets: list[str], reply: str, score: float) -> None:
    assert scored(metric, targets, reply).score == pytest.approx(score)


def test_the_expression_of_a_task_picks_its_answer() -> None:
    assert scored("exact_str_match", ["58"], "op -58 = 58.", output_regex=r"([-+]?\d+)[.]{0,1}$").score == 1


def test_a_named_choice_has_its_target_score() -> None:
    extra = {"choices": ["good", "fair", "bad"], "target_scores": {"good": 1, "fair": 0.5, "bad": 0}}
    assert scored("multiple_choice_grade", ["good"], "fair", **extra).score == 0.5
    none = scored("multiple_choice_grade", ["good"], "good or bad", **extra)
    assert (none.score, none.outcome, none.answer) == (0, "no_answer", None)


def test_outcomes_and_feedback() -> None:
    right, wrong = scored("em", ["down"], "down"), scored("em", ["down"], "left", cut_off=False)
    assert (right.outcome, right.feedback) == ("right", None)
    assert wrong.outcome == "wrong" and "'down'" in str(wrong.feedback) and "'left'" in str(wrong.feedback)
    assert scored("em", ["down"], "", cut_off=False).outcome == "no_answer"
    assert scored("em", ["down"], "left", cut_off=True).outcome == "truncated"
    assert scored("em", ["down"], "down", cut_off=True).outcome == "right"


def test_a_plain_problem_is_graded() -> None:
    problem = Problem("1", "6 * 7?", "42", "test")
    scorer = find_scorer(problem)
    assert scorer(problem, "So it is \\boxed{42}.", False).score == 1
    wrong = scorer(problem, "The answer is 41.", False)
    assert (wrong.score, wrong.outcome, wrong.answer) == (0, "wrong", "41")
    assert scorer(problem, "So 6 * 7 is about 4", True).outcome == "truncated"


def test_code_is_run_against_its_tests() -> None:
    tests = "def add(a, b):\n    '''Sum.'''\n\ndef check(candidate):\n    assert candidate(1, 2) == 3\n\ncheck(add)\n"
    problem = Problem("1", "Write add.", tests, "test", kind="code")
    scorer = find_scorer(problem)
    assert scorer(problem, "```python\ndef add(a, b):\n    return a + b\n```", False).outcome == "right"
    wrong = scorer(problem, "```python\ndef add(a, b):\n    return a - b\n```", False)
    assert (wrong.score, wrong.outcome) == (0, "wrong") and wrong.feedback


def test_metrics_that_are_not_of_replies_or_unknown_are_refused() -> None:
    with pytest.raises(UsageError, match="log-probabilities"):
        scored("mc1", ["x"], "x")
    with pytest.raises(UsageError, match="did you mean f1"):
        scored("f2", ["x"], "x")


def test_the_normalised_metric_is_0_at_chance_and_100_at_best() -> None:
    assert [normalised(raw, 0.25, 1) for raw in (0.25, 1, 0.0, 0.625)] == pytest.approx([0, 100, -100 / 3, 50])
    with pytest.raises(UsageError):
        normalised(0.5, 1, 1)


@given(st.sampled_from(sorted(METRICS)), st.text(), st.booleans())
def test_no_reply_breaks_a_metric(metric: str, reply: str, cut_off: bool) -> None:
    score = scored(metric, ["cold"], reply, cut_off, choices=["cold", "hot"], target_scores={"cold": 1, "hot": 0})
    assert 0 <= score.score <= 1 and (score.outcome == "right") == (score.score == 1)


@cache
def shared_problems() -> list[Problem]:
    if not SHARED.is_dir():
        pytest.skip("no prompt tasks beside the repository")
    return load_tasks(SHARED, ["instruction_induction", "bigbench"])


def test_a_perfect_answerer_scores_100_on_every_task() -> None:
    for problem in shared_problems():
        for target in problem.extra["targets"]:
            assert find_scorer(problem)(problem, target, False).score == 1, (problem.id, target)


def test_a_guessing_answerer_scores_0_within_its_interval_on_every_task_of_choices() -> None:
    scores, chance = defaultdict(list), random.Random(0)
    for problem in shared_problems():
        if "choices" in problem.extra:
            guess = find_scorer(problem)(problem, chance.choice(problem.extra["choices"]), False).score
            scores[problem.extra["task"]].append(normalised(guess, problem.extra["low"], problem.extra["high"]))
    assert len(scores) == 13
    for task, values in scores.items():
        spread = math.sqrt(fmean((v - fmean(values)) ** 2 for v in values) / len(values))
        assert abs(fmean(values)) < 3.5 * spread, task
