"""A whole decode over a run, with a scripted model whose answers are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import ConfigChanged, NothingToShow
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Counts
from reasoning_toolkit.runs.run import Run, read_run
from reasoning_toolkit.subthought.compare import Contender, compare_reports
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, make_report, score
from reasoning_toolkit.subthought.methods import resolved

PROBLEMS = [Problem(f"p{i}", f"Problem number {i}: what is {i} + {i}?", str(2 * i), "test") for i in range(1, 5)]
CONFIG = DecodeConfig(problems="four", model="scripted", method="subthought", max_tokens=400)


def reply(prompt: str, request: Request) -> str:
    """Problem 3's trace ends wrong; its continuations from early subthoughts are right, so the vote corrects it."""
    number = int(prompt.split("Problem number ")[1].split(":")[0])
    right, wrong = 2 * number, 2 * number + 1
    if "<think>" in prompt:  # a continuation: the script sees how far the thinking came
        late = "Therefore" in prompt.split("<think>")[1]
        return f"done.</think>\\boxed{{{wrong if number == 3 and late else right}}}"
    final = wrong if number == 3 else right
    return f"<think>Okay, {number}. Now add. Wait, check. Therefore {final}.</think>The answer is \\boxed{{{final}}}."


def run_decode(
    folder: Path, config: DecodeConfig = CONFIG, problems: list[Problem] | None = None
) -> tuple[dict[str, Any], ScriptedEngine]:
    engine = ScriptedEngine(reply)
    with Run(folder) as run:
        return decode(run, problems or PROBLEMS, engine, config), engine


def test_the_vote_corrects_the_last_answer_and_the_report_says_how_sure(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path)
    rows = {row["name"]: row for row in report["methods"]}
    assert list(rows) == ["subthought vote", "last answer", "self-consistency"]
    assert (rows["subthought vote"]["right"], rows["last answer"]["right"]) == (4, 3)
    # Wilson, 4 of 4: (0.5101, 1); 3 of 4: (0.3006, 0.9544).
    assert rows["subthought vote"]["interval"] == pytest.approx([0.5101, 1.0], abs=1e-4)
    assert rows["last answer"]["interval"] == pytest.approx([0.3006, 0.9544], abs=1e-4)
    gain = report["comparisons"][0]
    assert (gain["a"], gain["b"], gain["gained"], gain["lost"], gain["p_value"]) == (
        "last answer",
        "subthought vote",
        1,
        0,
        1.0,
    )
    assert "not significant" in gain["sentence"]
    third = report["problems"][2]
    assert third["votes"] == [["6", 3], ["7", 1]]
    assert third["entropy_bits"] == pytest.approx(0.8113, abs=1e-4)  # shares 3/4 and 1/4
    assert [s["answer"] for s in third["subthoughts"]] == ["6", "6", "6", "7"]
    assert "".join(s["text"] for s in third["subthoughts"]) == "Okay, 3. Now add. Wait, check. Therefore 7."
    assert third["trace"]["before"] == "<think>"
    # AUROC of low entropy for a right last answer: the one wrong has the highest entropy.
    assert report["signals"]["auroc"] == 1.0
    assert report["signals"]["mean_subthoughts"] == 4


def test_costs_are_the_tokens_of_the_ledger(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path)
    rows = {row["name"]: row for row in report["methods"]}
    problems = report["problems"]
    assert rows["last answer"]["tokens"] == sum(p["trace"]["tokens"] for p in problems)
    spent = rows["last answer"]["tokens"] + sum(s["tokens"] for p in problems for s in p["subthoughts"])
    assert rows["subthought vote"]["tokens"] == spent
    samples = sum(s["tokens"] for p in problems for s in p["samples"])
    assert rows["self-consistency"]["tokens"] == samples <= spent


def test_the_same_command_again_generates_nothing_and_gives_the_same_bytes(tmp_path: Path) -> None:
    _, first = run_decode(tmp_path)
    before = [(tmp_path / name).read_bytes() for name in ("report.json", "report.html")]
    _, second = run_decode(tmp_path)
    assert (first.calls > 0, second.calls) == (True, 0)
    assert [(tmp_path / name).read_bytes() for name in ("report.json", "report.html")] == before


def test_scheduling_does_not_change_the_report(tmp_path: Path) -> None:
    texts = set()
    for slots in (1, 3, 16):
        engine = ScriptedEngine(reply, slots=slots, delay=lambda request: (request.seed % 7) / 2000)
        with Run(tmp_path / str(slots)) as run:
            decode(run, PROBLEMS, engine, CONFIG)
        texts.add((tmp_path / str(slots) / "report.json").read_bytes())
    assert len(texts) == 1


def test_more_problems_and_more_samples_generate_only_what_is_new(tmp_path: Path) -> None:
    config = replace(CONFIG, method="self-consistency", n=2, limit=2)
    _, engine = run_decode(tmp_path, config, PROBLEMS[:2])
    assert engine.calls == 4
    _, engine = run_decode(tmp_path, replace(config, n=5, limit=3), PROBLEMS[:3])
    assert engine.calls == 2 * 3 + 5
    report, engine = run_decode(tmp_path, config, PROBLEMS[:2])
    assert engine.calls == 0
    assert [len(p["samples"]) for p in report["problems"]] == [2, 2]


