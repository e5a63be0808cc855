"""The leak guard: what a text quotes of another is left out.

A backward map that finds its task quoted in the reply copies it, and the cycle is consistent whatever the reply is worth.
"""

from __future__ import annotations

import re

RUN = 20  # characters: a shorter run is common words
LEFT_OUT = "[...]"


def without_quotes(text: str, source: str, run: int = RUN) -> str:
    """The text with every run of at least so many characters that also stands in the source left out.

    Args:
        text: what may quote.
        source: what may be quoted.
        run: more than the characters of `LEFT_OUT`.
    """
    runs = {source[i : i + run] for i in range(len(source) - run + 1)}
    while (shorter := _once(text, runs, run)) != text:  # what is put in may complete another run; each round is shorter
        text = shorter
    return text


def _once(text: str, runs: set[str], run: int) -> str:
    quoted = bytearray(len(text))
    for i in range(len(text) - run + 1):
        if text[i : i + run] in runs:
            quoted[i : i + run] = b"\1" * run
    pieces, end = [], 0
    for span in re.finditer(rb"\x01+", quoted):
        pieces += [text[end : span.start()], LEFT_OUT]
        end = span.end()
    return "".join([*pieces, text[end:]])
