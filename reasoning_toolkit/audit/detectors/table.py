"""The detectors by name. A row is lazy; a detector is a function `(problem, solution, context) -> Finding` that raises on no text."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reasoning_toolkit.audit.detectors.finding import Context, Finding
from reasoning_toolkit.errors import unknown
from reasoning_toolkit.lazy import load_row

Detector = Callable[[str, str, Context], Finding]
_ROOM = "reasoning_toolkit.audit.detectors"


class DetectorRow(NamedTuple):
    """What a detector looks for, and where it is."""

    note: str
    function: str


DETECTORS = {
    "E": DetectorRow("a stated equation or inequality between numbers is false", f"{_ROOM}.equations:wrong_equation"),
    "A": DetectorRow("the boxed answer is derived nowhere before the box", f"{_ROOM}.answer:answer_not_derived"),
    "M": DetectorRow("a stated congruence is false", f"{_ROOM}.equations:wrong_congruence"),
    "S": DetectorRow("a rewriting changes the value (a hint)", f"{_ROOM}.equations:wrong_identity"),
    "Q": DetectorRow("a claimed value or property does not hold", f"{_ROOM}.claims:claim_refuted"),
    "C": DetectorRow("the problem is rarely solved", f"{_ROOM}.consistency:rarely_accepted"),
    "X": DetectorRow("probability from features of the text", f"{_ROOM}.features:flawed_probability"),
    "ensemble": DetectorRow("E, M, Q, A or X", f"{_ROOM}.ensemble:ensemble"),
}


def detector(name: str) -> Detector:
    """The detector of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in DETECTORS:
        raise unknown("detector", name, DETECTORS)
    function: Detector = load_row(DETECTORS[name].function)
    return function
