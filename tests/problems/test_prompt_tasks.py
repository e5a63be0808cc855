"""Short tasks from a folder: their schema, choices shown with the question, names of tasks and of suites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.load import list_problem_sets
from reasoning_toolkit.problems.prompt_tasks import load_tasks

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
OPPOSITES = {
    "suite": "induction",
    "task": "opposites",
    "instruction": "Say the opposite.",
    "metric": "em",
    "train": [{"id": "o/1", "input": "hot", "targets": ["cold", "chilly"], "gold": "chilly"}],
    "test": [{"id": "o/2", "input": "up ", "targets": ["down"]}],
}
FILMS = {
    "suite": "bench",
    "task": "films",
    "instruction": "Name a film like these.",
    "metric": "multiple_choice_grade",
    "low": 0.5,
    "high": 1.0,
    "append_choices_to_input": True,
    "choice_prefix": "\n  choice: ",
    "train": [],
    "test": [
        {"id": "f/1", "input": "A, B", "targets": ["C"], "choices": ["C", "D"], "target_scores": {"C": 1, "D": 0}}
    ],
}
TRUTH = {
    "suite": "truthfulqa",
    "examples": [
        {
            "id": "t/0",
            "question": "Is it flat?",
            "best_answer": "No",
            "correct": ["It is not", "No"],
            "incorrect": ["Yes", "Of course", "Yes"],
            "category": "Myths",
            "split": "test",
        }
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for suite, task, content in (
        ("induction", "opposites", OPPOSITES),
        ("bench", "films", FILMS),
        ("truthfulqa", "truthfulqa", TRUTH),
    ):
        path = tmp_path / "prompt_tasks" / suite / f"{task}.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def test_a_task_by_name_has_its_targets_and_instruction(folder: Path) -> None:
    first, second = load_problems("prompt_tasks:opposites", data=folder)
    assert (first.id, first.question, first.answer) == ("o/1", "hot", "chilly")
    assert first.extra["targets"] == ["cold", "chilly"] and first.extra["instruction"] == "Say the opposite."
    assert (second.question, second.answer, second.extra["split"]) == ("up", "down", "test")
    assert (first.extra["low"], first.extra["high"]) == (0.0, 1.0)


def test_choices_are_shown_where_the_task_says_so(folder: Path) -> None:
    (film,) = load_problems("prompt_tasks:films", data=folder)
    assert film.question == "A, B\n  choice: C\n  choice: D"
    assert film.extra["choices"] == ["C", "D"] and film.extra["target_scores"] == {"C": 1, "D": 0}


def test_of_truthfulqa_the_best_answer_stands_first_and_nothing_twice(folder: Path) -> None:
    (problem,) = load_problems("prompt_tasks:truthfulqa", data=folder)
    assert problem.extra["choices"] == ["No", "It is not", "Yes", "Of course"]
    assert problem.extra["low"] == pytest.approx(1 / 3)  # the best answer against two false ones


def test_a_suite_is_all_of_its_tasks_and_names_may_be_several(folder: Path) -> None:
    tasks = folder / "prompt_tasks"
    assert [p.id for p in load_tasks(tasks, ["bench", "opposites"])] == ["f/1", "o/1", "o/2"]


def test_tasks_are_listed(folder: Path) -> None:
    names = [row["name"] for row in list_problem_sets(folder)]
    assert {"prompt_tasks:opposites", "prompt_tasks:films", "prompt_tasks:truthfulqa"} <= set(names)


def test_unknown_names_and_wrong_files_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REASONING_TOOLKIT_DATA", raising=False)
    with pytest.raises(UsageError, match="did you mean opposites"):
        load_problems("prompt_tasks:oposites", data=folder)
    with pytest.raises(DataError, match="none is set"):
        load_problems("prompt_tasks:opposites")
    with pytest.raises(DataError, match="found none"):
        load_tasks(folder / "nothing", ["opposites"])
    with pytest.raises(DataError, match="duplicates"):
        load_tasks(folder / "prompt_tasks", ["opposites", "induction"])
    path = folder / "prompt_tasks" / "bench" / "films.json"
    for wrong in ([], {"suite": "bench", "train": [{}]}, {"suite": "truthfulqa", "examples": [{"id": "x"}]}):
        path.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(DataError, match="not a file of tasks"):
            load_problems("prompt_tasks:films", data=folder)


def test_the_46_tasks_beside_the_repository_are_read() -> None:
    if not (SHARED / "prompt_tasks").is_dir():
        pytest.skip("no prompt tasks beside the repository")
    problems = load_tasks(SHARED / "prompt_tasks", ["instruction_induction", "bigbench", "truthfulqa"])
    assert len({p.extra["task"] for p in problems}) == 24 + 21 + 1
    assert sum(p.extra["suite"] == "truthfulqa" for p in problems) == 817
    assert all(p.answer in p.extra["targets"] for p in problems)