def test_self_consistency_reports_the_mean_of_single_samples_too(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path, replace(CONFIG, method="self-consistency", n=3))
    rows = {row["name"]: row for row in report["methods"]}
    assert rows["single sample"]["total"] == 12
    assert rows["single sample"]["accuracy"] == 0.75  # problem 3 is wrong every time
    assert report["comparisons"] == []


def test_a_changed_setting_is_refused_by_name(tmp_path: Path) -> None:
    run_decode(tmp_path)
    with pytest.raises(ConfigChanged, match=r"temperature was 1\.0, now 0\.5.*; max_tokens was 400, now 300"):
        run_decode(tmp_path, replace(CONFIG, temperature=0.5, max_tokens=300))


def test_scoring_again_generates_nothing_and_finds_what_a_new_gold_changes(tmp_path: Path) -> None:
    run_decode(tmp_path)
    with Run(tmp_path) as run:
        assert score(run)[1] == 0
        third = PROBLEMS[2]
        run.keep_problems([*PROBLEMS[:2], replace(third, answer="7"), PROBLEMS[3]])
        report, changed = score(run)
    assert changed == 1
    rows = {row["name"]: row["right"] for row in report["methods"]}
    assert rows == {"subthought vote": 3, "last answer": 4, "self-consistency": 4}


def test_greedy_is_short_circuited_and_the_reader_is_told(tmp_path: Path) -> None:
    report, engine = run_decode(tmp_path, replace(CONFIG, temperature=0.0))
    assert engine.calls == 4  # the traces alone
    assert any("Greedy continuations of a greedy trace repeat it" in note for note in report["notes"])
    assert {p["entropy_bits"] for p in report["problems"]} == {0.0}
    rows = {row["name"]: row for row in report["methods"]}
    assert rows["subthought vote"]["tokens"] == rows["last answer"]["tokens"]


def test_a_run_at_work_can_be_read(tmp_path: Path) -> None:
    """A second reader sees the finished problems while the first still writes."""
    seen: list[int] = []

    def look(decoded: object) -> None:
        _, ledger = read_run(tmp_path)
        seen.append(len(make_report(tmp_path, ledger)["problems"]))
        ledger.close()

    with Run(tmp_path) as run:
        run.configure(resolved(CONFIG), {"model": "scripted", "tags": ["<think>", "</think>"]})
        with pytest.raises(NothingToShow):
            make_report(tmp_path, run.ledger)
        decode(run, PROBLEMS, ScriptedEngine(reply), CONFIG, finished=look)
    assert seen == [1, 2, 3, 4]


def test_counts_tell_made_from_reused(tmp_path: Path) -> None:
    first, second = Counts(), Counts()
    for counts in (first, second):
        with Run(tmp_path) as run:
            decode(run, PROBLEMS, ScriptedEngine(reply), CONFIG, counts=counts)
    assert (first.reused, second.made) == (0, 0)
    assert second.reused == first.made


def test_hostile_text_goes_through_the_whole_run(tmp_path: Path) -> None:
    """NUL, lone surrogates, markup, right-to-left: stored exactly, shown harmlessly."""
    nasty = "<think>So \x00 \ud800 </script><img src=x onerror=alert(1)> \u202e \U0001f468\u200d\U0001f469. Wait.</think>\\boxed{2}"
    with Run(tmp_path) as run:
        report = decode(run, PROBLEMS[:1], ScriptedEngine(lambda prompt, request: nasty), CONFIG)
        key = run.ledger.load("record", "p1")["trace"]
        stored = run.ledger.get(key)
    assert stored is not None
    assert stored.text == nasty
    assert report["problems"][0]["answers"]["last answer"]["outcome"] == "right"
    assert "<img src=x" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["problems"][0]["subthoughts"][0][
        "text"
    ].startswith("So \x00 \ud800")


def test_comparing_two_runs_pairs_their_problems(tmp_path: Path) -> None:
    a, _ = run_decode(tmp_path / "a")
    b, _ = run_decode(tmp_path / "b", replace(CONFIG, method="last"), PROBLEMS[:3])
    result = compare_reports([Contender(a, "subthought vote"), Contender(b, "last answer")])
    (found,) = result["comparisons"]
    assert (found["n"], result["left_out"], found["lost"]) == (3, 1, 1)
    assert "not significant" in found["sentence"]
    same = compare_reports([Contender(a, "last answer"), Contender(b, "last answer")])
    assert same["comparisons"][0]["difference"] == 0


def test_undecided_answers_are_counted_and_listed(tmp_path: Path) -> None:
    def giant(prompt: str, request: Request) -> str:
        return r"\boxed{999999!}" if "Problem number 1" in prompt else r"\boxed{4}"

    problems = [Problem("giant", PROBLEMS[0].question, "1000000!", "test"), PROBLEMS[1]]
    with Run(tmp_path) as run:
        report = decode(run, problems, ScriptedEngine(giant), replace(CONFIG, method="last"))
    (row,) = report["undecided"]
    assert (row["id"], row["gold"], row["answer"]) == ("giant", "1000000!", "999999!")
    assert "undecided" in row["reason"]
    assert any("counted as wrong (1)" in note and "giant: 999999! for 1000000!" in note for note in report["notes"])
