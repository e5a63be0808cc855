"""Reading replies: the line that answers, the choice that is named, and what is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.prompts.spoken import listed, named, says, spoken, words


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("cold", "cold"),
        ("Answer: cold", "cold"),
        ("\n\nOutput:\n  cold\nInput: up", "cold"),
        ("The opposite of hot is **cold**.\nIs there more?", "The opposite of hot is cold."),
        ("Let me think.\nIce is far from hot.\nSo the answer is: cold", "cold"),
        ("<think>hot?</think>cold", "cold"),
        ("<think>still thinking", ""),
        (" \n ", ""),
        ("Einwohner*innen", "Einwohner*innen"),
    ],
)
def test_the_line_that_answers(reply: str, line: str) -> None:
    assert spoken(reply) == line


@pytest.mark.parametrize(
    ("line", "choices", "number"),
    [
        ("implausible", ("plausible", "implausible"), 1),
        ("The statement is implausible.", ("plausible", "implausible"), 1),
        ("not plausible", ("plausible", "implausible"), None),
        ("That isn't valid", ("Valid", "Invalid"), None),
        ("a clear non-entailment", ("entailment", "non-entailment"), 1),
        ("The relation is non entailment", ("entailment", "non-entailment"), 1),
        ("Yes, there is no doubt", ("Yes", "No"), 0),
        ("yes or no", ("Yes", "No"), None),
        ("It depends", ("Yes", "No"), None),
        ("(b)", ("(a)", "(b)"), 1),
        ("b", ("(a)", "(b)"), 1),
        ("A sarcastic statement is (b)", ("(a)", "(b)"), 1),
        ("both (a) and (b)", ("(a)", "(b)"), None),
        ("An alligator is larger than a carp", ("carp", "alligator"), 1),
        ("", ("carp", "alligator"), None),
    ],
)
def test_one_choice_is_named_or_none(line: str, choices: tuple[str, ...], number: int | None) -> None:
    assert named(line, [[choice] for choice in choices]) == number


def test_a_list_is_its_bullets_or_what_stands_behind_a_colon() -> None:
    assert listed("Sure, here they are:\n- bear\n2. polar fox\nDone.") == "bear, polar fox"
    assert listed("Animals: bear, cat") == " bear, cat"


def test_words_keep_decimals_whole_and_drop_signs() -> None:
    assert words("Don't pay 3.50 — ninety-four!") == ["dont", "pay", "3.50", "ninety", "four"]
    assert says(["a", "big", "cat"], ["big", "cat"]) and not says(["big", "a", "cat"], ["big", "cat"])
    assert not says(["cat"], [])


@given(st.text(), st.lists(st.text(), max_size=4))
def test_no_text_breaks_the_reading(reply: str, choices: list[str]) -> None:
    number = named(spoken(reply), [[choice] for choice in choices])
    assert number is None or 0 <= number < len(choices)
    assert "\n" not in spoken(reply)


@given(
    st.lists(
        st.text("abcdef ", min_size=1).filter(str.strip), min_size=2, max_size=4, unique_by=lambda t: tuple(words(t))
    )
)
def test_a_choice_alone_is_always_found(choices: list[str]) -> None:
    for number, choice in enumerate(choices):
        assert named(choice, [[text] for text in choices]) == number
