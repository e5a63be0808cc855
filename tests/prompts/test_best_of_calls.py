"""Best of k: votes, public tests, ties, cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.best_of import best
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Asking, Reply, find_policy
from reasoning_toolkit.prompts.public_tests import public_tests
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.sandbox import sandbox_status
from reasoning_toolkit.sandbox.check import check_all
from tests.sandbox.problems import ADD, SPREAD, program_of

VALUE = Problem("sum", "What is 3 + 4?", "7", "test")
ADDING, SPREADING = (
    Problem(row["task_id"], row["prompt"], program_of(row), "test", {"entry_point": row["entry_point"]}, "code")
    for row in (ADD, SPREAD)
)
BODY = "    return x + y"
SAME_BODY = "```python\ndef add(x: int, y: int) -> int:\n    '''Words.'''\n    return x + y  # words\n```"
WRONG = "```python\ndef add(x, y):\n    return x - y\n```"


def replies(*texts: str) -> list[Reply]:
    return [Reply(text, (f"key {i}",)) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "position"),
    [
        (["It is 7.", "It is 8.", "The answer is 8."], 1),
        (["It is 7.", "It is 8."], 0),
        (["I do not know.", "It is 8.", "It is 7.", "It is \\boxed{7.0}"], 2),
        (["I do not know."], 0),
    ],
)
def test_values_are_voted_on(texts: list[str], position: int) -> None:
    assert best(VALUE, replies(*texts)) == position


def test_a_value_that_was_cut_off_has_no_vote() -> None:
    cut = [Reply("It is 8", (), cut_off=True), Reply("It is 8", (), cut_off=True), Reply("It is 7.", ())]
    assert best(VALUE, cut) == 2


def test_programs_without_examples_are_voted_on_words_aside() -> None:
    assert public_tests(SPREADING) is None
    a, b = "    return groups", "    return []"
    again = "```python\ndef spread(groups):\n    return []\n```"
    assert best(SPREADING, replies(a, b, b)) == 1
    assert best(SPREADING, replies("<think>no end", a, again)) == 1
    assert best(SPREADING, replies("", " ")) == 0


@given(st.lists(st.sampled_from(["    return groups", "    return []", ""]), min_size=1, max_size=9))
def test_the_best_program_is_in_a_largest_class(texts: list[str]) -> None:
    chosen = best(SPREADING, replies(*texts))
    counts = [texts.count(text) if text else 0 for text in texts]
    assert counts[chosen] == max(counts)
    assert chosen == texts.index(texts[chosen])


def needs_a_sandbox() -> None:
    if sandbox_status().tier is None:
        pytest.skip(f"no tier of the sandbox holds here: {sandbox_status().refused}")


def test_a_program_that_passes_the_examples_of_its_prompt_beats_a_majority() -> None:
    needs_a_sandbox()
    assert best(ADDING, replies(WRONG, WRONG, BODY)) == 2
    assert (
        best(ADDING, replies(WRONG, "    return 5", BODY, SAME_BODY.replace("'''Words.'''", "pass"))) == 1
    )  # all three pass
    assert best(ADDING, replies(WRONG, "    return 6", WRONG)) == 0


def test_the_public_tests_are_the_examples_and_nothing_hidden() -> None:
    tests = public_tests(ADDING)
    assert tests is not None
    assert "assert (add(2, 3)) == (5)" in tests and "10**20" not in tests
    needs_a_sandbox()
    assert [c.passed for c in check_all(tests, [BODY, SAME_BODY, WRONG, "    return 5", "not code"])] == [
        True,
        True,
        False,
        True,  # so thin are they
        False,
    ]


def prompt_with(examples: str) -> Problem:
    return Problem("p", f'def f(x):\n    """ Do it.\n{examples}\n    """\n', "", "test", kind="code")


@pytest.mark.parametrize(
    "examples",
    [
        "    f(1) is 2",
        "    >>> f(1)",
        "    >>> print(2)\n    2",
        "    >>> x = f(1)\n    2",
        "    >>> f(1)\n    Traceback (most recent call last):\n    ValueError",
        "    >>> f(1)\n    <object>",
        "    >>> f(\n    2",
        "    >>>f(1)\n    2",
    ],
)
def test_what_is_no_example_with_a_value_is_left_out(examples: str) -> None:
    assert public_tests(prompt_with(examples)) is None


def test_examples_of_other_functions_and_of_several_lines() -> None:
    tests = public_tests(
        prompt_with("    >>> g(1)\n    3\n    >>> f([1,\n    ...    2])\n    [2, 1]\n    >>> len(f(''))\n    0")
    )
    assert tests is not None and tests.count("assert") == 2
    equation = public_tests(prompt_with("    >>> f([]) == 0\n    >>> f([1]) == 1"))
    assert equation is not None and "assert (f([]) == 0)\n    assert (f([1]) == 1)" in equation
    assert public_tests(Problem("p", "no code at all", "", "test", kind="code")) is None


def test_k_samples_are_k_calls_and_the_first_is_the_single_one(tmp_path: Path) -> None:
    engine = ScriptedEngine(["It is 8.", "It is 7.", "It is 7."])
    ledger = Ledger(tmp_path / "ledger.sqlite")

    def answered(policy: str, **settings: int) -> Reply:
        pipeline = find_policy(policy)(Candidate(policy=policy, settings=settings), VALUE, Asking(engine, Template()))
        ((_, reply),) = drive(engine, ledger, [("p", pipeline)])
        return reply

    reply = answered("best-of", samples=3)
    assert (reply.text, len(set(reply.keys)), engine.calls) == ("It is 7.", 3, 3)
    assert answered("single").keys == reply.keys[:1]
    assert answered("best-of", samples=2).keys == reply.keys[:2]  # more samples go on where fewer ended
    assert engine.calls == 3
    ledger.close()


def test_a_sample_that_fails_is_the_replys_error(tmp_path: Path) -> None:
    engine = ScriptedEngine(["It is 8.", Completion((), "", "error", error="too long"), "It is 7."])
    ledger = Ledger(tmp_path / "ledger.sqlite")
    pipeline = find_policy("best-of")(Candidate(policy="best-of"), VALUE, Asking(engine, Template()))
    ((_, reply),) = drive(engine, ledger, [("p", pipeline)])
    ledger.close()
    assert (reply.error, len(reply.keys)) == ("too long", 3)


@pytest.mark.parametrize("settings", [{"samples": 0}, {"sample": 3}, {"samples": 1.5}, {"temperature": "hot"}])
def test_settings_that_do_not_fit_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        next(find_policy("best-of")(Candidate(settings=settings), VALUE, Asking(ScriptedEngine([]), Template())))
