"""A solution as the steps that a reader judges one by one."""

from __future__ import annotations

import re

LONGEST_BLOCK = 60  # lines; a formula or fence that is not closed by then was never meant as one
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BEGIN = re.compile(r"\\begin\{(\w+\*?)\}")


def split_steps(text: str) -> list[str]:
    """The steps of a solution: its lines, each with the blank lines after it; joined, they are the text.

    A displayed formula, an environment or a code fence over several lines is one step; so is an empty text.
    """
    lines = _LINE.findall(text) or [""]
    starts: list[int] = []
    at = 0
    while at < len(lines):
        size = _block(lines, at)
        if lines[at].strip():
            starts.append(at)
        at += size
    starts = [0, *starts[1:]]  # blank lines before the first step belong to it
    return ["".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _block(lines: list[str], at: int) -> int:
    """How many lines, from this one on, are one step."""
    closer = _open_end(lines[at])
    if closer is None:
        return 1
    for size, line in enumerate(lines[at + 1 : at + LONGEST_BLOCK], start=2):
        if closer in line:
            return size
    return 1


def _open_end(line: str) -> str | None:
    """What closes a formula, environment or fence that the line opens and does not close."""
    for begun in _BEGIN.finditer(line):
        end = rf"\end{{{begun[1]}}}"
        if line.find(end, begun.end()) < 0:
            return end
    if re.search(r"(?<!\\)\\\[", line) and line.rfind(r"\]") < line.rfind(r"\["):
        return r"\]"
    return next((mark for mark in ("$$", "```") if line.count(mark) % 2), None)
