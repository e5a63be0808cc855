r"""Sums and products over a range of integers, written out: ``\sum_{k=1}^{3} k^2`` is ``((1)^2)+((2)^2)+((3)^2)``.

The body is all that stands behind the sign. Where a sum or difference stands there, it is not clear what belongs to the body, and the
sign is left as it is: unreadable.
"""

from __future__ import annotations

import re

MAX_TERMS = 20
MAX_WRITTEN = 800  # characters of all terms

_SIGN = re.compile(
    r"\\(sum|prod)(?:\\limits)?\s*_\s*\{\s*([a-zA-Z])\s*=\s*(-?\d{1,6})\s*\}\s*\^\s*(?:\{\s*(-?\d{1,6})\s*\}|(\d))(.*)\Z",
    re.DOTALL,
)


def written_out(text: str) -> str:
    """The side of a relation with its last sum or product as one of terms; the text itself where that cannot be told."""
    match = _SIGN.search(text)
    if match is None:
        return text
    kind, index, low, high, body = match[1], match[2], int(match[3]), int(match[4] or match[5]), match[6]
    if not 0 <= high - low < MAX_TERMS or "\\sum" in body or "\\prod" in body or not _is_one_term(body):
        return text
    if (high - low + 1) * len(body) > MAX_WRITTEN:
        return text
    name = re.compile(rf"(?<![A-Za-z\\]){index}(?![A-Za-z])|(?<=\d){index}(?![A-Za-z])")
    terms = [f"({name.sub(f'({value})', body)})" for value in range(low, high + 1)]
    return f"{text[: match.start()]}({('+' if kind == 'sum' else '').join(terms)})"


def _is_one_term(body: str) -> bool:
    """Whether no plus or minus stands outside of brackets, but for a leading sign."""
    depth = 0
    for place, character in enumerate(body.strip()):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in "+-" and place:
            return False
    return bool(body.strip()) and depth == 0
