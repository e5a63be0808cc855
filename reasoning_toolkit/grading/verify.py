"""Are two answers the same? Cheap tiers first; each settles what it can and passes the rest on.

    limits   empty, too long, nested too deeply, code                  never equal
    text     equal keys (`canonical.answer_key`), choice letters, words
    number   two exact numbers                                         rationals, never floating point
    tree     syntax trees compared by kind (`compare.py`)              exact values, else 120 digits at fixed points
    sympy    sums, integrals and limits that the tree tier cannot evaluate, in a process that can be killed

Nothing is ever evaluated from text. What no tier settles is not equal, with a reason that starts with "undecided".
No tier before the last uses signals, processes or shared state that a caller could meet, so every function may be called
from any thread, coroutine or forked child.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from reasoning_toolkit.grading.canonical import canonical_form, single_spaced
from reasoning_toolkit.grading.choices import choices_of, choices_of_gold
from reasoning_toolkit.grading.compare import contradicts_itself, same_answer
from reasoning_toolkit.grading.limits import MAX_CHARACTERS, MAX_NESTING, MAX_PRINTED, Undecidable, Unreadable
from reasoning_toolkit.grading.normal_forms import value_of
from reasoning_toolkit.grading.statements import parse
from reasoning_toolkit.grading.sympy_tier import equal_by_sympy, needs_sympy
from reasoning_toolkit.grading.tree import Node

_CODE = re.compile(r"__[a-z]+__|(?<![\\\w])(?:(?:open|eval|exec|compile|getattr|print|system)\(|import\s|lambda[\s:])")
_BRACKET = re.compile(r"\\[{}\\]|[()\[\]{}]")
_TEXT = re.compile(r"(?=.*(?:[A-Za-z]{3}|[AaPp]\.?[Mm]))[A-Za-z0-9\s:,.'-]+")
_DECIMAL = re.compile(r"\.\d")
_ABBREVIATION = re.compile(r"(?<=[A-Za-z])\.")
_AMBIGUOUS_COMMA = re.compile(r"(?<=\d),(?=[1-9]\d{2}(?!\d))")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether two answers are the same, and why.

    Attributes:
        tier: the tier that settled it.
        reason: in words; it starts with "undecided" where no tier settled it.
        gold_form, prediction_form: what was compared, cut to a length that is safe to print.
    """

    equal: bool
    tier: str
    reason: str
    gold_form: str = ""
    prediction_form: str = ""


def verify(gold: str, prediction: str | None) -> bool:
    """Whether the prediction is the gold answer; None, empty and undecided are not."""
    return prediction is not None and decide(gold, prediction).equal


def decide(gold: str, prediction: str, *, symmetric: bool = False) -> Decision:
    """The verdict with its tier and reason. Never raises.

    Args:
        symmetric: equal only if either answer as gold accepts the other, as voting needs it.
    """
    decision = _decide(gold, prediction)
    return _decide(prediction, gold) if symmetric and decision.equal else decision


def _decide(gold: str, prediction: str) -> Decision:
    if len(gold) + len(prediction) > MAX_CHARACTERS:
        gold, prediction = single_spaced(gold), single_spaced(prediction)
    gold_text, gold_key, gold_value = canonical_form(gold)
    text, key, value = canonical_form(prediction)

    def settled(equal: bool, tier: str, reason: str) -> Decision:
        return Decision(equal, tier, reason, gold_key[:MAX_PRINTED], key[:MAX_PRINTED])

    if not key or not gold_key:
        return settled(False, "limits", "empty answer")
    if key == gold_key:
        return settled(True, "text", "equal text") if value is None else settled(True, "number", "equal number")
    if value is not None and gold_value is not None and not _may_be_rounded(gold, gold_value, prediction, value):
        return settled(False, "number", "different numbers")
    if refusal := _refusal(prediction) or _refusal(gold):
        return settled(False, "limits", f"refused: {refusal}")
    if (letters := choices_of_gold(gold_text)) and (chosen := choices_of(text)):
        return settled(letters == chosen, "text", "choice")
    if _same_words(gold_key, key):
        return settled(True, "text", "equal words")
    equal, reason = _compare_trees(gold_text, text)
    return settled(equal, "sympy" if reason.startswith("sympy") else "tree", reason)


def _may_be_rounded(gold: str, gold_value: Fraction, prediction: str, value: Fraction) -> bool:
    """Whether one of two different numbers may be the other's decimal expansion, cut off."""
    one_decimal = (_DECIMAL.search(gold) is None) != (_DECIMAL.search(prediction) is None)
    return one_decimal and abs(gold_value - value) <= max(abs(gold_value), abs(value)) / 100


def _same_words(gold_key: str, key: str) -> bool:
    """Whether two texts differ in case and in the periods of abbreviations only."""
    return _TEXT.fullmatch(gold_key) is not None and _folded(gold_key) == _folded(key)


def _folded(key: str) -> str:
    return _ABBREVIATION.sub("", key).casefold()


def _refusal(answer: str) -> str | None:
    """Why this answer shall not be parsed."""
    if len(answer) > MAX_CHARACTERS:
        return f"{len(answer):,} characters"
    if _CODE.search(answer):
        return "looks like code"
    nesting, deepest, braces = 0, 0, 0
    for match in _BRACKET.finditer(answer):
        bracket = match[0]
        if len(bracket) > 1:
            continue
        nesting += 1 if bracket in "([{" else -1
        braces += (bracket == "{") - (bracket == "}")
        deepest = max(deepest, nesting)
        if braces < 0:
            break
    if deepest > MAX_NESTING:
        return f"brackets {deepest:,} deep"
    return "braces do not balance" if braces else None


def _compare_trees(gold: str, prediction: str) -> tuple[bool, str]:
    """The verdict and its reason; a comma before three digits may group thousands or separate items."""
    equal, reason = _compare_readings(gold, prediction, _by_tree_or_sympy)
    if not equal and (_AMBIGUOUS_COMMA.search(gold) or _AMBIGUOUS_COMMA.search(prediction)):
        lists = _AMBIGUOUS_COMMA.sub(", ", gold), _AMBIGUOUS_COMMA.sub(", ", prediction)
        as_lists = _compare_readings(*lists, _by_tree)  # sympy compares no lists, and its time is spent once
        return as_lists if as_lists[0] else (equal, reason)
    return equal, reason


def _compare_readings(
    gold: str, prediction: str, compare: Callable[[Node, Node], tuple[bool, str]]
) -> tuple[bool, str]:
    try:
        expected, found = parse(gold), parse(prediction)
        if contradicts_itself(found) or contradicts_itself(expected):
            return False, "contradicts itself"
        return compare(expected, found)
    except (Unreadable, Undecidable) as error:
        return False, f"undecided: {error}"
    except RecursionError:
        return False, "undecided: nested too deeply for the caller's stack"


def _by_tree(gold: Node, prediction: Node) -> tuple[bool, str]:
    return (True, "equal values") if same_answer(gold, prediction) else (False, "different values")


def _by_tree_or_sympy(gold: Node, prediction: Node) -> tuple[bool, str]:
    try:
        return _by_tree(gold, prediction)
    except Undecidable:
        if not (needs_sympy(gold) or needs_sympy(prediction)):
            raise
    return (
        (True, "sympy: equal") if equal_by_sympy(value_of(gold), value_of(prediction)) else (False, "sympy: different")
    )
