"""What a reply says: the part of it that holds the answer, its words, the choice it names.

Replies of chat models are sentences, so a plain answer is looked for behind an announcement ("the answer is"), else in the first line
that says anything. What is read this way serves the short tasks of `metrics.py`; mathematics and code have graders of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from reasoning_toolkit.grading.markers import marker_ends
from reasoning_toolkit.grading.thinking import after_thinking

_LABEL = re.compile(r"^(?:answer|output|response|result|translation|a)\s*[:：]\s*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_DECORATION = re.compile(r"\*\*|`")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")
_NEGATION = re.compile(r"(?:\bnot|n't|\bneither|\bnever|\bisnt|\barent)(?: an?| the)?$")
_ARTICLES = ("a", "an", "the")


def spoken(reply: str) -> str:
    """The line that holds the answer; empty where there is none."""
    text = _DECORATION.sub("", unicodedata.normalize("NFKC", after_thinking(reply) or ""))
    behind = next((text[end:] for end in marker_ends(text) if text[end:].strip()), text)
    lines = (_LABEL.sub("", line.strip()).strip() for line in behind.splitlines())
    return next(filter(None, lines), "")


def listed(reply: str) -> str:
    """What a reply lists: its bulleted lines where it has some, else its line without what stands before a colon."""
    text = unicodedata.normalize("NFKC", after_thinking(reply) or "")
    bulleted = [_BULLET.sub("", line) for line in text.splitlines() if _BULLET.match(line)]
    return ", ".join(bulleted) if bulleted else spoken(reply).rpartition(":")[2]


def words(text: str) -> list[str]:
    """Words and numbers in lower case, in order; apostrophes are dropped, all other signs part words."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return _WORD.findall(folded)


def says(line: Sequence[str], sought: Sequence[str]) -> bool:
    """Whether words hold other words in a row."""
    size = len(sought)
    return size > 0 and any(list(line[i : i + size]) == list(sought) for i in range(len(line) - size + 1))


def named(line: str, choices: Sequence[Sequence[str]]) -> int | None:
    """The number of the one choice that a line names; None where it names none, or several.

    A line that is a choice, or begins with one, names it. Else each must stand whole and not negated: of "not plausible" nothing is
    taken, and within "non-entailment" there is no "entailment".

    Args:
        choices: of each the texts that name it.
    """
    flat = sorted(((text, i) for i, texts in enumerate(choices) for text in texts), key=lambda pair: -len(pair[0]))
    said = words(line)
    for text, i in flat:
        sought = words(text)
        if said == sought or (
            len("".join(sought)) > 1 and _begins(said, sought)
        ):  # "A ..." does not begin with choice (a)
            return i
    rest, found = _plain(line), set()
    for text, i in flat:
        pattern = rf"(?<!\w){re.escape(_plain(text))}(?!\w)" if _plain(text) else r"(?!)"
        if any(not _NEGATION.search(rest[: match.start()].rstrip()) for match in re.finditer(pattern, rest)):
            found.add(i)
        rest = re.sub(pattern, "\0", rest)  # what a longer choice has taken is not there for a shorter one
    return found.pop() if len(found) == 1 else None


def _begins(said: Sequence[str], sought: Sequence[str]) -> bool:
    """Whether the words begin with these, articles apart, and offer no alternative behind them."""
    start = int(bool(said) and said[0] in _ARTICLES and len(said) > 1 and sought[0] not in _ARTICLES)
    end = start + len(sought)
    return list(said[start:end]) == list(sought) and list(said[end : end + 1]) not in (["or"], ["and"], ["nor"])


def _plain(text: str) -> str:
    return re.sub(r"[\s\-‐–]+", " ", text.casefold()).strip().rstrip(".")
