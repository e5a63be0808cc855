"""Steps, aggregates, the table, functions as scorers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring import SCORERS, aggregated, open_scorer, step_spans

PROBLEM = Problem("p", "What is 2 + 2?", "4", "test")


def test_steps_of_a_text() -> None:
    text = "One.\n\nTwo\nlines.\n\n\n\n \n\nThree."
    assert [text[a:b] for a, b in step_spans(text, "\n\n")] == ["One.", "Two\nlines.", "Three."]
    assert step_spans("", "\n\n") == step_spans(" \n\n", "\n\n") == []


@settings(deadline=None)
@given(st.text("ab\n ", max_size=40), st.sampled_from(["\n", "\n\n"]))
def test_steps_lose_nothing_but_separators_and_blanks(text: str, separator: str) -> None:
    spans = step_spans(text, separator)
    assert "".join(text[a:b] for a, b in spans).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace(
        "\n", ""
    )
    assert all(separator not in text[a:b] and text[a:b].strip() for a, b in spans)


@pytest.mark.parametrize(("how", "value"), [("mean", 0.5), ("min", 0.2), ("product", 0.09), ("last", 0.5)])
def test_aggregates_by_hand(how: str, value: float) -> None:
    scores = (0.9, 0.2, 0.5) if how != "mean" else (0.9, 0.2, 0.4)
    assert aggregated(scores, how) == pytest.approx(value)
    assert aggregated((), how) == 0


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="step-checker"):
        open_scorer("step-cheker")
    with pytest.raises(UsageError, match="mean"):
        aggregated((1.0,), "means")
    with pytest.raises(UsageError, match="paragraph"):
        open_scorer("step-checker", {"step": "paragraphs"})
    with pytest.raises(UsageError, match="unknown argument of the scorer 'size'"):
        open_scorer("step-checker", {"size": 1})
    for name in ("prm", "orm"):
        with pytest.raises(UsageError, match="names no model"):
            open_scorer(name)
    assert set(SCORERS) == {"prm", "orm", "step-checker", "function"}


def test_a_function_scores_steps_or_wholes(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "def length(problem, text):\n    return len(text)\n\ndef two(problem, text):\n    return [1, 0.5]\n"
    )
    length, two = open_scorer(f"{file}@length"), open_scorer(f"{file}@two", {"step": "line"})
    assert length.score([(PROBLEM, "abc"), (PROBLEM, "")]) == [(3.0,), (0.0,)]
    assert (two.score([(PROBLEM, "x")]), two.separator) == ([(1.0, 0.5)], "\n")
    before = length.identity
    file.write_text(file.read_text() + "\n")
    assert open_scorer(f"{file}@length").identity != before != two.identity


@pytest.mark.parametrize("value", ["None", "'high'", "float('nan')", "[1.0, None]"])
def test_a_function_that_gives_no_number_is_refused(tmp_path: Path, value: str) -> None:
    file = tmp_path / "bad.py"
    file.write_text(f"def bad(problem, text):\n    return {value}\n")
    with pytest.raises(UsageError, match=r"numbers? (or a list of numbers is|are)"):
        open_scorer(f"{file}@bad").score([(PROBLEM, "x")])
