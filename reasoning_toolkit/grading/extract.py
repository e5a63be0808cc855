"""Find the final answer in a completion. The first rule that finds something wins, and says so.

    thinking      dropped; an unfinished block holds no answer (`thinking.py`)
    run-on        a new question after an answer ends the reply (`markers.py`)
    boxed         the last closed box, with the boxes it is listed with (`boxes.py`)
    tag           what the last ``<answer>`` tag holds
    hash          the first ``#### x`` that is no heading (GSM8K; Cobbe et al. 2021, arXiv:2110.14168)
    marker        what follows the last "answer is", "答案是", "Ответ:", ... (`markers.py`)
    letter        the whole reply is an option letter, or it says which option it chose
    bold          a short bold text in the last line
    formula       the last formula, with those it is listed with, if no number follows it
    last number   the last number, fraction or percentage

Every rule is one scan from left to right that never looks at a character often, so the time is linear in the text
whatever it holds.

Deviations from the common graders:

1. Thinking is dropped before any rule looks, so a guess inside a thinking block is never graded.
2. A long sentence after a marker is cut down to the formula, number or letter it is about, and a calculation to its result.
3. The first ``####`` counts, as in lm-evaluation-harness; with the run-on cut this is nearly always the last as well.
"""

from __future__ import annotations

import re

from reasoning_toolkit.grading.boxes import last_box
from reasoning_toolkit.grading.candidates import (
    FORMULA,
    LIST_LINK,
    NUMBER,
    answer_at,
    condensed,
    formula_content,
    is_bare_name,
    last_number,
    result_of_chain,
    without_markup,
)
from reasoning_toolkit.grading.markers import before_next_question, marker_ends
from reasoning_toolkit.grading.thinking import after_thinking

_HASH = re.compile(r"####(?<!\S####)[ \t]*+(?!\d+[.):][ \t]+\S)([-\u2212+(\[$€£]{0,4}[\d.\\][^\n]*)$", re.MULTILINE)
_BARE_LETTER = re.compile(r"[\s(*\"'\[]*([A-Ja-j])[\s).:*\"'\]]*")
_CHOSEN = re.compile(
    r"\b(?:option|choice|choose|chose|pick|select|go\s+with)\s+(?:is\s+|option\s+)?\(?([A-J])\b(?!['’])(?!\s(?:[a-z]+\s)?than)"
    r"|\b(?:option\s+|choice\s+)?\(?([A-J])\)?\s+is\s+(?:the\s+)?(?:correct|right|best)\b"
    r"|\b(?i:hence|thus|therefore|so),?\s+\(?([A-J])\)?(?=[\s.!*]*$)"
    r"|\b(?:it's|it\s+is|it\s+must\s+be|must\s+be|is)\s+\(?([A-J])\)?(?=[\s.!*]*$)",
    re.MULTILINE,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*")
_FORMULA_PERCENT = re.compile(r"\s{0,3}(?:\\?%|percent\b)")
_WORDS_IN_BOLD = 4


def extract_answer(text: str, *, unfinished: bool = False) -> str | None:
    """The final answer of a completion as it is written there, None if it gives none. Never raises.

    Args:
        unfinished: read an unfinished thinking block as well.
    """
    return extract_with_rule(text, unfinished=unfinished)[0]


def extract_with_rule(text: str, *, unfinished: bool = False) -> tuple[str | None, str]:
    """The final answer and the rule that found it.

    Returns:
        ``(answer, rule)``; the rule is a row of `RULES`, and with answer None ``unfinished thinking`` or ``none``.
    """
    reply = after_thinking(text, unfinished=unfinished)
    if reply is None:
        return None, "unfinished thinking"
    reply = before_next_question(reply)
    for rule, find in RULES.items():
        answer = find(reply)
        if answer:
            return answer, rule
    return None, "none"


def _hash(text: str) -> str:
    match = _HASH.search(text) if "####" in text else None
    return condensed(match[1]) if match else ""


def _marker(text: str) -> str:
    return next(filter(None, (answer_at(text, end) for end in marker_ends(text))), "")


def _tag(text: str) -> str:
    if "<answer>" not in text:
        return ""
    inside = text.rpartition("<answer>")[2].partition("</answer>")[0]
    return _marker(inside) or condensed(inside)


def _letter(text: str) -> str:
    if whole := _BARE_LETTER.fullmatch(text):
        return whole[1].upper()
    last = ""
    for match in _CHOSEN.finditer(text):
        last = match[match.lastindex or 0]
    return last


def _bold(text: str) -> str:
    line = text.rstrip().rpartition("\n")[2]
    for content in reversed(_BOLD.findall(line)):
        if not content.rstrip().endswith(":") and any(map(str.isdigit, content)):
            short = len(content.split()) <= _WORDS_IN_BOLD
            return condensed(content) if short else ""
    return ""


def _formula(text: str) -> str:
    listed: list[str] = []
    end = 0
    for match in FORMULA.finditer(text):
        content = formula_content(match)
        if content and not is_bare_name(content):
            if not LIST_LINK.fullmatch(text, end, match.start()):
                listed = []
            listed.append(result_of_chain(without_markup(content.rstrip(".,"))))
            end = match.end()
    if not listed or NUMBER.search(text, end):
        return ""
    return ", ".join(listed) + ("%" if _FORMULA_PERCENT.match(text, end) else "")


RULES = {
    "boxed": last_box,
    "tag": _tag,
    "hash": _hash,
    "marker": _marker,
    "letter": _letter,
    "bold": _bold,
    "formula": _formula,
    "last number": last_number,
}
