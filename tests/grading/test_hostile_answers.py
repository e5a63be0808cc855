"""Answers made to hang, crash, flood or run the grader: each is only a wrong answer, and says so in few words."""

from __future__ import annotations

import importlib
import time
from pathlib import Path

import pytest

from benchmarks.grading_hostile import GOLD, OPERATIONS, measure, summary
from benchmarks.hostile_answers import HOSTILE, MARKER
from reasoning_toolkit.grading import Decision, Verdict, decide, grade

ANSWERS = [
    pytest.param(answer, id=f"{kind} {place} {answer[:20]!a}")
    for kind, answers in HOSTILE.items()
    for place, answer in enumerate(answers)
]
HANG_S = 30.0  # no limit of speed: that is measured by the benchmark


@pytest.fixture(autouse=True)
def _short_questions_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("reasoning_toolkit.grading.sympy_tier"), "TIMEOUT_S", 0.1)
    monkeypatch.chdir(tmp_path)


def test_there_are_many() -> None:
    assert len({answer for answers in HOSTILE.values() for answer in answers}) >= 100


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_hostile_answer_is_wrong_in_few_words(answer: str) -> None:
    started = time.monotonic()
    for decision in (decide(GOLD, answer), decide(answer, GOLD)):
        assert isinstance(decision, Decision)
        assert not decision.equal
        assert len(decision.reason) < 200
        assert len(repr(decision)) < 2_500
    for text in (answer, rf"So \boxed{{{answer}}}."):
        verdict = grade(GOLD, text, "stop")
        assert isinstance(verdict, Verdict)
        assert verdict.outcome in ("wrong", "no_answer") or verdict.answer == GOLD  # the last number of a text
        assert len(verdict.reason) < 200
        assert len(verdict.answer or "") <= len(text)
        repr(verdict).encode("utf-8")
    assert time.monotonic() - started < HANG_S
    assert not Path(MARKER).exists()


def test_cheap_ones_cost_little() -> None:
    start, answers = time.process_time(), [*HOSTILE["powers"], *HOSTILE["injection"], *HOSTILE["lists"]]
    for answer in answers:
        decide(GOLD, answer)
    assert time.process_time() - start < 0.2 * len(answers)


def test_the_benchmark_times_every_operation_and_names_the_worst() -> None:
    cases = [("long", GOLD, "1" * 9), ("lists", GOLD, "1,2")]
    timings = list(measure(cases, cold=True))
    assert [(t.kind, t.operation) for t in timings] == [(kind, name) for kind, *_ in cases for name in OPERATIONS]
    found = summary(timings)
    assert found["answers"] == 2
    assert found["worst_ms"] == max(t.seconds for t in timings) * 1000 >= found["median_ms"] > 0
