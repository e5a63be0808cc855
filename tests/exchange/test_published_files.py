"""The real files, where they lie beside the checkout: what their source says must come in whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.exchange.gather import Gathered, gather
from reasoning_toolkit.exchange.imports import import_run
from reasoning_toolkit.runs.run import Run

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "false_positives"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published files are not beside this checkout")


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def read(name: str, format_name: str) -> Gathered:
    found = gather(FOLDER / name)
    assert found.format == format_name
    return found


def test_every_labelled_solution_comes_in(tmp_path: Path) -> None:
    found = read("solutions.jsonl", "false-positives-split")
    given = rows("solutions.jsonl")
    labels = [(s.label.right, s.label.sound) for s in found.all()]
    for word, label in (("sound", (True, True)), ("false_positive", (True, False)), ("wrong_answer", (False, None))):
        assert labels.count(label) == sum(row["label"] == word for row in given) > 0
    with Run(tmp_path / "run") as run:
        imported = import_run(run, found)
    assert imported.recorded == imported.completions == len(given)
    assert len(imported.differ) <= 2  # two answers whose wrongness only a person saw


def test_every_pool_has_its_n_samples_and_its_accepted_ones() -> None:
    found = read("pass_at_n_qwen72b_aime.jsonl", "false-positives-pools")
    for row in rows("pass_at_n_qwen72b_aime.jsonl"):
        group = found.samples[str(row["pid"])]
        accepted = [s.text is not None for s in group]
        assert len(group) == row["n"]
        for k in (4, 16, 64):
            assert sum(accepted[:k]) == row[f"c{k}"]


def test_every_prmbench_row_gives_two_solutions() -> None:
    found = read("prmbench_subset400.jsonl", "prmbench")
    given = rows("prmbench_subset400.jsonl")
    assert len(found.all()) == 2 * len(given)
    assert [s.label.extra["error_steps"] for s in found.all()[1::2]] == [row["error_steps"] for row in given]
