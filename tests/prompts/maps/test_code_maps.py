"""Code on its way back: its words are gone, its names are not, and nothing of what was asked for is left."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.code import backward, bare_code, discriminate, name_of
from reasoning_toolkit.prompts.maps.quotes import RUN

SPECIFICATION = "Return the second largest of the numbers, or None where there are fewer than two."
PROMPT = f'def f(xs):\n    """{SPECIFICATION}\n    >>> f([1, 2, 3])\n    2\n    """\n'
WORDS = st.lists(st.sampled_from(["the list", "of numbers,", "a b.", "sorted xs"]), min_size=6, max_size=40).flatmap(
    lambda words: st.sampled_from([" ", "\n    "]).map(lambda space: space.join(words))
)  # never Python: names are not words
CARRIERS = (  # places of a program that words can hide in
    "```python\ndef f(xs):\n    '''{words}'''\n    return sorted(xs)[-2]\n```",
    "def f(xs):\n    return sorted(xs)[-2]  # {line}\n",
    "def f(xs):\n    # {line}\n    return sorted(xs)[-2]\n",
    "def f(xs):\n    note = '''{words}'''\n    return sorted(xs)[-2]\n",
    "def f(xs):\n    if not xs:\n        raise ValueError(f'''{words} {{xs}}''')\n    return sorted(xs)[-2]\n",
    "def f(xs):\n    def g():\n        '''{words}'''\n    class C:\n        '''{words}'''\n    return b'{line}'\n",
    "'''{words}'''\nimport math\ndef f(xs):\n    for x in xs:\n        '''{words}'''\n    else:\n        '''{words}'''\n",
    "    '''{words}'''\n    return sorted(xs)[-2]\n",
    "def f(xs:\n    '''{words}'''\n    return {line}  # {line}\n",
    "I will write it. {words}\ndef f(xs):\n    return {words}\n",
    "{words}",
)


def code_problem(question: str) -> Problem:
    return Problem("p", question, "unused", "test", {"entry_point": "f"}, "code")


def shared(a: str, b: str) -> set[str]:
    return {a[i : i + RUN] for i in range(len(a) - RUN + 1)} & {b[i : i + RUN] for i in range(len(b) - RUN + 1)}


def shown(problem: Problem, reply: str) -> str:
    messages = backward(problem, reply)
    return "" if messages is None else "".join(message["content"] for message in messages)


@pytest.mark.parametrize("carrier", CARRIERS)
@settings(max_examples=20)
@given(words=WORDS)
def test_the_backward_prompt_holds_no_run_of_what_was_asked_for(carrier: str, words: str) -> None:
    question = f'def f(xs):\n    """{words}\n    """\n'
    reply = carrier.replace("{words}", words).replace("{line}", " ".join(words.split()) or "-")
    assert not shared(shown(code_problem(question), reply), question)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_whole_specification_in_any_place(carrier: str) -> None:
    reply = carrier.replace("{words}", SPECIFICATION).replace("{line}", SPECIFICATION)
    assert not shared(shown(code_problem(PROMPT), reply), PROMPT)


def test_a_program_keeps_what_it_does_and_its_names() -> None:
    source = (
        '"""module"""\nimport math\n\ndef second_largest_of_the_numbers(xs: list) -> int:\n    """doc"""\n    # note\n'
        "    if len(xs) < 2:\n        'only words'\n    return sorted(xs)[-2], 'short', math.inf\n"
    )
    assert bare_code(source, "second_largest_of_the_numbers") == (
        "import math\n\ndef second_largest_of_the_numbers(xs: list) -> int:\n    if len(xs) < 2:\n        pass\n"
        "    return (sorted(xs)[-2], 'short', math.inf)"
    )


@settings(max_examples=40)
@given(st.sampled_from([c for c in CARRIERS if c.startswith(("def", "'''"))]), WORDS)
def test_what_is_shown_of_a_program_is_a_program(carrier: str, words: str) -> None:
    source = carrier.replace("{words}", words).replace("{line}", " ".join(words.split()) or "-")
    try:
        ast.parse(source)
    except SyntaxError:
        return
    ast.parse(bare_code(source, words))


@pytest.mark.parametrize("reply", ["", "  \n", "```python\n```", "# nothing\n"])
def test_a_reply_without_code_is_not_mapped_back(reply: str) -> None:
    problem = Problem("p", "# words alone, no function at all to complete", "unused", "test", {}, "code")
    assert backward(problem, reply) is None


def test_the_name_is_the_entry_point_or_the_last_definition() -> None:
    assert name_of(code_problem(PROMPT)) == "f"
    helpers = "def poly(xs):\n    return xs\n\n\ndef find_zero(xs):\n    '''Find it.'''\n"
    assert name_of(Problem("p", helpers, "", "test", kind="code")) == "find_zero"


def test_the_discriminator_sees_both() -> None:
    (message,) = discriminate(code_problem(PROMPT), "It sorts.")
    assert SPECIFICATION in message["content"] and "It sorts." in message["content"]
