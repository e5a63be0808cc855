"""PRM800K (Lightman et al. 2023, arXiv 2305.20050; github.com/openai/prm800k): solutions with a rating -1, 0 or 1 for each step.

Read as follows: a solution that was generated before it was rated is taken whole (`pre_generated_steps`, second phase); else it is
the path that the labeler took: at each step the chosen completion, else the one a person wrote, else the first that was shown. The
first step rated -1 is the first error. A solution is called sound where the labeler finished it and rated no step of it -1;
`bad_problem` and `give_up` say nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, may, need, need_each
from reasoning_toolkit.exchange.sample import Label, Sample, joined_steps
from reasoning_toolkit.problems.files import read_rows

Step = tuple[str, int | None]  # its text and its rating


def read_prm800k(path: Path) -> Iterator[Sample]:
    """The rated solutions of a file such as `phase2_train.jsonl`, several of one problem as its samples.

    Raises:
        DataError: a row is not of this form.
    """
    for place, row in read_rows(path):
        question, label = need(row, "question", dict, place), need(row, "label", dict, place)
        asked = need(question, "problem", str, place)
        name = f"prm800k-{hashlib.sha256(asked.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
        solution = may(question, "ground_truth_solution", str, place)
        extra = {"solution": solution} if solution else {}
        problem = a_problem(place, path.name, name, asked, question.get("ground_truth_answer"), extra)
        path_taken = [
            _taken(step, f"{place}, step {i}") for i, step in enumerate(need_each(label, "steps", dict, place), 1)
        ]
        texts = [text for text, _ in path_taken]
        if may(question, "pre_generated_steps", list, place):
            texts = need_each(question, "pre_generated_steps", str, place)
        text, ends = joined_steps(texts)
        yield Sample(place, problem, text, label=_label(row, path_taken, ends, place))


def _taken(step: Mapping[str, Any], place: str) -> Step:
    completions = need_each(step, "completions", dict, place) if step.get("completions") else []
    chosen, human = may(step, "chosen_completion", int, place), may(step, "human_completion", dict, place)
    if chosen is not None and not 0 <= chosen < len(completions):
        raise DataError(
            f"{place}: expected chosen_completion from 0 to {len(completions) - 1}, got {chosen}",
            hint="is the file complete?",
        )
    shown = completions[chosen] if chosen is not None else human or next(iter(completions), None)
    if shown is None:
        raise DataError(f"{place}: expected a completion, got none", hint="is the file complete?")
    return need(shown, "text", str, place), may(shown, "rating", int, place)


def _label(row: Mapping[str, Any], steps: list[Step], ends: tuple[int, ...], place: str) -> Label:
    question, label, ratings = row["question"], row["label"], [rating for _, rating in steps]
    finished = may(label, "finish_reason", str, place)
    first = ratings.index(-1) if -1 in ratings else None
    sound = False if first is not None else True if finished == "solution" else None
    extra = {"ratings": ratings, "finish_reason": finished, "labeler": row.get("labeler")}
    return Label(may(question, "pre_generated_answer", str, place), None, sound, first, ends, extra)
