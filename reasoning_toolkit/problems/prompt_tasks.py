"""Short tasks on which the wording of a prompt is studied: Instruction Induction, BIG-bench's 21 of APE, TruthfulQA.

    prompt_tasks:NAME     a task (`sum`, `snarks`, `truthfulqa`) or a whole suite (`instruction_induction`, `bigbench`)

They are read from the folder `prompt_tasks` of the data folder, SUITE/TASK.json, one schema for the first two suites (Honovich et al.
2022, arXiv 2205.10782; Srivastava et al. 2022, arXiv 2206.04615) and one for TruthfulQA (Lin et al. 2021, arXiv 2109.07958). What a task
knows goes into `extra`: suite, task, instruction, metric, targets, low and high (the scores that its normalised metric calls 0 and 100),
split as the source has it, and where there are choices, choices and target_scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError, unknown
from reasoning_toolkit.problems.files import read_json
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.rows import distinct

PREFIX = "prompt_tasks:"
FOLDER = "prompt_tasks"
TRUTHFULQA = "truthfulqa"


def load_tasks(folder: Path, names: Sequence[str]) -> list[Problem]:
    """The problems of tasks, in the order of the names; those that the source calls `train` stand before its `test`.

    Args:
        folder: with SUITE/TASK.json.
        names: of tasks or of suites.

    Raises:
        DataError: no such folder, or a file without the fields of its schema.
        UsageError: a name that the folder does not have.
    """
    files = {path.stem: path for path in sorted(folder.glob("*/*.json"))}
    if not files:
        raise DataError(f"expected tasks at {folder}/SUITE/TASK.json, found none", hint="correct the data folder")
    paths = [path for name in names for path in _paths(name, files)]
    placed = [(str(path), problem) for path in paths for problem in _problems(path)]
    return distinct(placed, str(folder))


def task_names(folder: Path) -> list[str]:
    """The tasks that a folder has."""
    return sorted(path.stem for path in folder.glob("*/*.json"))


def _paths(name: str, files: Mapping[str, Path]) -> list[Path]:
    suite = [path for path in files.values() if path.parent.name == name]
    if not suite and name not in files:
        raise unknown("task", name, {*files, *(path.parent.name for path in files.values())})
    return suite or [files[name]]


def _problems(path: Path) -> list[Problem]:
    content = read_json(path)
    try:
        if content["suite"] == TRUTHFULQA:
            return [_truthful(row) for row in content["examples"]]
        return [_problem(content, row, split) for split in ("train", "test") for row in content[split]]
    except (KeyError, TypeError, IndexError) as error:
        raise DataError(
            f"{path}: not a file of tasks: {type(error).__name__} {error}",
            hint="it needs suite, task, instruction, metric, train and test, and in each row id, input and targets",
        ) from error


def _problem(content: Mapping[str, Any], row: Mapping[str, Any], split: str) -> Problem:
    question = str(row["input"]).strip()
    choices = row.get("choices", ())
    if content.get("append_choices_to_input"):
        question += "".join(content["choice_prefix"] + choice for choice in choices)
    extra = {
        "suite": content["suite"],
        "task": content["task"],
        "instruction": content["instruction"],
        "metric": content["metric"],
        "targets": list(row["targets"]),
        "low": content.get("low", 0.0),
        "high": content.get("high", 1.0),
        "split": split,
    }
    if choices:
        extra |= {"choices": list(choices), "target_scores": dict(row["target_scores"])}
    if content.get("output_regex"):
        extra["output_regex"] = content["output_regex"]
    return Problem(row["id"], question, str(row.get("gold", row["targets"][0])), content["suite"], extra)


def _truthful(row: Mapping[str, Any]) -> Problem:
    """The best answer stands first among the choices, then what else is true, then what is false."""
    true = list(dict.fromkeys([row["best_answer"], *row["correct"]]))
    false = [text for text in dict.fromkeys(row["incorrect"]) if text not in true]
    extra = {
        "suite": TRUTHFULQA,
        "task": TRUTHFULQA,
        "instruction": "",
        "metric": "mc1",
        "targets": true,
        "low": 1 / (1 + len(false)),
        "high": 1.0,
        "split": row["split"],
        "choices": [*true, *false],
        "target_scores": {text: float(text in true) for text in (*true, *false)},
        "category": row["category"],
    }
    return Problem(row["id"], row["question"], row["best_answer"], TRUTHFULQA, extra)
