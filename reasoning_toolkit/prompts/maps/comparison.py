"""What the discriminator is asked to write, and what is read from it: two fields."""

from __future__ import annotations

import re
from typing import NamedTuple

from reasoning_toolkit.grading.thinking import after_thinking

FORM = (
    "Other words for the same thing are no difference.\n"
    "Reply in two lines:\n"
    "verdict: same, or different\n"
    "hint: where they differ, one sentence that tells whoever tries again what the first one asks for and the second one lost; else none"
)
_VERDICT = re.compile(r"^\W*verdict\W+(same|different)\b(?!\W*\b(?:or|same|different)\b)", re.IGNORECASE | re.MULTILINE)
_HINT = re.compile(r"^\W*hint\b[\s:*]*(.*)", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_NO_HINT = re.compile(r"\W*(?:none|no hint|n/a)?\W*", re.IGNORECASE)


class Comparison(NamedTuple):
    """What a discriminator said.

    Attributes:
        same: None where that could not be read.
        hint: empty where it gave none.
    """

    same: bool | None
    hint: str


def read_comparison(text: str) -> Comparison:
    """The last verdict of a reply, and the hint behind it. What is not in this form is no verdict, and never a consistent cycle."""
    verdicts = list(_VERDICT.finditer(after_thinking(text) or ""))
    if not verdicts:
        return Comparison(None, "")
    last = verdicts[-1]
    found = _HINT.search(last.string, last.end())
    hint = " ".join(found[1].split()) if found else ""
    return Comparison(last[1].lower() == "same", "" if _NO_HINT.fullmatch(hint) else hint)
