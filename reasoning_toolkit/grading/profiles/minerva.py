"""The grader of Minerva: Lewkowycz et al. 2022 (arXiv:2206.14858), appendix D, as in lm-evaluation-harness.

    answer   between "Final Answer: The final answer is" and "I hope it is correct.", the first time, within one line
    equal    the same value, of what sympy's LaTeX reader takes of the texts after the repairs of appendix D

Deviations from lm-evaluation-harness:

1. It asks sympy whether the difference of two parsed formulas simplifies to 0, within 5 seconds; here the toolkit's own
   comparison decides.
2. Sympy's reader is not run. What it is known to do is imitated: it stops at a comma, a semicolon or a subscript, so
   ``-8, 9`` is ``-8``; it reads ``2\frac{1}{2}`` as a product and ``:`` as a quotient; it fails on tuples, intervals,
   inequalities, matrices, percent signs and decimals that start or end with the point, which then equal nothing, themselves included.
"""

from __future__ import annotations

import functools
import re

from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS, Ruling, by_scalar

_START, _ENDING = "Final Answer: The final answer is", "I hope it is correct."
_END = re.compile(r". I hope it is correct.")
_SUBSTITUTIONS = (
    ("an ", ""),
    ("a ", ""),
    (".$", "$"),
    (r"\$", ""),
    (r"\ ", ""),
    (" ", ""),
    ("mbox", "text"),
    (r",\text{and}", ","),
    (r"\text{and}", ","),
    (r"\text{m}", r"\text{}"),
)
_WORDS = (
    "square|ways|integers|dollars|mph|inches|ft|hours|km|units|\\ldots|sue|points|feet|minutes|digits|cents|degrees|cm|gm|"
    "pounds|meters|meals|edges|students|childrentickets|multiples"
)
_DROPPED = (
    *_WORDS.split("|"),
    *(r"\text{s}", r"\text{.}", "\\text{\ns}", r"\text{}^2", r"\text{}^3", "\\text{\n}", r"\text{}", r"\mathrm{th}"),
    *(r"^\circ", r"^{\circ}", r"\;", r",\!", "{,}", '"', r"\dots"),
)
_UNWRAPPED = tuple(re.compile(rf"\\{name}\{{([^}}\n]*)\}}") for name in ("text", "textbf", "overline"))
_BOX = re.compile(r"\\boxed\{(.*)\}")
_SPACING = re.compile(r"\\[,;!: ]|\s")
_STOP = re.compile(r"[,;_]|\\ldots")
_UNREAD = re.compile(r"\\begin|[%<>]|(?<!\d)\.|\.(?!\d)|(?<![\d.])0\d")
_MIXED = re.compile(r"(?<=\d)(?=\\frac)")
_SHORT_FRACTION = re.compile(r"(frac)([^{])(.)")
_SHORT_ROOT = re.compile(r"(sqrt)([^{])")


def extract(text: str) -> tuple[str | None, str]:
    """The answer in the prescribed sentence; an ending that is missing is supplied, as published."""
    for line in (text + _ENDING).split("\n"):
        _, start, rest = line.partition(_START)
        end = _END.search(rest) if start else None
        if end:
            return rest[: end.start()].strip(), "final answer"
    return None, "none"


def equal(gold: str, answer: str) -> Ruling:
    """Whether both have the same value after the repairs."""
    gold_form, answer_form = _as_sympy_reads(normalise(gold)), _as_sympy_reads(normalise(answer))
    if gold_form is None or answer_form is None:
        return Ruling(False, "text", "sympy reads no formula")
    if gold_form == answer_form:
        return Ruling(True, "text", "equal text")
    return by_scalar(gold_form, answer_form)


def _as_sympy_reads(text: str) -> str | None:
    """The part of a formula that sympy's LaTeX reader takes; None where it fails."""
    head = _STOP.split(_SPACING.sub("", text), maxsplit=1)[0]
    if not head or _UNREAD.search(head) or any(head.count(a) != head.count(b) for a, b in ("()", "[]", "{}")):
        return None
    return _MIXED.sub(r"\\cdot ", head.replace(":", "/"))


@functools.lru_cache(maxsize=10_000)
def normalise(answer: str, kept: frozenset[str] = frozenset()) -> str:
    """The answer after the repairs of appendix D.

    Args:
        kept: words of the appendix that are not to be dropped.
    """
    if len(answer) > MAX_CHARACTERS:
        return answer
    text = answer.rpartition("=")[2]
    for before, after in _SUBSTITUTIONS:
        text = text.replace(before, after)
    for dropped in _DROPPED:
        text = text if dropped in kept else text.replace(dropped, "")
    text = "\n".join(map(_formula_of_line, text.split("\n")))
    for wrapper in (*_UNWRAPPED, _BOX):
        text = wrapper.sub(r"\1", text)
    text = _SHORT_ROOT.sub(r"\1{\2}", _SHORT_FRACTION.sub(r"\1{\2}{\3}", text)).replace("$", "")
    digits = text.replace(",", "")
    return digits if digits.isdigit() else text


def _formula_of_line(line: str) -> str:
    """The first formula of a line that has one, else the line."""
    pieces = line.split("$", 2)
    return f"${pieces[1]}$" if len(pieces) == 3 else line
