"""Detectors that the labels come with: three judges by their recorded verdicts, and a rule on the text.

A judge's answer without a verdict may count as sound, as flawed where it says so in other words, or as flawed; this moves F1
much, so the reading is named and the number of such answers reported.

The rule A is the baseline that the expected figures were made with, not a detector of `reasoning_toolkit.audit`: the value of
the first box stands nowhere before it, or there is no box. Its companion E, "a stated equality is wrong", was a program that
the folder does not hold: figures with E in their name cannot be recomputed from it, and are counted apart
(`python -m benchmarks.audit_detectors` measures a detector of that kind).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.audit_published.reading import Data, Row
from reasoning_toolkit.stats.detection import cluster_interval, confusion

JUDGES = ("gpt-4o", "LLaMA-70B", "Qwen-72B")
NOT_IN_FOLDER = re.compile(r"E_wrong_equation|E_or_A")
_BOX = re.compile(r"\\boxed\s*\{")
_REJECTED = re.compile(r"(?i)\b(?:solution|answer|reasoning)\b[^.\n]{0,40}\bis (?:incorrect|wrong|not correct|flawed)")
UNPARSED: dict[str, Callable[[str], bool]] = {  # whether an answer without a verdict flags the solution
    "sound": lambda response: False,
    "by their words": lambda response: bool(_REJECTED.search(response)),
    "flawed": lambda response: True,
}


def judges(data: Data, unparsed: str) -> dict[str, Any]:
    """Counts and shares of each judge, of their majority, and of the first by data set; F1 with its interval over problems.

    Args:
        unparsed: a key of `UNPARSED`.
    """
    rows = data["detection_benchmark"]
    flags = {name: _flags(data, name, unparsed) for name in JUDGES}
    figures = {name: _scored([marks[row["row"]] for row in rows], rows) for name, marks in flags.items()}
    for judge in JUDGES:
        figures[judge]["unparsed"] = sum(
            row["judge"] == judge and row["verdict"] == "unparsed" for row in data["judge_outputs"]
        )
    majority = [sum(marks[row["row"]] for marks in flags.values()) >= 2 for row in rows]
    figures["majority_of_3"] = _scored(majority, rows)
    for dataset in sorted({row["pid"].split("/")[0] for row in rows}):
        chosen = [row for row in rows if row["pid"].startswith(f"{dataset}/")]
        figures[f"gpt-4o|{dataset}"] = _scored([flags["gpt-4o"][row["row"]] for row in chosen], chosen)
    return figures


def cpu_baselines(data: Data) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rule A on the rows of the detection benchmark, and on each accepted solution once."""
    marks = {row["sol_id"]: answer_not_derived(row["solution"]) for row in data["solutions"]}
    accepted = [row for row in data["solutions"] if row["label"] != "wrong_answer"]
    unique = [row | {"false_positive": row["label"] == "false_positive"} for row in accepted]
    rows = data["detection_benchmark"]
    return (
        {"A_answer_not_derived": _scored([marks[row["sol_id"]] for row in rows], rows)},
        {"A_answer_not_derived": _scored([marks[row["sol_id"]] for row in unique], unique)},
    )


def answer_not_derived(text: str) -> bool:
    """Whether the value of the first box stands nowhere before it, blanks and sizes of fractions aside."""
    box = _BOX.search(text)
    if box is None:
        return True
    depth = 1
    for end in range(box.end(), len(text)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return _plain(text[box.end() : end]) not in _plain(text[: box.start()])
    return True


def _plain(text: str) -> str:
    text = re.sub(r"\\[dt]frac", r"\\frac", text)
    return re.sub(r"\\(?:left|right|[,!;: ])|\s", "", text)


def _flags(data: Data, judge: str, unparsed: str) -> dict[int, bool]:
    """Of each row of the detection benchmark whether the judge flags it."""
    return {
        row["row"]: row["verdict"] == "flawed" or (row["verdict"] == "unparsed" and UNPARSED[unparsed](row["response"]))
        for row in data["judge_outputs"]
        if row["judge"] == judge
    }


def _scored(flags: Sequence[bool], rows: list[Row]) -> dict[str, Any]:
    marks, labels = np.array(flags), np.array([row["false_positive"] for row in rows])
    counts = confusion(marks.tolist(), labels.tolist())
    interval = cluster_interval(
        lambda items: 2 * (marks & labels)[items].sum() / max(1, marks[items].sum() + labels[items].sum()),
        [row["pid"] for row in rows],
        resamples=500,
    )
    shares = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
    return {"n": len(rows), **counts._asdict(), **shares, "f1_interval": list(interval) if interval else None}
