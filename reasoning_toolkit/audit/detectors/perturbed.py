"""Consistency under other numbers: a method that is right stays right when the problem's numbers change.

1. The numbers of the problem are replaced (`numbers.with_other_numbers`).
2. Fresh samples solve the new problem; the answer of more than half of them is the reference. It is no certain truth.
3. Samples solve the new problem in the way of the solution. An answer that the solution copied or guessed does not carry over.
"""

from __future__ import annotations

from reasoning_toolkit.audit.detectors.answers import ask_for_answers, judged_by_answers, majority_answer
from reasoning_toolkit.audit.detectors.judgement import VOTES, Judgement, unparsed
from reasoning_toolkit.audit.detectors.numbers import with_other_numbers
from reasoning_toolkit.audit.detectors.prompts import follow_prompt, solve_prompt
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import stable_seed
from reasoning_toolkit.grading.verify import verify
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline


def perturbed_numbers(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """Flawed where most samples that follow the solution do not arrive at the reference.

    Not asked where the problem holds no number. No verdict where the fresh samples have no majority, or the answer is the old one, so
    that a copied answer would pass.
    """
    question = with_other_numbers(problem.question, stable_seed("numbers", problem.id))
    if question == problem.question:
        return unparsed(0, 0, "the problem holds no number")
    fresh = yield from ask_for_answers(problem, [solve_prompt(question)] * VOTES, engine)
    reference, lost = majority_answer(fresh), fresh.count(None)
    if reference is None:
        return unparsed(VOTES, lost, "with other numbers the samples agree on no answer")
    if verify(problem.answer, reference):
        return unparsed(VOTES, lost, "with other numbers the answer stays the same")
    followed = yield from ask_for_answers(problem, [follow_prompt(problem, solution, question)] * VOTES, engine)
    found = judged_by_answers(
        followed, [reference] * VOTES, f"by this method do not arrive at {reference} with other numbers"
    )
    return Judgement(found.verdict, found.finding, "", VOTES + found.replies, lost + found.unparsed)
