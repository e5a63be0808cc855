"""The last box of a text: ``\\boxed{...}`` or ``\\fbox{...}`` whose braces balance, in one pass from left to right.

Open braces wait on a stack, so the time is linear however many boxes are opened and never closed. Boxes that follow one
another with nothing between them but an "and", an "or" or a comma are one answer in several parts.

Deviations from the common graders:

1. A box without its closing brace is no box (Qwen2.5-Math reads on to the next ``$``).
2. Of boxes within boxes the innermost counts.
3. A box without braces (``\\boxed 7``) reaches to the end of its formula; outside of a formula it holds a number or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reasoning_toolkit.grading.candidates import NUMBER

_FIRST = re.compile(r"\\(?:boxed|fbox|framebox)")
_TOKEN = re.compile(r"(?<=\\)(?:boxed|fbox|framebox)(?:\s*+(\{)|(?![A-Za-z])\s*+)|\\[{}\\]|[{}]")
_END_OF_FORMULA = re.compile(r"\s*(?:\$|\\\)|\\\])|\n")
_LONGEST_WITHOUT_BRACES = 80
_LINK = re.compile(
    r"""(?:\s|[$&~]|\\[()\[\],;:!\s\\]|\\q?quad(?![A-Za-z])
        |(?:[A-Za-z]|\\[a-z]{2,6})(?:_\{?\w{1,3}\}?)?\s*=      # y_1 =
        |(?P<link>[,;]|\b(?:and|or)\b|\\(?:text|mbox|textrm)\s*\{\s*,?\s*(?:and|or)\s*\}))*+""",
    re.VERBOSE,
)
_LONGEST_LINK = 60


class Box(NamedTuple):
    """A box: where it stands in the text, from its name to behind its closing brace, and what it holds."""

    start: int
    end: int
    content: str


def last_box(text: str) -> str:
    """The content of the last box that is not blank, joined with the boxes it is listed with; "" if there is none."""
    boxes = _boxes(text)
    if not boxes:
        return ""
    parts = [boxes[-1].content]
    for left, right in zip(reversed(boxes[:-1]), reversed(boxes[1:]), strict=True):
        if not _linked(text[left.end : right.start]):
            break
        parts.append(left.content)
    return ", ".join(dict.fromkeys(reversed(parts)))


def _boxes(text: str) -> Sequence[Box]:
    """Every closed box that is not blank and holds no such box, from left to right."""
    first = _FIRST.search(text)
    if first is None:
        return ()
    boxes: list[Box] = []
    open_braces: list[int | None] = []  # a box: where its name starts; any other brace: None
    for token in _TOKEN.finditer(text, first.start()):
        if token[0].startswith("\\"):
            continue
        if token[1]:
            open_braces.append(token.start() - 1)
        elif token[0] == "{":
            open_braces.append(None)
        elif token[0] != "}":
            boxes.extend(_without_braces(text, token))
        elif open_braces and (start := open_braces.pop()) is not None:
            content = text[text.index("{", start) + 1 : token.start()].strip().rstrip("\\ ")
            if content and not (boxes and boxes[-1].start > start):
                boxes.append(Box(start, token.end(), content))
    return boxes


def _without_braces(text: str, name: re.Match[str]) -> list[Box]:
    start = name.end()
    end = _END_OF_FORMULA.search(text, start, start + _LONGEST_WITHOUT_BRACES + 2)
    content = text[start : end.start()].strip() if end and end[0] != "\n" else ""
    if not content and (number := NUMBER.match(text, start)):
        content = number[0].strip()
    return [Box(name.start() - 1, start + len(content), content)] if content and "{" not in content[:1] else []


def _linked(gap: str) -> bool:
    if len(gap) > _LONGEST_LINK:
        return False
    match = _LINK.fullmatch(gap)
    return match is not None and match["link"] is not None
