"""Grading a completion: which outcome for which ending, and each pair of answers is decided once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reasoning_toolkit.grading import GRADER_VERSION, Verdict, grade
from reasoning_toolkit.grading.grade import _remembered

CASES = [
    ("8", r"\boxed{8}", "stop", Verdict("right", "8", "boxed; equal number", "number")),
    ("8", r"\boxed{9}", "stop", Verdict("wrong", "9", "boxed; different numbers", "number")),
    ("x+1", r"\boxed{1+x}", "stop", Verdict("right", "1+x", "boxed; equal values", "tree")),
    ("8", "It must be 8", "stop", Verdict("right", "8", "last number; equal number", "number")),
    ("8", "", "stop", Verdict("no_answer", None, "none")),
    ("8", "I give up.", "stop", Verdict("no_answer", None, "none")),
    ("8", r"<think>\boxed{8}", "stop", Verdict("no_answer", None, "unfinished thinking")),
    ("8", r"\boxed{8} Now let me check", "length", Verdict("right", "8", "boxed; equal number", "number")),
    ("8", "It must be 8", "length", Verdict("truncated", None, "cut off before a closed box: last number")),
    ("8", "The answer is 8", "length", Verdict("truncated", None, "cut off before a closed box: marker")),
    ("8", r"It is \boxed{8", "length", Verdict("truncated", None, "cut off before a closed box: last number")),
    (
        "8",
        r"<think>\boxed{8} wait",
        "length",
        Verdict("truncated", None, "cut off before a closed box: unfinished thinking"),
    ),
    ("8", r"\boxed{8}", "error", Verdict("error", None, "the engine gave no completion")),
]


@pytest.mark.parametrize(("gold", "text", "finish_reason", "verdict"), CASES)
def test_verdict(gold: str, text: str, finish_reason: str, verdict: Verdict) -> None:
    assert grade(gold, text, finish_reason) == verdict


def test_samples_with_the_same_answer_are_decided_once() -> None:
    grade("x+2", r"First \boxed{2+x}", "stop")
    before = _remembered.cache_info()
    assert grade("x+2", r"Another way: \boxed{2+x}", "stop").outcome == "right"
    after = _remembered.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 0)
    assert after.maxsize == 100_000


def test_a_giant_answer_is_refused_and_not_remembered() -> None:
    before = _remembered.cache_info().misses
    verdict = grade("8", rf"\boxed{{{'8' * 5_000}}}", "stop")
    assert (verdict.outcome, verdict.reason) == ("wrong", "boxed; refused: 5,000 characters")
    assert _remembered.cache_info().misses == before


def test_the_import_is_light() -> None:
    code = "import sys, reasoning_toolkit.grading; print(sorted({'sympy', 'math_verify', 'numpy'} & set(sys.modules)))"
    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=repository)
    assert done.stdout.strip() == "[]"


def test_the_grader_has_a_name() -> None:
    assert GRADER_VERSION == "v2"
