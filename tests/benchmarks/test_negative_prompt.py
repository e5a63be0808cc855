"""The NegativePrompt benchmark on a scripted model whose answers are known: what hurts is found, what does nothing is not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.negative_prompt.scores import TaskScores, score_tasks
from benchmarks.negative_prompt.summary import summary
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.prompts.families.snippets import NEGATIVE
from reasoning_toolkit.prompts.families.table import FAMILIES
from reasoning_toolkit.runs.ledger import Ledger

ARMS = FAMILIES["negative"].candidates(())
WORDS = [f"word{i:02}" for i in range(60)]


def folder_of_tasks(folder: Path) -> Path:
    """Echo: the answer is the input. Pick: two choices, of which the shorter is right."""
    rows = [{"id": f"e/{w}", "input": w, "targets": [w]} for w in WORDS]
    echo = {
        "suite": "own",
        "task": "echo",
        "instruction": "Repeat.",
        "metric": "em",
        "train": rows[:20],
        "test": rows[20:],
    }
    choices = {"targets": ["yes"], "choices": ["yes", "never"], "target_scores": {"yes": 1, "never": 0}}
    pick = echo | {"task": "pick", "metric": "multiple_choice_grade", "low": 0.5, "high": 1.0}
    pick |= {part: [row | choices | {"id": "p" + row["id"]} for row in echo[part]] for part in ("train", "test")}
    (folder / "own").mkdir(parents=True)
    for task in (echo, pick):
        (folder / "own" / f"{task['task']}.json").write_text(json.dumps(task), encoding="utf-8")
    return folder


def obedient() -> ScriptedEngine:
    """Repeats the last word it is asked; one that is discouraged gives up on half of them."""

    def answer(prompt: str, request) -> str:
        asked = max((w for w in WORDS if w in prompt), key=prompt.rfind)
        stopped = any(s.text in prompt for s in NEGATIVE) and int(asked.removeprefix("word")) % 2
        return "I cannot." if stopped else asked

    return ScriptedEngine(answer)


@pytest.mark.parametrize("shots", [0, 5])
def test_a_model_that_is_discouraged_is_found_out(tmp_path: Path, shots: int) -> None:
    engine, folder = obedient(), folder_of_tasks(tmp_path / "tasks")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    scores = score_tasks(ledger, engine, ARMS, ["echo", "pick"], folder, 30, shots)
    assert [row.scores.shape for row in scores] == [(14, 30), (14, 30)]
    found = summary(scores, ARMS, "negative")
    against_none, against_neutral, controls = found["comparisons"]
    assert against_none["difference"] < -0.1 and against_none["p_holm"] < 0.05
    assert against_neutral["difference"] == against_none["difference"]
    assert controls["difference"] == 0 and controls["p_value"] == 1
    echo, pick = found["tasks"]
    assert echo["none"] == echo["neutral"] == 100 > echo["family"]
    assert pick["none"] == pick["family"] == 100  # of choices the log-probabilities count, not the reply
    assert found["cells_against_neutral"] == {"above": 0, "below": 10, "equal": 10}


def test_no_winner_among_stimuli_that_do_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 2, size=(14, 80)) * 100.0
    found = summary([TaskScores("noise", "em", noise)], ARMS, "negative")
    assert found["best"]["points"]["naive"] > found["best"]["points"]["shrunk"]
    assert found["best"]["p_value"] > 0.05
    assert all("not significant" in row["sentence"] for row in found["comparisons"])


def test_mc2_is_shown_and_not_counted_twice() -> None:
    rows = [
        TaskScores("truthfulqa", metric, np.full((14, 6), value)) for metric, value in (("mc1", 50.0), ("mc2", 90.0))
    ]
    found = summary(rows, ARMS, "negative")
    assert found["items"] == 6 and set(found["arm_scores"].values()) == {50.0}
    assert [task["task"] for task in found["tasks"]] == ["truthfulqa MC1", "truthfulqa MC2"]
