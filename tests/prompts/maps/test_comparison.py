"""Reading the discriminator: two fields in many spellings, and what is not a verdict."""

from __future__ import annotations

import pytest

from reasoning_toolkit.prompts.maps.comparison import FORM, read_comparison


@pytest.mark.parametrize(
    ("text", "same", "hint"),
    [
        ("verdict: same\nhint: none", True, ""),
        ("verdict: different\nhint: The list may be empty.", False, "The list may be empty."),
        ("**Verdict:** Different\n**Hint:** Sort\n it first.", False, "Sort it first."),
        ("- verdict: DIFFERENT.\n- hint: `x`", False, "`x`"),
        ("I compare them.\nverdict: same", True, ""),
        ("verdict: same\nOn second thoughts:\nverdict: different\nhint: count zeros", False, "count zeros"),
        ("<think>verdict: same</think>verdict: different\nhint: N/A", False, ""),
        ("verdict - different\nhint: none.", False, ""),
    ],
)
def test_what_is_read(text: str, same: bool, hint: str) -> None:
    assert read_comparison(text) == (same, hint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "same",
        "They are the same.",
        "verdict: same or different",
        "verdict: same, or different\nhint: where they differ",
        "verdict: same/different",
        "verdict: similar",
        "The verdict: same",
        "<think>verdict: same\nhint: none",
        "hint: verdict same",
        FORM,
    ],
)
def test_what_is_no_verdict(text: str) -> None:
    assert read_comparison(text) == (None, "")
