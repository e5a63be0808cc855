"""The score of a reply, by the metric of its task.

    em                      one of the targets, by the rule of the task (`short_answers.py`)
    es                      the words of the target as a set, neither more nor fewer
    f1                      shared words, harmonic mean of precision and recall, the best over the targets
    contains                a target among the words of the answer
    multiple_choice_grade   the target score of the choice that the reply names
    exact_str_match         the line is the target, spaces, case and a final full stop apart
    none                    our grader; for code the tests, in the sandbox

`multiple_choice_grade` of BIG-bench takes the choice of the highest log-probability: `likelihood.py` does; here a reply has to name it.
Deviations of the rest from the published code: replies are read as `spoken.py` says; `es` and `f1` keep the word "and" (published: dropped
from every reply) except between the items of a list; `exact_str_match` does not see case or a final full stop.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.grading.grade import grade
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.scorer import Outcome, Score, Scorer
from reasoning_toolkit.prompts.short_answers import Read, exact_match, word_given
from reasoning_toolkit.prompts.spoken import listed, named, spoken, words

Metric = Callable[[Problem, str], Read]  # of a problem and a whole reply
LIKELIHOOD = ("mc1", "mc2")


def find_scorer(problem: Problem) -> Scorer:
    """What scores replies to a problem.

    Raises:
        UsageError: its metric is unknown, or is no metric of replies.
    """
    metric = problem.extra.get("metric")
    if metric is None:
        return graded
    if metric in LIKELIHOOD:
        raise UsageError(
            f"{problem.id} is scored by the log-probabilities of its choices, not by a reply",
            hint="use prompts.likelihood, as python -m benchmarks.negative_prompt does",
        )
    if metric not in METRICS:
        raise unknown("metric", str(metric), METRICS)
    return partial(_measured, METRICS[metric])


def normalised(raw: float, low: float, high: float) -> float:
    """The normalised preferred metric of BIG-bench, 100 (raw - low) / (high - low): 0 is chance, 100 the best, below 0 worse than chance.

    Raises:
        UsageError: low is not below high.
    """
    if not low < high:
        raise UsageError(f"expected low < high, got {low} and {high}", hint="the scores that mean 0 and 100")
    return 100 * (raw - low) / (high - low)


def graded(problem: Problem, reply: str, cut_off: bool) -> Score:
    """By our grader; a program by its tests, in the sandbox.

    Raises:
        SandboxError: the problem is code and no sandbox holds here.
    """
    profile = "code" if problem.kind == "code" else "default"
    verdict = grade(problem.answer, reply, "length" if cut_off else "stop", profile)
    timeout = problem.kind == "code" and verdict.reason.endswith("timeout")
    right = verdict.outcome == "right"
    told = verdict.reason if problem.kind == "code" else _told(problem.answer, verdict.answer)
    return Score(float(right), "timeout" if timeout else verdict.outcome, None if right else told, verdict.answer)


def _measured(metric: Metric, problem: Problem, reply: str, cut_off: bool) -> Score:
    score, answer = metric(problem, reply)
    if score == 1:
        return Score(1.0, "right", None, answer)
    outcome: Outcome = "truncated" if cut_off else "no_answer" if answer is None else "wrong"
    return Score(score, outcome, _told(problem.answer, answer), answer)


def _told(gold: str, answer: str | None) -> str:
    return f"The answer should be {gold!r}; " + ("no answer was found." if answer is None else f"it was {answer!r}.")


def _exact_match(problem: Problem, reply: str) -> Read:
    return exact_match(problem, spoken(reply))


def _exact_set(problem: Problem, reply: str) -> Read:
    said = _items(listed(reply))
    return float(any(said == _items(target) for target in problem.extra["targets"])), ", ".join(said) or None


def _items(text: str) -> list[str]:
    return sorted({word for word in words(text) if word != "and"})


def _f1(problem: Problem, reply: str) -> Read:
    said = words(spoken(reply))
    shared = ((sum((Counter(said) & Counter(t)).values()), len(t)) for t in map(words, problem.extra["targets"]))
    return max(2 * both / (len(said) + size) for both, size in shared) if said else 0.0, spoken(reply) or None


def _contains(problem: Problem, reply: str) -> Read:
    return word_given(problem, spoken(reply)) if words(spoken(reply)) else (0.0, None)


def _multiple_choice(problem: Problem, reply: str) -> Read:
    choices = problem.extra["choices"]
    number = named(spoken(reply), [[choice] for choice in choices])
    if number is None:
        return 0.0, None
    return float(problem.extra["target_scores"][choices[number]]), choices[number]


def _exact_string(problem: Problem, reply: str) -> Read:
    line = _bare(spoken(reply))
    found = re.search(problem.extra["output_regex"], line) if "output_regex" in problem.extra else None
    said = found[1] if found else line
    return float(any(said == _bare(target) for target in problem.extra["targets"])), said or None


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip("\"'“”").removesuffix(".").strip()


METRICS: dict[str, Metric] = {
    "em": _exact_match,
    "es": _exact_set,
    "f1": _f1,
    "contains": _contains,
    "multiple_choice_grade": _multiple_choice,
    "exact_str_match": _exact_string,
}
