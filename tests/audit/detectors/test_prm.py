"""A scorer of steps as a detector: the aggregate decides, the first low step is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from reasoning_toolkit.audit.detectors.prm import judged_by_scorer
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring import AGGREGATES, open_scorer
from reasoning_toolkit.scoring.scorer import Scores

PROBLEM = Problem("p", "Compute.", "12", "test")
SOLUTION = "First 2 + 2 = 4.\n\nNow 4 * 3 = 13.\n\nSo 12."


@dataclass
class Fixed:
    """Gives these scores to every text, and remembers the texts."""

    scores: Scores
    identity: str = "fixed"
    separator: str = "\n\n"
    seen: tuple[str, ...] = ()

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        self.seen += tuple(text for _, text in pairs)
        return [self.scores for _ in pairs]


@pytest.mark.parametrize(
    ("how", "flawed", "score"),
    [("min", True, 0.6), ("product", True, 0.712), ("last", False, 0.2), ("mean", False, 0.3)],
)
def test_the_aggregate_decides(how: str, flawed: bool, score: float) -> None:
    found = judged_by_scorer(PROBLEM, SOLUTION, Fixed((0.9, 0.4, 0.8)), how)
    assert (found.flawed, found.score) == (flawed, pytest.approx(score))
    assert (found.step, found.quote) == ((1, "Now 4 * 3 = 13.") if flawed else (None, ""))
    assert how in AGGREGATES


def test_only_what_stands_behind_the_thinking_is_scored() -> None:
    scorer = Fixed((0.9, 0.4, 0.8))
    assert judged_by_scorer(PROBLEM, f"<think>5 = 6</think>{SOLUTION}", scorer).step == 1
    assert judged_by_scorer(PROBLEM, "<think>never ended", scorer, threshold=0.3).flawed is False
    assert scorer.seen == (SOLUTION, "<think>never ended")


def test_of_a_text_that_was_too_long_the_last_steps_have_the_scores() -> None:
    assert judged_by_scorer(PROBLEM, SOLUTION, Fixed((0.9, 0.4))).step == 2
    assert judged_by_scorer(PROBLEM, SOLUTION, Fixed(())).flawed is False


def test_a_score_of_the_whole_names_no_step() -> None:
    found = judged_by_scorer(PROBLEM, SOLUTION, Fixed((0.1,)))
    assert (found.flawed, found.step, found.quote) == (True, None, "")
    assert judged_by_scorer(PROBLEM, "So 12.", Fixed((0.1,))).step == 0


def test_lines_of_a_paragraph_are_one_step_of_the_finding() -> None:
    found = judged_by_scorer(PROBLEM, "a\nb\n\nc\nd", Fixed((1.0, 1.0, 0.0, 1.0), separator="\n"))
    assert (found.step, found.quote) == (1, "c")


def test_the_oracle_of_pocket_problems_finds_the_wrong_step() -> None:
    (problem,) = load_problems("pocket:mixed", limit=1)  # Compute (17 + 6) * 4 mod 5.
    flawed = "First 17 + 6 = 28.\nNow 28 * 4 = 112.\nSo 112 mod 5 = 2.\n\\boxed{2}"
    found = judged_by_scorer(problem, flawed, open_scorer("step-checker"))
    assert (found.flawed, found.step, found.quote) == (True, 0, "First 17 + 6 = 28.")
    sound = "First 17 + 6 = 23.\nNow 23 * 4 = 92.\nSo 92 mod 5 = 2.\n\\boxed{2}"
    assert judged_by_scorer(problem, sound, open_scorer("step-checker")).flawed is False


def test_what_makes_no_probability_is_refused() -> None:
    with pytest.raises(UsageError, match=r"fixed gave the score -3\.2, a probability is needed"):
        judged_by_scorer(PROBLEM, SOLUTION, Fixed((0.9, -3.2)))
    with pytest.raises(UsageError, match="unknown aggregate"):
        judged_by_scorer(PROBLEM, SOLUTION, Fixed((0.9,)), "median")
