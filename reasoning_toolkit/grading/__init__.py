"""Grading: find the answer in a completion and compare it with the gold answer.

`GRADER_VERSION` names the rules below; a run keeps it beside its verdicts, so that other rules grade again.
"""

from __future__ import annotations

from reasoning_toolkit.grading.batch import Sample, grade_many
from reasoning_toolkit.grading.canonical import answer_key
from reasoning_toolkit.grading.classes import answer_classes
from reasoning_toolkit.grading.extract import extract_answer, extract_with_rule
from reasoning_toolkit.grading.grade import grade
from reasoning_toolkit.grading.profiles import PROFILES
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.grading.verify import Decision, decide, verify

GRADER_VERSION = "v2"

__all__ = [
    "GRADER_VERSION",
    "PROFILES",
    "Decision",
    "Sample",
    "Verdict",
    "answer_classes",
    "answer_key",
    "decide",
    "extract_answer",
    "extract_with_rule",
    "grade",
    "grade_many",
    "verify",
]
