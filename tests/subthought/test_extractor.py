"""A model as the reader of answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, score

PROBLEM = Problem("p", "What is 2 + 2?", "4", "test")
CONFIG = DecodeConfig(problems="one", model="scripted", method="subthought", max_tokens=200, baselines=False)


def reply(prompt: str, request: Request) -> str:
    if "<think>" in prompt:
        return "and so on.</think>That makes four, I would say."
    return "<think>Okay, 2. Wait, 2 more. So four.</think>Four."


def read(prompt: str, request: Request) -> str:
    """Reads words; says that there is nothing where the solution has no end."""
    return "The solution arrives at \\boxed{4}." if "four, I" in prompt else "\\boxed{none}"


def test_the_model_reads_what_the_rules_cannot_and_the_ledger_keeps_it(tmp_path: Path) -> None:
    with Run(tmp_path) as run:
        before = decode(run, [PROBLEM], ScriptedEngine(reply), CONFIG)
        assert {v["outcome"] for v in before["problems"][0]["answers"].values()} == {"no_answer"}
        reader = ScriptedEngine(read)
        report, changed = score(run, reader)
        assert changed == 1
        answers = report["problems"][0]["answers"]
        assert (answers["subthought vote"]["answer"], answers["subthought vote"]["outcome"]) == ("4", "right")
        assert answers["last answer"]["outcome"] == "no_answer"
        assert answers["last answer"]["reason"] == "the extractor found none"
        assert any("answers read by" in note for note in report["notes"])
        assert reader.calls == 4  # the trace, and three different continuations with their prefixes
        again = ScriptedEngine(read)
        assert score(run, again) == (report, 0)
        assert again.calls == 0
        assert score(run)[0] == before


def test_the_reader_sees_the_prefix_and_the_continuation(tmp_path: Path) -> None:
    seen: list[str] = []

    def spy(prompt: str, request: Request) -> str:
        seen.append(prompt)
        return "\\boxed{5}"

    with Run(tmp_path) as run:
        decode(run, [PROBLEM], ScriptedEngine(reply), replace(CONFIG, answer_filter="0-4"))
        report, _ = score(run, ScriptedEngine(spy))
    assert any("Okay, 2. and so on.</think>That makes four" in prompt for prompt in seen)
    assert all(PROBLEM.question in prompt for prompt in seen)
    assert (
        report["problems"][0]["answers"]["subthought vote"]["answer"] is None
    )  # the filter refuses 5 for this reader too
