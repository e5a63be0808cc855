r"""Statements about numbers, in words, that a calculation refutes.

- "the sides 6, 8, and 10 are in the ratio 3:4:6": the numbers of the list before, in any order, are in another ratio.
- "the probability is 3!/4": no probability is above 1 or below 0.
"""

from __future__ import annotations

import re
from fractions import Fraction

from reasoning_toolkit.audit.detectors.chains import MAX_SOLUTION, side
from reasoning_toolkit.audit.detectors.equations import is_supposed
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding, found_at
from reasoning_toolkit.grading.limits import Undecidable
from reasoning_toolkit.grading.rational import Irrational, rational_value

_DECIMAL = r"\d{1,12}(?:\.\d{1,12})?"
_AND = r"(?:, (?:and )?| and )"
_RATIO = re.compile(rf"\bin (?:the|a) ratio (?:of )?[^\w\s]{{0,3}}({_DECIMAL}(?: ?: ?{_DECIMAL}){{1,9}})(?![\d:^*/\\])")
_LIST = re.compile(rf"(?<![\d:.,^*/+=-]){_DECIMAL}(?:{_AND}{_DECIMAL}){{1,9}}(?![\d:^*/+=]|\.\d)")
_LIST_BEFORE = 150
_PROBABILITY = re.compile(
    r"(?i)(?<!of the )(?<!for the )\bprobability\b(?:(?!numerator|denominator|sum\b|answer|number)[^.$\n\\]){0,80}?"
    r" (?:is|equals) (?:then |therefore |thus |approximately )?"
    r"(?:\$([^$\n]{1,200})\$|\\\(((?:(?!\\\)).){1,200})\\\)|([\d(][-\d+*/^!(). ]{0,100}[\d!)])(?=[.,;]?(?:\s|\Z)))"
    r"(?! (?:in|out|to|times)\b)"
)


def wrong_statement(problem: str, solution: str, context: Context) -> Finding:
    """The first ratio that numbers do not have, else the first probability that is none."""
    solution = solution[:MAX_SOLUTION]
    for match in _RATIO.finditer(solution):
        if is_wrong_ratio(solution[max(0, match.start() - _LIST_BEFORE) : match.start()], match[1]):
            return found_at(
                solution, match.start(), match.end(), f"the numbers before it are not in the ratio {match[1]}"
            )
    for match in _PROBABILITY.finditer(solution):
        stated = match[1] or match[2] or match[3]
        if not is_probability(stated.rpartition("=")[2]) and not is_supposed(solution, match.start(), match.end()):
            return found_at(solution, match.start(), match.end(), f"{stated} is no probability")
    return SOUND


def is_wrong_ratio(before: str, ratio: str) -> bool:
    """Whether the last list of numbers has as many as the ratio, and they are in another one."""
    lists = _LIST.findall(before)
    numbers, terms = (sorted(map(Fraction, re.findall(_DECIMAL, text))) for text in (lists[-1] if lists else "", ratio))
    if len(numbers) != len(terms) or not all(terms):
        return False
    return any(number * terms[0] != term * numbers[0] for number, term in zip(numbers, terms, strict=True))


def is_probability(text: str) -> bool:
    """Whether what is stated is from 0 to 1, or no number that can be evaluated."""
    node = side(text)
    try:
        return node is None or 0 <= rational_value(node, {}) <= 1
    except (Irrational, Undecidable):
        return True
