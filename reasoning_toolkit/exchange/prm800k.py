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
from reasoning_toolkit.exchange.fields import a_problem, need, need_texts
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
        extra = {"solution": question.get("ground_truth_solution")}
        problem = a_problem(place, path.name, name, asked, question.get("ground_truth_answer"), extra)
        path_taken = [_taken(step, f"{place}, step {i}") for i, step in enumerate(need(label, "steps", list, place), 1)]
        texts = [text for text, _ in path_taken]
        if question.get("pre_generated_steps"):
            texts = need_texts(question, "pre_generated_steps", place)
        text, ends = joined_steps(texts)
        yield Sample(place, problem, text, label=_label(row, question, label, path_taken, ends))


def _taken(step: Any, place: str) -> Step:
    completions = need({"step": step}, "step", dict, place).get("completions") or []
    chosen, human = step.get("chosen_completion"), step.get("human_completion")
    if isinstance(chosen, int) and 0 <= chosen < len(completions):
        shown = completions[chosen]
    elif isinstance(human, Mapping):
        shown = human
    elif completions:
        shown = completions[0]
    else:
        raise DataError(f"{place}: expected a completion, got none", hint="is the file complete?")
    return need(shown, "text", str, place), shown.get("rating")


def _label(
    row: Mapping[str, Any],
    question: Mapping[str, Any],
    label: Mapping[str, Any],
    steps: list[Step],
    ends: tuple[int, ...],
) -> Label:
    first = next((i for i, (_, rating) in enumerate(steps) if rating == -1), None)
    finished = label.get("finish_reason")
    sound = False if first is not None else True if finished == "solution" else None
    extra = {"ratings": [rating for _, rating in steps], "finish_reason": finished, "labeler": row.get("labeler")}
    extra |= {name: label[name] for name in ("total_time",) if label.get(name) is not None}
    return Label(question.get("pre_generated_answer"), None, sound, first, ends, extra)
