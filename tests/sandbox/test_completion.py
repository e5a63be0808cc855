"""From a completion to a solution: each rule, and what it must not do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.sandbox.completion import assemble, is_python

PROMPT = (
    'from typing import List\n\n\ndef helper(x):\n    return x\n\n\ndef f(xs: List[int]) -> int:\n    """ Sum.\n    """'
)
BEFORE = "from typing import List\n\n\ndef helper(x):\n    return x\n\n\n"
WHOLE = "def f(xs):\n    return sum(xs)"


def value(text: str) -> object:
    """What the solution gives for [1, 2, 3]."""
    namespace: dict[str, object] = {}
    for source in assemble(PROMPT, "f", text).sources:
        exec(source, namespace)
    return namespace["f"]([1, 2, 3])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("    return sum(xs)", "body"),
        ("\n    return sum(xs)\n", "body"),
        ("    total = 0\n    for x in xs:\n        total += x\n\n    return total\n", "body"),
        ("    return sum(xs)\n\n\ndef g(xs):\n    return 0\n\nprint(g(1))", "body"),
        ("    return sum(xs)\n\n# Test\nassert f([]) == 1", "body"),
        ('    text = """\nnot indented\n"""\n    return sum(xs)', "body"),
        ("    return sum(xs)\nif __name__ == '__main__':\n    import not_there", "body"),
        ("return sum(xs)", "body, indented"),
        ("total = 0\nfor x in xs:\n    total += x\nreturn total", "body, indented"),
        ("total = 0\n    for x in xs:\n        total += x\n    return total", "body, first line indented"),
        ("return sum(xs) if xs \\\n        else 0\n\n    ", "body, indented"),
        ("total = sum(xs)\n    return total\n\n\ndef g():\n    broken(", "body, first line indented"),
        (WHOLE, "function"),
        (f"Here it is:\n\n{WHOLE}\n\nIt adds up all of xs.", "function"),
        (f"import math\n{WHOLE}", "function"),
        (f"```python\n{WHOLE}\n```", "fenced function"),
        (
            f"Sure!\n```python\nfrom __future__ import annotations\n{WHOLE}\n```\nDone.\n```\nf([1])\n```",
            "fenced function",
        ),
        (f"First\n```\npip install it\n```\nthen\n```py\n{WHOLE}\n```", "fenced function"),
        (f"```python\n{WHOLE}", "fenced function"),
        ("```\n    return sum(xs)\n```", "fenced body"),
        ("```\nreturn sum(xs)\n```", "fenced body, indented"),
        (f"  ```python\n{WHOLE}\n  ```", "fenced function"),
        ("def f(xs):\n    return helper(sum(xs))", "function"),
        ("```python\nclass S:\n    pass\n\ndef f(xs: List[int]):\n    return sum(xs)\n```", "fenced function"),
    ],
)
def test_each_form_becomes_the_function(text: str, rule: str) -> None:
    assert assemble(PROMPT, "f", text).rule == rule
    assert value(text) == 6


def test_a_whole_function_keeps_the_prompt_s_imports_and_helpers_and_no_more() -> None:
    assert assemble(PROMPT, "f", WHOLE).sources == (BEFORE, WHOLE)


@pytest.mark.parametrize("text", ["I cannot.", "    return (", "", "```\n```", "    return 1\n  x", "\x00", "\ud800"])
def test_what_is_no_python_is_left_to_fail(text: str) -> None:
    solution = assemble(PROMPT, "f", text)
    assert solution.rule.removeprefix("fenced ") == "neither"
    assert text.strip("`\n") in solution.sources[0] or text == "```\n```"


def test_a_name_that_only_begins_alike_is_another() -> None:
    assert assemble(PROMPT, "f", "def f2(xs):\n    return 1").rule != "function"


@given(st.text(alphabet="def f(xs):\n return`'\"#x1 \t", max_size=80))
def test_any_text_gives_sources_and_a_rule(text: str) -> None:
    solution = assemble(PROMPT, "f", text)
    assert solution.rule
    if not solution.rule.endswith(("neither", "function")):
        assert all(map(is_python, solution.sources))


HOSTILE = [
    "(" * 100_000,
    "-" * 200_000 + "1",
    "a" + ".b" * 100_000,
    "1" + "+1" * 100_000,
    "```python\n" * 2000,
    "x = (\n" * 5000,
]


@pytest.mark.parametrize("text", [*HOSTILE, *(f"def f(xs):\n    {text}" for text in HOSTILE)])
def test_hostile_texts_end_quickly(text: str) -> None:
    assert assemble(PROMPT, "f", text).rule
