"""Sample logs of lm-evaluation-harness (`--log_samples`): one JSON line a document and filter, `resps` the texts of its requests.

Schema as `lm_eval/evaluator.py` writes it: doc_id, doc, target, arguments, resps (a list a request, a text a repeat),
filtered_resps, filter, metrics (names of further fields). Several filters over the same responses are one set of completions; where
their metrics differ, nothing is recorded as right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, finish_reason, may, need, need_count, need_each
from reasoning_toolkit.exchange.sample import Label, Sample, agreed
from reasoning_toolkit.problems.files import read_rows
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.rows import DEFAULT_COLUMNS
from reasoning_toolkit.runs.config import write_atomically

OURS = "reasoning_toolkit"  # a field of our own, which the harness's readers pass over
_TASK = re.compile(r"samples_(.+?)(?:_\d{4}-\d\d-\d\d.*)?\.jsonl")

Placed = tuple[str, Mapping[str, Any]]


def read_lm_eval(path: Path) -> Iterator[Sample]:
    """The completions of a `samples_TASK_TIME.jsonl`; problem ids are TASK/DOC_ID.

    Raises:
        DataError: a row is not of this form, or of a task that asks for likelihoods and not for text.
    """
    named = _TASK.match(path.name)
    task = named.group(1) if named else path.name.removesuffix(".jsonl")
    documents: dict[str, list[Placed]] = {}
    for place, row in read_rows(path):
        documents.setdefault(str(need(row, "doc_id", int, place)), []).append((place, row))
    for name, lines in documents.items():
        yield from _completions(f"{task}/{name}", lines, path)


def write_lm_eval(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write one line a problem and kind of completion (the field `filter`), with whole responses; `exact_match` is their mean.

    Raises:
        DiskError: it cannot be written.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["problem_id"], row["kind"]), []).append(row)
    numbers = {name: i for i, name in enumerate(dict.fromkeys(name for name, _ in groups))}
    lines = [json.dumps(_line(numbers[name], kind, group), sort_keys=True) for (name, kind), group in groups.items()]
    write_atomically(path, "".join(line + "\n" for line in lines))


def _completions(name: str, lines: Sequence[Placed], path: Path) -> Iterator[Sample]:
    """The completions of a document, each once, however many filters looked at them."""
    seen: dict[str, list[Placed]] = {}
    filters: dict[str, str] = {}
    for place, row in lines:
        looked = may(row, "filter", str, place) or "none"
        if looked in filters:
            raise DataError(
                f"{place}: expected each doc_id once for a filter, got {name!r} again for {looked!r} (first at {filters[looked]})",
                hint="are two logs in one file?",
            )
        filters[looked] = place
        seen.setdefault(json.dumps(need(row, "resps", list, place)), []).append((place, row))
    for same in seen.values():
        place, row = same[0]
        texts, ours = _texts(row, place), may(row, OURS, dict, place)
        problem = _problem(name, row, place, path)
        identity = f"{name}, filter {row.get('filter')}"
        for i, text in enumerate(texts):
            sample = Sample(place, problem, text, label=_label(same, i, len(texts)), identity=f"{identity}, {i}")
            yield _ours(sample, ours, i, len(texts)) if ours else sample


def _ours(sample: Sample, ours: Mapping[str, Any], number: int, count: int) -> Sample:
    """What the harness has no field for, where we wrote the log."""
    place = f"{sample.place}, {OURS}"
    ends, tokens = need_each(ours, "finish_reasons", str, place), need_each(ours, "tokens", int, place)
    votes = need_each(ours, "votes", bool, place)
    if not len(ends) == len(tokens) == len(votes) == count:
        raise DataError(
            f"{place}: expected {count} of each, got {len(ends)}, {len(tokens)} and {len(votes)}",
            hint="is the file whole?",
        )
    ended, cost = finish_reason(ends[number], place), need_count({"tokens": tokens[number]}, "tokens", place)
    text = None if ended == "error" else sample.text
    return replace(sample, text=text, finish_reason=ended, tokens=cost, votes=votes[number])


def _texts(row: Mapping[str, Any], place: str) -> list[str]:
    """The texts of all requests and repeats, one after the other."""
    found = [one for request in row["resps"] for one in (request if isinstance(request, list) else [request])]
    for one in found:
        if not isinstance(one, str):
            raise DataError(
                f"{place}: expected generated texts in resps, got {type(one).__name__} {str(one)[:60]!r}",
                hint="a task of likelihoods has no completions; import one with output_type generate_until",
            )
    return found


def _problem(name: str, row: Mapping[str, Any], place: str, path: Path) -> Problem:
    doc, ours = need(row, "doc", dict, place), may(row, OURS, dict, place) or {}
    column = next((c for c in DEFAULT_COLUMNS["question"] if isinstance(doc.get(c), str)), None)
    question = doc[column] if column else _prompt(row.get("arguments"), place)
    extra = {n: value for n, value in doc.items() if n != column}
    source = str(ours.get("source", path.name))
    return a_problem(place, source, str(ours.get("problem_id", name)), question, _first(row.get("target")), extra)


def _prompt(arguments: Any, place: str) -> str:
    """The prompt of the first request, as the harness writes it now (an object) or wrote it (a list)."""
    first = arguments
    while isinstance(first, dict | list) and first:
        first = next(iter(first.values())) if isinstance(first, dict) else first[0]
    return need({"arguments": first}, "arguments", str, place)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _label(lines: Sequence[Placed], number: int, count: int) -> Label:
    extra: dict[str, Any] = {}
    verdicts: list[bool | None] = []
    answers: list[str] = []
    for place, row in lines:
        names = need_each(row, "metrics", str, place) if row.get("metrics") else []
        scores = {name: row[name] for name in names if name in row}
        answer = _filtered(row.get("filtered_resps"), number, count)
        extra[str(row.get("filter", "none"))] = scores | ({"answer": answer} if answer else {})
        answers += [answer] if answer else []
        verdicts += [agreed([_right(value) for value in scores.values()])] if count == 1 else []
    return Label(answers[0] if answers else None, agreed(verdicts), extra=extra)


def _filtered(values: Any, number: int, count: int) -> str | None:
    """What a filter made of a completion, where it made a text of each."""
    flat = values[0] if isinstance(values, list) and len(values) == 1 and isinstance(values[0], list) else values
    return flat[number] if isinstance(flat, list) and len(flat) == count and isinstance(flat[number], str) else None


def _right(value: Any) -> bool | None:
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else None


def _line(number: int, kind: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = rows[0]
    right = [float(row["outcome"] == "right") for row in rows]
    return {
        "doc_id": number,
        "doc": {**first["extra"], "question": first["question"]},
        "target": first["gold"],
        "arguments": {"gen_args_0": {"arg_0": first["question"]}},
        "resps": [[row["response"] for row in rows]],
        "filtered_resps": [[row["answer"] or "" for row in rows]],
        "filter": kind,
        "metrics": ["exact_match"],
        "exact_match": sum(right) / len(right),
        OURS: {
            "problem_id": first["problem_id"],
            "source": first["source"],
            "finish_reasons": [row["finish_reason"] for row in rows],
            "tokens": [row["tokens"] for row in rows],
            "votes": [row["votes"] for row in rows],
        },
    }
