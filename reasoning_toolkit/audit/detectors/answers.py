"""Judging by answers: a model is asked for an answer n times, and what it should be is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence

from reasoning_toolkit.audit.detectors.finding import Finding
from reasoning_toolkit.audit.detectors.judgement import SAMPLED, Judgement, request, unparsed
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.grading.classes import answer_classes
from reasoning_toolkit.grading.extract import extract_answer
from reasoning_toolkit.grading.verify import verify
from reasoning_toolkit.problems.problem import Problem

Answers = Generator[Sequence[Request], Sequence[Completion], list[str | None]]


def ask_for_answers(problem: Problem, prompts: Sequence[str], engine: Engine) -> Answers:
    """One sampled answer to each prompt; None of a reply that gives none, was cut off or failed."""
    completions = yield [
        request(problem, [{"role": "user", "content": prompt}], engine, SAMPLED, index)
        for index, prompt in enumerate(prompts)
    ]
    return [extract_answer(reply.text) if reply.finish_reason == "stop" else None for reply in completions]


def judged_by_answers(answers: Sequence[str | None], expected: Sequence[str], what: str) -> Judgement:
    """Flawed where most of the answers that could be read are not the expected ones; a tie is sound.

    Args:
        answers: one a reply.
        expected: one a reply.
        what: completes the reason "3 of 8 replies ...".
    """
    right = [verify(wanted, answer) for answer, wanted in zip(answers, expected, strict=True) if answer is not None]
    if not right:
        return unparsed(len(answers), len(answers))
    wrong = right.count(False)
    flawed, reason = 2 * wrong > len(right), f"{wrong} of {len(right)} replies {what}"
    finding = Finding(flawed, wrong / len(right), reason=reason)
    return Judgement("flawed" if flawed else "sound", finding, "", len(answers), len(answers) - len(right))


def majority_answer(answers: Sequence[str | None]) -> str | None:
    """The answer of more than half of the replies, in its shortest form; None where there is no such answer."""
    classes = answer_classes(answers)
    leader, votes = max(
        Counter(c for c in classes if c is not None).items(), key=lambda pair: pair[1], default=(None, 0)
    )
    if 2 * votes <= len(answers):
        return None
    same = [answer for answer, number in zip(answers, classes, strict=True) if answer is not None and number == leader]
    return min(same, key=lambda answer: (len(answer), answer))
