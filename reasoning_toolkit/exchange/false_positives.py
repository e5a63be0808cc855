"""Solutions with a right answer whose reasoning people read: the data of Wang et al. 2025 (arXiv 2502.06217).

Three forms: the files of github.com/Wloner0809/False-Positives-in-Math as they were published; the same solutions, each once, in
`solutions.jsonl`; pools of n samples of which only the accepted ones have a text. Of a pool, samples without a text are imported as
such, so that n stays n, and accepted ones stand as early as the source says (`in_first_4`, `in_first_16`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, may, need, need_count, need_each
from reasoning_toolkit.exchange.sample import Label, Sample
from reasoning_toolkit.problems.files import read_rows
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.rows import to_problems

TYPES = ("jump_in_reasoning", "logical_error", "calculation_error", "conceptual_error")  # 0 to 3 in the published files
LABELS = (Label(right=True, sound=True), Label(right=True, sound=False), Label(right=False))  # 0 to 2 there
MOST = 2**16  # samples of a problem
_COUNT = re.compile(r"_(\d+)samples")


def read_published(path: Path) -> Iterator[Sample]:
    """A file of the repository: all its kinds have `problem`, `ground_truth` and `solution`, one text or the accepted ones of a pool.

    A problem without an id has that of its text's first row. The label of a pool is of all its solutions at once: where it is true,
    each is a false positive; where it is false, at least one is sound, and nothing is said of any single one.

    Raises:
        DataError: a row is not of this form.
    """
    known: dict[str, Any] = {}
    for number, (place, row) in enumerate(read_rows(path)):
        question = need(row, "problem", str, place)
        name = known.setdefault(question, number if row.get("id") is None else row["id"])
        problem = a_problem(place, path.name, name, question, row.get("ground_truth"), {})
        if isinstance(row.get("solution"), list):
            yield from _published_pool(place, path, problem, row)
        else:
            yield Sample(place, problem, need(row, "solution", str, place), label=_published_label(row, place))


def read_split(path: Path) -> Iterator[Sample]:
    """Each solution once: `solutions.jsonl`, with `problems.jsonl` beside it.

    Raises:
        DataError: a row is not of this form, or of a problem that is not there.
    """
    problems = _problems_beside(path)
    for place, row in read_rows(path):
        problem, verdict = _asked(problems, row, place), need(row, "label", str, place)
        if verdict not in _WORDS:
            raise DataError(
                f"{place}: expected label {' or '.join(_WORDS)}, got {verdict!r}", hint="is the file complete?"
            )
        said, sound = _WORDS[verdict], {"sound": True, "false_positive": False}.get(verdict)
        name, text = need(row, "sol_id", str, place), need(row, "solution", str, place)
        extra = {"sol_id": name} | {field: row[field] for field in ("fp_type", "models") if row.get(field)}
        yield Sample(place, problem, text, label=Label(None, said, sound, extra=extra), identity=name)


def read_pools(path: Path) -> Iterator[Sample]:
    """Pools of n samples with the texts of the accepted ones, and `problems.jsonl` beside them.

    A text that was drawn twice may be said to be among the first 4 or 16 once too often: what has no place there comes next.

    Raises:
        DataError: a row is not of this form, or of a problem that is not there.
    """
    problems = _problems_beside(path)
    for place, row in read_rows(path):
        problem, count = _asked(problems, row, place), need_count(row, "n", place, MOST)
        accepted = need_each(row, "correct_solutions", dict, place)
        whole = may(need(row, "all_false_positive", dict, place), str(count), bool, place)
        groups: dict[int, list[Sample]] = {k: [] for k in (4, 16, count) if k <= count}
        for one in accepted:
            first = next((k for k in groups if one.get(f"in_first_{k}")), count)
            groups[first].append(_accepted(place, problem, one, whole))
        yield from _in_places(groups, place, problem)


def _in_places(groups: Mapping[int, list[Sample]], place: str, problem: Problem) -> Iterator[Sample]:
    """The accepted samples of each group, then such as have no text, up to the group's last place."""
    before, late = 0, list[Sample]()
    for last, accepted in groups.items():
        waiting, room = [*late, *accepted], last - before
        missing = Sample(place, problem, None, label=Label(right=False))
        for i, sample in enumerate([*waiting[:room], *[missing] * (room - len(waiting))], before):
            yield replace(sample, identity=f"{problem.id}, sample {i}")
        before, late = last, waiting[room:]
    if late:
        raise DataError(
            f"{place}: expected at most n = {before} correct_solutions, got {before + len(late)}",
            hint="is the file complete?",
        )


_WORDS = {"sound": True, "false_positive": True, "wrong_answer": False}


def _accepted(place: str, problem: Problem, one: Mapping[str, Any], whole: bool | None) -> Sample:
    word = may(one, "individual_label", str, place)
    sound = {"sound": True, "false_positive": False}.get(word or "", False if whole else None)
    extra = {"sol_id": one.get("sol_id"), "all_false_positive": whole}
    return Sample(place, problem, need(one, "solution", str, place), label=Label(None, True, sound, extra=extra))


def _published_pool(place: str, path: Path, problem: Problem, row: Mapping[str, Any]) -> Iterator[Sample]:
    whole = need(row, "false_positive", bool, place)
    label = Label(None, True, False if whole else None, extra={"all_false_positive": whole})
    samples = [Sample(place, problem, text, label=label) for text in need_each(row, "solution", str, place)]
    named = _COUNT.search(path.name)
    count = need_count({"samples": int(named.group(1))}, "samples", place, MOST) if named else len(samples)
    return _in_places({count: samples}, place, problem)


def _published_label(row: Mapping[str, Any], place: str) -> Label:
    source = may(row, "source", str, place)
    model = {"model": source} if source else {}
    if "false_positive_type" in row:
        kind = need(row, "false_positive_type", int, place)
        return Label(right=True, sound=False, extra=model | {"fp_type": _one_of(TYPES, kind, place)})
    if "label" in row:
        label: Label = _one_of(LABELS, need(row, "label", int, place), place)
        return label
    if "false_positive" in row:
        return Label(right=True, sound=not need(row, "false_positive", bool, place), extra=model)
    return Label(right=True, extra=model)  # the files without a label hold accepted solutions alone


def _one_of(table: Sequence[Any], number: int, place: str) -> Any:
    if not 0 <= number < len(table):
        raise DataError(
            f"{place}: expected a number from 0 to {len(table) - 1}, got {number}", hint="is it this format?"
        )
    return table[number]


def _problems_beside(path: Path) -> dict[str, Problem]:
    beside = path.with_name("problems.jsonl")
    problems = to_problems(read_rows(beside), source=path.parent.name, stem="", columns={"id": "pid"})
    return {problem.id: problem for problem in problems}


def _asked(problems: Mapping[str, Problem], row: Mapping[str, Any], place: str) -> Problem:
    name = need(row, "pid", str, place)
    if name not in problems:
        raise DataError(
            f"{place}: expected a problem of problems.jsonl, got {name!r}", hint="are both of one data set?"
        )
    return problems[name]
