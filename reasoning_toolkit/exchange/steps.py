"""Solutions whose steps people judged: ProcessBench and PRMBench.

Neither gives a gold answer. Where the source calls a solution right, the answer that our rules read in it is taken as the gold answer
(and `extra[GOLD_FROM]` says so); elsewhere it stays empty, and no answer is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, may, need, need_each
from reasoning_toolkit.exchange.sample import GOLD_FROM, Label, Sample, joined_steps
from reasoning_toolkit.grading.grade import read_answer
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.files import read_rows
from reasoning_toolkit.problems.problem import Problem


def read_processbench(path: Path) -> Iterator[Sample]:
    """ProcessBench (Zheng et al. 2024, arXiv 2412.06559): `label` is the first wrong step, counted from 0, or -1.

    Raises:
        DataError: a row is not of this form.
    """
    for place, row in read_rows(path):
        text, ends = joined_steps(need_each(row, "steps", str, place))
        first, right = need(row, "label", int, place), need(row, "final_answer_correct", bool, place)
        if not -1 <= first < len(ends):
            raise DataError(
                f"{place}: expected label from -1 to {len(ends) - 1}, the last step, got {first}",
                hint="steps are counted from 0",
            )
        model = may(row, "generator", str, place)
        extra = {"model": model} if model else {}
        label = Label(None, right, first < 0, None if first < 0 else first, ends, extra)
        name, question = need(row, "id", str, place), need(row, "problem", str, place)
        yield Sample(
            place, _problem(place, name, question, path, text if right else None), text, label=label, identity=name
        )


def read_prmbench(path: Path) -> Iterator[Sample]:
    """PRMBench (Song et al. 2025, arXiv 2501.03124): each solution as it was, and with an error put in; `error_steps` count from 1.

    An `idx` stands once for each classification, so the problem is IDX/CLASSIFICATION, and the original IDX/CLASSIFICATION/original: a
    modified question may lack a condition. Whether a modified solution's answer is right is not recorded. Some published rows
    name a step behind the last one: it is kept in `extra["error_steps"]` (from 1, as there) and is no first error.

    Raises:
        DataError: a row is not of this form.
    """
    for place, row in read_rows(path):
        kind = need(row, "classification", str, place)
        name, question = f"{need(row, 'idx', str, place)}/{kind}", need(row, "question", str, place)
        original, ends = joined_steps(need_each(row, "original_process", str, place))
        asked = _problem(place, f"{name}/original", question, path, original)
        yield Sample(place, asked, original, label=Label(None, True, True, None, ends), identity=f"{name}/original")
        modified, ends = joined_steps(need_each(row, "modified_process", str, place))
        wrong, said = _wrong_steps(row, len(ends), place), {"error_type": kind, "error_steps": row["error_steps"]}
        label = Label(None, None, not row["error_steps"], wrong[0] if wrong else None, ends, said)
        asked_again = may(row, "modified_question", str, place) or question
        problem = _problem(place, name, asked_again, path, original, "the original solution")
        yield Sample(place, problem, modified, label=label, identity=name)


def _wrong_steps(row: Mapping[str, Any], steps: int, place: str) -> list[int]:
    """The wrong steps that are there, counted from 0."""
    numbers = need(row, "error_steps", list, place)
    if strange := [n for n in numbers if not isinstance(n, int) or isinstance(n, bool) or n < 1]:
        raise DataError(
            f"{place}: expected error_steps to be whole numbers from 1, got {strange[0]!r}",
            hint="is the file complete?",
        )
    return sorted(n - 1 for n in numbers if n <= steps)


def _problem(
    place: str, name: str, question: str, path: Path, right: str | None, whose: str = "this solution"
) -> Problem:
    """`right`: a solution whose answer is known to be right."""
    found = read_answer(right, "stop", "default") if right is not None else Verdict("no_answer")
    if isinstance(found, Verdict):
        return a_problem(place, path.name, name, question, "", {GOLD_FROM: "nowhere: the source gives no answer"})
    return a_problem(place, path.name, name, question, found[0], {GOLD_FROM: f"{whose}, which the source calls right"})
