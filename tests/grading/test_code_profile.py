"""The profile of programs: the reply as a whole, judged by the tests."""

from __future__ import annotations

import pytest

from reasoning_toolkit.grading import Sample, grade, grade_many
from reasoning_toolkit.sandbox import sandbox_status
from tests.sandbox.problems import ADD, SPREAD, program_of

TESTS = program_of(ADD)


@pytest.fixture
def sandboxed() -> None:
    if (status := sandbox_status()).tier is None:
        pytest.skip(f"no tier of the sandbox holds here: {status.refused}")


@pytest.mark.parametrize(
    ("text", "finish", "outcome", "reason"),
    [
        ("    return x + y", "stop", "right", "reply; body; passed"),
        ("    return x + y\n\n\ndef other(x", "length", "right", "reply; body; passed"),
        ("    return x +", "length", "wrong", "reply; neither; failed: SyntaxError: invalid syntax"),
        (
            "<think>\n    return 0\n</think>\n```python\ndef add(x, y):\n    return x + y\n```",
            "stop",
            "right",
            "reply; fenced function; passed",
        ),
        ("<think>    return x + y", "length", "truncated", "cut off before a closed box: no reply"),
        (" \n", "stop", "no_answer", "no reply"),
        ("    return x + y", "error", "error", "the engine gave no completion"),
    ],
)
@pytest.mark.usefixtures("sandboxed")
def test_a_reply_is_judged(text: str, finish: str, outcome: str, reason: str) -> None:
    verdict = grade(TESTS, text, finish, "code")
    assert (verdict.outcome, verdict.reason) == (outcome, reason)
    assert verdict.tier in (f"sandbox {sandbox_status().tier}", "")


@pytest.mark.usefixtures("sandboxed")
def test_many_are_judged_as_each_alone() -> None:
    texts = ["    return x + y", "    return x", "", "    return x + y"]
    samples = [Sample(tests, text) for tests in (TESTS, program_of(SPREAD), TESTS) for text in texts]
    assert grade_many(samples, "code") == [grade(*sample, "code") for sample in samples]


def test_tests_that_are_none_are_undecided() -> None:
    verdict = grade("4", "    return 4", "stop", "code")
    assert verdict.outcome == "wrong"
    assert verdict.reason.startswith("reply; undecided: expected tests that define a function")
