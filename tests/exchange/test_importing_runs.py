"""An import is a run like any other: its completions, labels and verdicts, its report, its audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.audit.report import write_report
from reasoning_toolkit.errors import ConfigChanged
from reasoning_toolkit.exchange.gather import gather
from reasoning_toolkit.exchange.imports import Imported, import_run
from reasoning_toolkit.runs.run import Run, read_problems, read_run
from reasoning_toolkit.subthought.compare import Contender, compare_reports
from reasoning_toolkit.subthought.decode import score
from tests.exchange import sources
from tests.exchange.sources import QUESTION, archive, lines, write


def imported(folder: Path, source: Path, name: str | None = None) -> Imported:
    with Run(folder) as run:
        return import_run(run, gather(source, name))


@pytest.mark.parametrize("name", sources.TEXTS)
def test_every_format_becomes_a_run_that_is_graded_again_without_change(name: str, tmp_path: Path) -> None:
    found = imported(tmp_path / "run", write(name, tmp_path))
    with Run(tmp_path / "run") as run:
        report, changed = score(run)
    assert changed == 0
    assert report == found.report
    _, ledger = read_run(tmp_path / "run")
    assert ledger.usage()[0] == found.completions == sum(len(p["samples"]) for p in report["problems"])


def test_problems_verdicts_and_labels_stand_side_by_side(tmp_path: Path) -> None:
    found = imported(tmp_path / "run", lines(tmp_path / "analysis.jsonl", sources.ANALYSIS))
    config, ledger = read_run(tmp_path / "run")
    (problem,) = read_problems(ledger)
    assert (problem.id, problem.question, problem.answer, problem.source) == ("0", QUESTION, "4", "analysis.jsonl")
    assert config["settings"]["method"] == "imported"
    assert config["settings"]["format"] == "false-positives"
    samples = found.report["problems"][0]["samples"]
    assert [s["outcome"] for s in samples] == ["right", "right", "wrong"]
    record = ledger.load("record", "0")
    assert [draw["label"] for draw in record["draws"]] == [s["label"] for s in samples]
    assert [s["label"] for s in samples] == [
        {"right": True, "sound": True},
        {"right": True, "sound": False},
        {"right": False},
    ]
    assert (found.completions, found.recorded, found.differ, found.unsound) == (3, 3, (), 1)


def test_a_label_changes_no_verdict_and_a_difference_is_told(tmp_path: Path) -> None:
    rows = [sources.ANALYSIS[0] | {"label": 2}, sources.ANALYSIS[2] | {"label": 0}]
    found = imported(tmp_path / "run", lines(tmp_path / "rows.jsonl", rows))
    assert [s["outcome"] for s in found.report["problems"][0]["samples"]] == ["right", "wrong"]
    assert found.differ == (("0", 0, False), ("0", 1, True))


def test_where_the_gold_answer_was_read_from_a_solution_nothing_is_compared(tmp_path: Path) -> None:
    found = imported(tmp_path / "run", write("processbench", tmp_path))
    assert (found.recorded, found.differ) == (0, ())
    assert [p["samples"][0]["outcome"] for p in found.report["problems"]] == ["right", "wrong"]
    assert "1 problems have no gold answer in the source" in " ".join(found.report["notes"])
    assert [row["name"] for row in found.report["methods"]] == ["imported answer"]


def test_the_same_import_again_gives_the_same_bytes_and_another_is_refused(tmp_path: Path) -> None:
    source, folder = write("lm-eval", tmp_path), tmp_path / "run"
    imported(folder, source)
    before = (folder / "report.json").read_bytes()
    imported(folder, source)
    assert (folder / "report.json").read_bytes() == before
    with pytest.raises(ConfigChanged, match="content was"):
        imported(folder, write("lm-eval", tmp_path, sources.LM_EVAL[:2]))
    with pytest.raises(ConfigChanged, match="format was"):
        imported(folder, write("processbench", tmp_path))
    assert (folder / "report.json").read_bytes() == before


def test_samples_without_a_text_count_as_wrong_and_the_report_says_so(tmp_path: Path) -> None:
    found = imported(tmp_path / "run", write("false-positives-pools", tmp_path))
    single = next(row for row in found.report["methods"] if row["name"] == "single sample")
    assert (single["right"], single["total"]) == (4, 40)
    assert "36 of 40 completions have no text in the source" in " ".join(found.report["notes"])
    assert (found.recorded, found.differ) == (4, ())
    _, ledger = read_run(tmp_path / "run")
    reasons = {verdict["reason"] for verdict in ledger.load("verdict", "SUMS/1")["draws"]}
    assert reasons == {"not in the source: it holds no text of this sample"}


def test_equal_texts_of_one_problem_are_samples_of_their_own(tmp_path: Path) -> None:
    found = imported(tmp_path / "run", write("false-positives", tmp_path, [sources.PUBLISHED[0]] * 3))
    _, ledger = read_run(tmp_path / "run")
    assert ledger.usage()[0] == 3
    assert found.report["problems"][0]["votes"] == [["4", 3]]


def test_thinking_is_told_from_the_answer(tmp_path: Path) -> None:
    """The first epoch has no thinking; the second thinks of 9 and answers 5."""
    found = imported(tmp_path / "run", archive(tmp_path / "log.eval"))
    assert [s["answer"] for s in found.report["problems"][0]["samples"]] == ["4", "5"]
    config, _ = read_run(tmp_path / "run")
    assert config["identity"]["tags"] == ["<think>", "</think>"]
    cut = sources.ANALYSIS[0] | {"solution": "<think>Say \\boxed{4}."}
    rows = [cut, cut | {"solution": "<think>Say 5.</think>\\boxed{4}"}]
    found = imported(tmp_path / "cut", lines(tmp_path / "cut.jsonl", rows))
    assert [s["answer"] for s in found.report["problems"][0]["samples"]] == [None, "4"]


def test_who_made_all_completions_is_the_model_of_the_run(tmp_path: Path) -> None:
    found = imported(tmp_path / "run", archive(tmp_path / "log.eval"))
    assert found.report["title"] == "imported on log.eval with mock/model"
    found = imported(tmp_path / "mixed", lines(tmp_path / "benchmark.jsonl", sources.BENCHMARK))
    assert found.report["title"] == "imported on benchmark.jsonl with false-positives"


def test_imports_are_compared_problem_by_problem(tmp_path: Path) -> None:
    worse = [row | {"solution": "\\boxed{0}"} for row in sources.PUBLISHED]
    reports = [
        imported(tmp_path / name, write("false-positives", tmp_path, rows)).report
        for name, rows in (("a", sources.PUBLISHED), ("b", worse))
    ]
    found = compare_reports([Contender(report, "imported answer") for report in reports])
    assert (found["comparisons"][0]["gained"], found["comparisons"][0]["lost"]) == (0, 2)


def test_a_pool_is_audited_as_a_run_of_ours_is(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    imported(folder, write("false-positives-pools", tmp_path))
    planned = plan_audit(folder, budget=50, confirmations=1)
    assert [(p.n, p.c) for p in planned.manifest.problems] == [(20, 4), (20, 0)]
    queue = Queue(folder)
    while handed := queue.take("anna"):
        sound = handed.item.text.startswith("a:")
        flaw = {"verdict": "flawed", "step": 0, "type": "logical", "seconds": 1}
        queue.answer("anna", handed.lease, {"verdict": "sound", "seconds": 1} if sound else flaw)
    queue.close()
    report = write_report(folder)
    last = report["curves"][-1]
    assert (last["k"], last["automatic"], last["audited"]) == (20, 0.5, 0.5)
    assert report["curves"][0]["automatic"] == pytest.approx(0.1)  # 4 of 20, and 0 of 20
    assert "whether they are, only their source can say" in report["notes"][0]


def test_half_characters_in_a_text_are_kept(tmp_path: Path) -> None:
    row = sources.PUBLISHED[0] | {"solution": "\ud800 \\boxed{4}"}
    imported(tmp_path / "run", write("false-positives", tmp_path, [row]))
    _, ledger = read_run(tmp_path / "run")
    (draw,) = ledger.load("record", "0")["draws"]
    assert ledger.get(draw["pieces"][0][0]).text == "\ud800 \\boxed{4}"
    assert json.loads((tmp_path / "run" / "report.json").read_text())["methods"][0]["right"] == 1
