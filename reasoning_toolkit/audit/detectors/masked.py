"""Consistency under masking: what was hidden must be found again.

    masked answer    the end of the solution is hidden; does what is left lead to the same answer?
    masked number    a number of the problem is hidden; can it be found from the answer? (Backward reasoning: Weng et al. 2022,
                     arXiv 2212.09561; Jiang et al. 2023, arXiv 2308.07758. The prompts are ours.)

The second does not look at the reasoning: all solutions of a problem with one answer get the same score. It tells, as the accepted
rate does, which problems the model understands.
"""

from __future__ import annotations

from reasoning_toolkit.audit.detectors.answers import ask_for_answers, judged_by_answers
from reasoning_toolkit.audit.detectors.finding import step_at, steps_of
from reasoning_toolkit.audit.detectors.judgement import VOTES, Judgement, unparsed
from reasoning_toolkit.audit.detectors.numbers import numbers_of, without_number
from reasoning_toolkit.audit.detectors.prompts import finish_prompt, recover_prompt
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.grading.extract import extract_answer
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline


def masked_answer(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """Flawed where most samples that go on from before the step with the first box (without a box: the last step) end otherwise.

    Not asked where the solution gives no answer, or gives it in its first step.
    """
    answer = extract_answer(solution)
    kept = _before_the_answer(solution)
    if answer is None or not kept:
        return unparsed(0, 0, "the solution has no steps before its answer" if answer else "the solution has no answer")
    answers = yield from ask_for_answers(problem, [finish_prompt(problem, kept)] * VOTES, engine)
    return judged_by_answers(answers, [answer] * VOTES, f"that end the reasoning do not arrive at {answer}")


def masked_number(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """Flawed where most samples do not find the hidden number; the i-th sample looks for the i-th number, round and round.

    Not asked where the problem holds no number, or the solution gives no answer.
    """
    answer = extract_answer(solution)
    if answer is None or not numbers_of(problem.question):
        return unparsed(0, 0, "the problem holds no number" if answer else "the solution has no answer")
    masked, hidden = zip(*(without_number(problem.question, i) for i in range(VOTES)), strict=True)
    answers = yield from ask_for_answers(problem, [recover_prompt(question, answer) for question in masked], engine)
    return judged_by_answers(answers, hidden, "do not find the hidden number")


def _before_the_answer(solution: str) -> list[str]:
    steps, box = steps_of(solution), solution.find("\\boxed")
    return steps[: step_at(solution, box) if box >= 0 else -1]
