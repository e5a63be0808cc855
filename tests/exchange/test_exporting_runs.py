"""What is exported comes back the same, where the format can hold it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import DiskError, RunError, UsageError
from reasoning_toolkit.exchange.exports import export_run, rows_of
from reasoning_toolkit.exchange.formats import FORMATS
from reasoning_toolkit.exchange.gather import gather
from reasoning_toolkit.exchange.imports import Imported, import_run
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run, read_run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode
from tests.exchange import sources
from tests.exchange.sources import write

PROBLEMS = [Problem(f"p{i}", f"Number {i}: what is {i} + {i}?", str(2 * i), "test", {"level": i}) for i in (1, 2)]
WRITTEN = [name for name, row in FORMATS.items() if row.write]


def reply(prompt: str, request: Request) -> str:
    number = int(prompt.split("Number ")[1].split(":")[0])
    if "<think>" in prompt:
        return f"So.</think>\\boxed{{{2 * number}}}"
    return f"<think>Okay \ud83d\ude00. Wait, {request.seed % 5}. So.</think>It is \\boxed{{{2 * number + request.seed % 2}}}."


def decoded(folder: Path, method: str, n: int = 1, temperature: float = 1.0) -> dict[str, Any]:
    config = DecodeConfig(problems="two", model="scripted", method=method, max_tokens=400, n=n, temperature=temperature)
    with Run(folder) as run:
        return decode(run, PROBLEMS, ScriptedEngine(reply), config)


def imported(folder: Path, source: Path, name: str | None = None) -> Imported:
    with Run(folder) as run:
        return import_run(run, gather(source, name))


def rows(folder: Path) -> list[dict[str, Any]]:
    _, ledger = read_run(folder)
    return rows_of(folder, ledger)[1]


def exported(folder: Path, name: str, to: Path) -> Path:
    pytest.importorskip("pyarrow", reason="Parquet needs it") if name == "parquet" else None
    path = to / f"out{FORMATS[name].ending}"
    assert export_run(folder, path, name) == len(rows(folder))
    return path


@pytest.mark.parametrize("name", WRITTEN)
def test_samples_come_back_as_they_were(name: str, tmp_path: Path) -> None:
    report = decoded(tmp_path / "run", "self-consistency", 4)
    again = imported(tmp_path / "again", exported(tmp_path / "run", name, tmp_path), name)
    kept = "problem_id question gold source extra kind number text response finish_reason tokens answer outcome votes".split()
    first, second = ([{n: row[n] for n in kept} for row in rows(tmp_path / run)] for run in ("run", "again"))
    assert len(first) == 8
    assert second == first
    assert again.report["methods"][0]["right"] == report["methods"][0]["right"]


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("method", ["subthought", "last"])
def test_the_vote_of_what_comes_back_is_the_vote_that_went_out(method: str, name: str, tmp_path: Path) -> None:
    report = decoded(tmp_path / "run", method)
    again = imported(tmp_path / "again", exported(tmp_path / "run", name, tmp_path), name)
    own = report["methods"][0]["name"]
    for before, after in zip(report["problems"], again.report["problems"], strict=True):
        (elected,) = {answer["answer"] for answer in after["answers"].values()}
        assert elected == before["answers"][own]["answer"]
    responses = [sorted(row["response"] for row in rows(tmp_path / run)) for run in ("run", "again")]
    assert responses[0] == responses[1]


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_our_own_formats_keep_labels_and_samples_without_a_text(name: str, tmp_path: Path) -> None:
    imported(tmp_path / "run", write("false-positives-pools", tmp_path))
    imported(tmp_path / "again", exported(tmp_path / "run", name, tmp_path))
    first, second = ([{**row, "keys": None} for row in rows(tmp_path / run)] for run in ("run", "again"))
    assert second == first
    assert first[0]["label"]["sound"] is True
    assert sum(row["finish_reason"] == "error" for row in first) == 36


@pytest.mark.parametrize("name", WRITTEN)
def test_a_sample_without_a_text_or_a_vote_comes_back_without(name: str, tmp_path: Path) -> None:
    given = [sources.OWN[0], sources.OWN[1] | {"votes": False}, sources.OWN[2] | {"finish_reason": "error", "text": ""}]
    imported(tmp_path / "run", write("jsonl", tmp_path, given))
    imported(tmp_path / "again", exported(tmp_path / "run", name, tmp_path), name)
    first, second = (
        [(r["finish_reason"], r["votes"], r["text"]) for r in rows(tmp_path / run)] for run in ("run", "again")
    )
    assert (
        second
        == first
        == [("stop", False, "Well. So \\boxed{4}."), ("stop", False, "Well. Then \\boxed{5}."), ("error", True, "")]
    )


@pytest.mark.parametrize("source", ["processbench", "prm800k", "jsonl"])
def test_any_import_goes_out_and_comes_back_in_every_format(source: str, tmp_path: Path) -> None:
    """Problems without a gold answer, labels with steps, samples that have no vote."""
    before = imported(tmp_path / "run", write(source, tmp_path)).report
    for name in WRITTEN:
        if name != "parquet":
            (tmp_path / name).mkdir()
            after = imported(tmp_path / name / "run", exported(tmp_path / "run", name, tmp_path / name), name).report
            assert [(m["name"], m["right"], m["total"]) for m in after["methods"]] == [
                (m["name"], m["right"], m["total"]) for m in before["methods"]
            ]


def test_continuations_that_repeat_a_greedy_trace_go_out_as_what_they_are(tmp_path: Path) -> None:
    report = decoded(tmp_path / "run", "subthought", temperature=0.0)
    assert all(draw["continuation"] for problem in report["problems"] for draw in problem["subthoughts"])
    found = rows(tmp_path / "run")
    traces = {row["problem_id"]: row["text"] for row in found if row["kind"] == "trace"}
    repeated = [row for row in found if row["kind"] == "continuation"]
    assert all(row["response"] == traces[row["problem_id"]] and row["tokens"] == 0 for row in repeated)
    again = imported(tmp_path / "again", exported(tmp_path / "run", "jsonl", tmp_path))
    assert again.report["methods"][0]["right"] == report["methods"][0]["right"]
    assert [p["votes"] for p in again.report["problems"]] == [p["votes"] for p in report["problems"]]


def test_a_row_says_what_was_drawn_and_what_it_continues(tmp_path: Path) -> None:
    decoded(tmp_path / "run", "subthought")
    found = rows(tmp_path / "run")
    trace = next(row for row in found if row["kind"] == "trace")
    continuation = next(row for row in found if row["kind"] == "continuation")
    assert continuation["response"] == trace["text"][: continuation["continues"]] + continuation["text"]
    assert continuation["continues"] > 0 and not trace["votes"]
    assert {row["kind"] for row in found} == {"trace", "continuation", "baseline"}
    assert all(row["keys"] and row["outcome"] in ("right", "wrong") for row in found)


def test_lm_eval_and_inspect_logs_have_the_fields_their_readers_expect(tmp_path: Path) -> None:
    decoded(tmp_path / "run", "self-consistency", 4)
    export_run(tmp_path / "run", tmp_path / "out.jsonl", "lm-eval")
    first, _ = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert set(sources.LM_EVAL[0]) - {"doc_hash", "prompt_hash", "target_hash"} <= set(first)
    assert (first["doc_id"], first["target"], len(first["resps"][0])) == (0, "2", 4)
    assert first["exact_match"] == sum("\\boxed{2}" in text for text in first["resps"][0]) / 4
    export_run(tmp_path / "run", tmp_path / "out.json", "inspect")
    log = json.loads((tmp_path / "out.json").read_text())
    assert set(sources.INSPECT) <= set(log)
    assert [(s["id"], s["epoch"]) for s in log["samples"]] == [(p, e) for p in ("p1", "p2") for e in (1, 2, 3, 4)]
    assert {s["scores"]["reasoning_toolkit"]["value"] for s in log["samples"]} <= {"C", "I"}


def test_what_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    decoded(tmp_path / "run", "last")
    with pytest.raises(UsageError, match=r"expected a name ending in .json or .jsonl or .parquet, got 'out.csv'"):
        export_run(tmp_path / "run", tmp_path / "out.csv")
    with pytest.raises(UsageError, match=r"expected a name ending in .json, got 'out.eval'"):
        export_run(tmp_path / "run", tmp_path / "out.eval", "inspect")
    with pytest.raises(UsageError, match="unknown format to write 'prm800k'"):
        export_run(tmp_path / "run", tmp_path / "out.jsonl", "prm800k")
    with pytest.raises(DiskError):
        export_run(tmp_path / "run", tmp_path / "nowhere" / "out.jsonl")
    with pytest.raises(RunError, match="holds no run"):
        export_run(tmp_path / "nothing", tmp_path / "out.jsonl")
    assert not list(tmp_path.glob("*out*"))
