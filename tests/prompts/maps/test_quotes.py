"""The leak guard on words: no run of twenty characters survives, whatever the texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.prompts.maps.quotes import LEFT_OUT, RUN, without_quotes

PIECES = st.lists(st.sampled_from(["ab", "ba", "[...]", "[.", "..]", "a" * 7, "b" * 19, " "]), max_size=30).map("".join)


def shared(a: str, b: str) -> set[str]:
    return {a[i : i + RUN] for i in range(len(a) - RUN + 1)} & {b[i : i + RUN] for i in range(len(b) - RUN + 1)}


@given(PIECES, PIECES)
def test_no_run_is_left_even_one_that_the_marks_complete(text: str, source: str) -> None:
    assert not shared(without_quotes(text, source), source)


@settings(max_examples=30)
@given(st.text(max_size=20), st.text(max_size=60), st.text(max_size=20))
def test_a_whole_quote_goes(before: str, source: str, after: str) -> None:
    assert not shared(without_quotes(before + source + after, source), source)


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_what_is_not_quoted_stays(text: str) -> None:
    assert without_quotes(text, text[: RUN - 1]) == text


def test_by_hand() -> None:
    source = "A train leaves at nine and arrives at ten."
    assert (
        without_quotes("We know: A train leaves at nine and arrives, so 1 hour.", source)
        == f"We know: {LEFT_OUT}, so 1 hour."
    )
    assert without_quotes(f"{source}{source}", source) == LEFT_OUT
    assert without_quotes("x" * 10 + source[:30] + "y" * 10, source) == "x" * 10 + LEFT_OUT + "y" * 10


def test_a_run_that_a_mark_completes() -> None:
    source = "abcdefgh[...]ijklmnop and nothing more of the sort"
    text = "abcdefgh" + "nothing more of the sort" + "ijklmnop"
    assert without_quotes(text, source) == LEFT_OUT
