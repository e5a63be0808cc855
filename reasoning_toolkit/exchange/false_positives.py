"""Solutions with a right answer whose reasoning people read: the data of Wang et al. 2025 (arXiv 2502.06217).

Three forms: the files of github.com/Wloner0809/False-Positives-in-Math as they were published; the same solutions, each once, in
`solutions.jsonl`; pools of n samples of which only the accepted ones have a text. Of a pool, samples without a text are imported as
such, so that n stays n, and accepted ones stand as early as the source says (`in_first_4`, `in_first_16`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, need
from reasoning_toolkit.exchange.sample import Label, Sample
from reasoning_toolkit.problems.files import read_rows
from reasoning_toolkit.problems.problem import Problem

TYPES = ("jump_in_reasoning", "logical_error", "calculation_error", "conceptual_error")  # 0 to 3 in the published files
LABELS = (Label(right=True, sound=True), Label(right=True, sound=False), Label(right=False))  # 0 to 2 there
_COUNT = re.compile(r"_(\d+)samples")


def read_published(path: Path) -> Iterator[Sample]:
    """A file of the repository: all its kinds have `problem`, `ground_truth` and `solution`, one text or the accepted ones of a pool.

    A problem without an id has that of its text's first row. The label of a pool is of all its solutions at once: where it is true,
    each is a false positive; where it is false, at least one is sound, and nothing is said of any single one.

    Raises:
        DataError: a row is not of this form.
    """
    known: dict[str, str] = {}
    for number, (place, row) in enumerate(read_rows(path)):
        question = need(row, "problem", str, place)
        name = known.setdefault(question, str(row.get("id", number)))
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
        extra = {name: row[name] for name in ("sol_id", "fp_type", "models") if row.get(name)}
        yield Sample(place, problem, need(row, "solution", str, place), label=Label(None, said, sound, extra=extra))


def read_pools(path: Path) -> Iterator[Sample]:
    """Pools of n samples with the texts of the accepted ones, and `problems.jsonl` beside them.

    Raises:
        DataError: a row is not of this form, or of a problem that is not there.
    """
    problems = _problems_beside(path)
    for place, row in read_rows(path):
        problem, count = _asked(problems, row, place), need(row, "n", int, place)
        accepted = [
            need({"solution": one}, "solution", dict, place) for one in need(row, "correct_solutions", list, place)
        ]
        whole = need(row, "all_false_positive", dict, place).get(str(count))
        groups: dict[int, list[Sample]] = {k: [] for k in (4, 16, count) if k <= count}
        for one in accepted:
            group = next((k for k in groups if one.get(f"in_first_{k}")), count)
            groups[group].append(_accepted(place, problem, one, whole))
        before = 0
        for upto, group_samples in groups.items():
            yield from _filled(group_samples, upto - before, place, problem)
            before = upto


_WORDS = {"sound": True, "false_positive": True, "wrong_answer": False}
_REFUSED = Label(right=False)


def _accepted(place: str, problem: Problem, one: Mapping[str, Any], whole: bool | None) -> Sample:
    word = one.get("individual_label")
    sound = {"sound": True, "false_positive": False}.get(word or "", False if whole else None)
    extra = {"sol_id": one.get("sol_id"), "all_false_positive": whole}
    return Sample(place, problem, need(one, "solution", str, place), label=Label(None, True, sound, extra=extra))


def _filled(samples: Sequence[Sample], count: int, place: str, problem: Problem) -> list[Sample]:
    """The samples, and behind them those without a text."""
    if len(samples) > count:
        raise DataError(f"{place}: expected at most {count} accepted samples here, got {len(samples)}", hint=_HINT)
    return [*samples, *(Sample(place, problem, None, label=_REFUSED) for _ in range(count - len(samples)))]


_HINT = "n and in_first_4, in_first_16 have to fit correct_solutions"


def _published_pool(place: str, path: Path, problem: Problem, row: Mapping[str, Any]) -> list[Sample]:
    whole = need(row, "false_positive", bool, place)
    label = Label(None, True, False if whole else None, extra={"all_false_positive": whole})
    texts = [need({"solution": one}, "solution", str, place) for one in row["solution"]]
    named = _COUNT.search(path.name)
    samples = [Sample(place, problem, text, label=label) for text in texts]
    return _filled(samples, int(named.group(1)) if named else len(texts), place, problem)


def _published_label(row: Mapping[str, Any], place: str) -> Label:
    model = {"model": row["source"]} if row.get("source") else {}
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
    found: dict[str, Problem] = {}
    for place, row in read_rows(path.with_name("problems.jsonl")):
        name = need(row, "pid", str, place)
        extra = {n: v for n, v in row.items() if n not in ("pid", "problem", "answer")}
        found[name] = a_problem(
            place, path.parent.name, name, need(row, "problem", str, place), row.get("answer"), extra
        )
    return found


def _asked(problems: Mapping[str, Problem], row: Mapping[str, Any], place: str) -> Problem:
    name = need(row, "pid", str, place)
    if name not in problems:
        raise DataError(
            f"{place}: expected a problem of problems.jsonl, got {name!r}", hint="are both of one data set?"
        )
    return problems[name]
