"""The detectors by name, and the judges, which ask a language model. A row is lazy.

A detector is a function `(problem, solution, context) -> Finding` that raises on no text. A judge is a generator
`(problem, solution, engine) -> Judgement` of requests; `judge.judge` runs it over an engine and a ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from reasoning_toolkit.audit.detectors.finding import Context, Finding
from reasoning_toolkit.errors import unknown
from reasoning_toolkit.lazy import load_row

if TYPE_CHECKING:
    from reasoning_toolkit.audit.detectors.judgement import Ask

Detector = Callable[[str, str, Context], Finding]
_ROOM = "reasoning_toolkit.audit.detectors"


class DetectorRow(NamedTuple):
    """What a detector looks for, and where it is."""

    note: str
    function: str


DETECTORS = {
    "E": DetectorRow("an equation, inequality or statement about numbers is false", f"{_ROOM}.falsehoods:falsehood"),
    "A": DetectorRow("the boxed answer is derived nowhere before the box", f"{_ROOM}.answer:answer_not_derived"),
    "M": DetectorRow("a stated congruence is false", f"{_ROOM}.equations:wrong_congruence"),
    "S": DetectorRow("a rewriting changes the value (a hint)", f"{_ROOM}.equations:wrong_identity"),
    "Q": DetectorRow("a claimed value or property does not hold", f"{_ROOM}.claims:claim_refuted"),
    "C": DetectorRow("the problem is rarely solved", f"{_ROOM}.consistency:rarely_accepted"),
    "X": DetectorRow("probability from features of the text", f"{_ROOM}.features:flawed_probability"),
    "ensemble": DetectorRow("E, M, Q, A or X", f"{_ROOM}.ensemble:ensemble"),
}

JUDGES = {
    "single": DetectorRow("one greedy verdict of a model", f"{_ROOM}.judge:single"),
    "voting": DetectorRow("the majority of 8 sampled verdicts", f"{_ROOM}.judge:voting"),
    "steps": DetectorRow("the step that most of 8 samples name first", f"{_ROOM}.judge:first_bad_step"),
    "critic": DetectorRow("a flaw that a second call cannot defend", f"{_ROOM}.judge:critic_pair"),
    "masked-answer": DetectorRow(
        "the reasoning without its end leads to another answer", f"{_ROOM}.masked:masked_answer"
    ),
    "masked-number": DetectorRow(
        "a number of the problem cannot be found from its answer", f"{_ROOM}.masked:masked_number"
    ),
    "perturbed": DetectorRow("the method fails on other numbers", f"{_ROOM}.perturbed:perturbed_numbers"),
}


def detector(name: str) -> Detector:
    """The detector of that name.

    Raises:
        UsageError: there is none.
    """
    function: Detector = _load("detector", name, DETECTORS)
    return function


def asker(name: str) -> Ask:
    """The generator of the judge of that name.

    Raises:
        UsageError: there is none.
    """
    ask: Ask = _load("judge", name, JUDGES)
    return ask


def _load(kind: str, name: str, table: Mapping[str, DetectorRow]) -> Any:
    if name not in table:
        raise unknown(kind, name, table)
    return load_row(table[name].function)
