"""What is read from an optimizer's reply, and with what it was asked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.prompts.proposers.asking import ask, read_text, said, written
from reasoning_toolkit.prompts.proposers.proposer import Proposing, find_proposer
from reasoning_toolkit.prompts.render import Template

PROPOSING = Proposing(ScriptedEngine([]), Template(), 3, find_proposer("opro")[1])


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("<prompt>Count the words.</prompt>", "Count the words."),
        ("Sure!\n<prompt>\nCount the words.\n</prompt>\nHope it helps.", "Count the words."),
        ("<PROMPT>Count.</Prompt>", "Count."),
        ("<prompt>Old.</prompt> is weak. <prompt>New one.</prompt>", "New one."),
        ("<prompt>Left open", "Left open"),
        ("<prompt>Left open <prefix>So</prefix>", "Left open"),
        ("Begun by the template</prompt> and on", "Begun by the template"),
        ("<prompt><prompt>Twice opened</prompt>", "Twice opened"),
        ("<prompt>One line.\n\nAnother line.</prompt>", "One line.\n\nAnother line."),
        ("Count the words.", "Count the words."),
        ('"Count the words."', "Count the words."),
        ("**Count the words.**", "Count the words."),
        ("Instruction: Count the words.", "Count the words."),
        ("**New Prompt:** Count the words.", "Count the words."),
        ("Here is a better instruction:\n\nCount the words.\n\nIt says more.", "Count the words."),
        ("Here it is:\n```text\nCount the words.\n```\n", "Count the words.\n".strip()),
        ("1. Count the words.", "Count the words."),
        ('Say "a" and "b"', 'Say "a" and "b"'),
        ('"a" or "b"', '"a" or "b"'),
        ("<instruction>Count.</instruction>", ""),
        ("", ""),
    ],
)
def test_the_text_is_found_in_what_models_write(reply: str, text: str) -> None:
    assert read_text(reply) == text


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("<prompt>Whole.</prompt> and then it goes", "Whole."),
        ("<prompt>Half of", ""),
        ("Half of a sentence", ""),
        ("<prompt>Whole.</prompt> or <prompt>Ha", "Whole."),
    ],
)
def test_half_a_prompt_is_never_taken_for_a_whole_one(reply: str, text: str) -> None:
    assert read_text(reply, cut_off=True) == text


@given(st.text(st.sampled_from("<>/prompt \n`\"'*:1.a"), max_size=200), st.booleans())
def test_any_text_can_be_read(reply: str, cut_off: bool) -> None:
    assert isinstance(read_text(reply, cut_off=cut_off), str)


@pytest.mark.parametrize("part", ["<prompt>", "</prompt>", "```\n", "\n\n", "# * _ ", '"', "1. ", "<", "a: \n"])
def test_reading_takes_linear_time(part: str) -> None:
    started = time.process_time()
    read_text(part * (60_000 // len(part)))
    assert time.process_time() - started < 1


@given(st.text(st.characters(blacklist_characters="<>`"), min_size=1, max_size=80).filter(str.strip))
def test_tags_keep_what_is_between_them(text: str) -> None:
    assert read_text(f"Well: <prompt>x {text} x</prompt>") == f"x {text} x"


def reply_of(text: str, reason: str = "stop") -> Completion:
    return Completion((), text, reason)


def test_thinking_is_left_out() -> None:
    (request,) = ask(PROPOSING, ["?"])
    text = "<think>maybe <prompt>Wrong.</prompt></think><prompt>Right.</prompt>"
    assert written(PROPOSING, request, reply_of(text)) == "Right."
    assert said(PROPOSING, request, reply_of("<think>not yet done", "length")) == ""
    assert said(PROPOSING, request, reply_of("plain")) == "plain"
    assert said(PROPOSING, request, reply_of("half", "error")) == ""


def test_every_question_is_drawn_with_a_seed_of_its_own() -> None:
    first = ask(PROPOSING, ["a", "a", "b"])
    assert len({request.seed for request in first}) == 3
    assert [r.key("m") for r in first] == [r.key("m") for r in ask(PROPOSING, ["a", "a", "b"])]
    later = Proposing(PROPOSING.engine, PROPOSING.template, PROPOSING.seed, PROPOSING.settings, 1)
    assert first[0].key("m") != ask(later, ["a"])[0].key("m")
    assert (first[0].sampling.temperature, first[0].sampling.max_tokens) == (1.0, 1024)
