r"""Multiple choice: a gold answer of option letters, met by the same letters however they are dressed.

B    (B)    B.    \textbf{(B)}    b)    B: the text of the option    (B) 12 cm    BD    B, D    B and D
"""

from __future__ import annotations

import re

_MACRO = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mbox|boxed|left|right)(?![A-Za-z])")
_SPACING = re.compile(r"(?:\\?[\s~]|\\[,;:!]|[{}$*])+")
_GOLD = re.compile(r"([A-Ja-df-hj])[.:)]?|\(([A-Ja-j])\)")  # a bare e or i is a number
_SEVERAL = re.compile(r"\(?[A-J]\)?(?:(?:,|;|&|,?and)?\(?[A-J]\)?)+")
_LETTER = re.compile(r"[A-J]")
_ANOTHER = re.compile(r"(?:and|or|[,&/])\(?[A-J](?:[).:]|$)")
_DRESSED = re.compile(r"(?:\( ?)?([A-Ja-j]) ?(?:\)|[.:](?!\d)|$)")


def choices_of_gold(gold: str) -> frozenset[str]:
    """The letters of a gold answer that is a choice, in upper case; empty if it is none."""
    text = _bare(gold)
    match = _GOLD.fullmatch(text)
    return frozenset((match[1] or match[2]).upper()) if match else _several(text)


def choices_of(prediction: str) -> frozenset[str]:
    """The letters that a prediction chooses; text behind one letter must be set off by ``)``, ``.`` or ``:``."""
    text = _bare(prediction)
    match = _DRESSED.match(_SPACING.sub(" ", _MACRO.sub("", prediction)).strip())
    if match and not _ANOTHER.search(text, 1):
        return frozenset(match[1].upper())
    return _several(text)


def _bare(text: str) -> str:
    return _SPACING.sub("", _MACRO.sub("", text))


def _several(text: str) -> frozenset[str]:
    return frozenset(_LETTER.findall(text)) if _SEVERAL.fullmatch(text) else frozenset()
