from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.audit.steps import split_steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", [""]),
        ("one", ["one"]),
        ("one\ntwo", ["one\n", "two"]),
        ("one\n\n\ntwo\n", ["one\n\n\n", "two\n"]),
        ("\n\none\ntwo", ["\n\none\n", "two"]),
        ("\n \n", ["\n \n"]),
        ("so\n\\[\nx = 1\n\\]\nthen", ["so\n", "\\[\nx = 1\n\\]\n", "then"]),
        ("$$\nx\n\ny\n$$\nz", ["$$\nx\n\ny\n$$\n", "z"]),
        ("a $$x$$ b\nc", ["a $$x$$ b\n", "c"]),
        (
            "\\begin{align*}\na &= b \\\\[4pt]\nc &= d\n\\end{align*}\nz",
            ["\\begin{align*}\na &= b \\\\[4pt]\nc &= d\n\\end{align*}\n", "z"],
        ),
        ("```\na\nb\n```\nz", ["```\na\nb\n```\n", "z"]),
        ("a \\\\[2pt] b\nc", ["a \\\\[2pt] b\n", "c"]),  # a line break with a length opens nothing
        ("\\[ never closed\nb\nc", ["\\[ never closed\n", "b\n", "c"]),
        ("First 1 + 1 = 2.\n</think>\n\n\\boxed{2}", ["First 1 + 1 = 2.\n", "</think>\n\n", "\\boxed{2}"]),
    ],
)
def test_lines_are_steps_and_formulas_stay_whole(text: str, steps: list[str]) -> None:
    assert split_steps(text) == steps


PIECES = [
    "\n",
    "\n\n",
    " ",
    "a",
    "\\[",
    "\\]",
    "$$",
    "$",
    "\\begin{align}",
    "\\end{align}",
    "```",
    "\\\\",
    "\r",
    "\u2028",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_nothing_is_lost_and_no_step_is_blank(text: str) -> None:
    steps = split_steps(text)
    assert "".join(steps) == text
    assert all(step.strip() for step in steps) or len(steps) <= 1


@pytest.mark.parametrize("piece", ["\n", "\\[\n", "$$\n", "```\n", "\\begin{a}\n", "\\begin{a}", "\\begin{a}\\end{a}"])
def test_a_long_text_of_anything_is_split_at_once(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    started = time.monotonic()
    assert "".join(split_steps(text)) == text
    assert time.monotonic() - started < 20  # a hang would be hours
