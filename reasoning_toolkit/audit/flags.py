"""The false-positive share among the solutions that a detector flags, and among those that it does not.

The first reading of a problem is any of its c accepted solutions; where flawed ones were read, it is any of these. So of a drawn
problem c / π is spread over its flawed solutions read, or belongs to the sound one where that came first: summed over problems both
the flawed ones with a flag and all with that flag are estimated without bias. Their ratio is the share; it has a small bias, as its
whole is estimated too. The interval is Wilson's, with the effective size (Σ w)² / Σ w² of Kish (1965).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.detectors.finding import Finding
from reasoning_toolkit.audit.evidence import Audited, still_open
from reasoning_toolkit.stats.intervals import wilson_interval

Findings = Mapping[str, Mapping[str, Finding]]  # of each detector, by item
Floats = NDArray[np.float64]


def flag_rows(problems: Sequence[Audited], findings: Findings) -> list[dict[str, Any]]:
    """One row a detector and flag: solutions read, the part of all accepted ones, the flawed share among them; None where not known."""
    return [
        {"detector": name, "flagged": flagged, **_row(problems, said, flagged)}
        for name, said in findings.items()
        for flagged in (True, False)
    ]


def _row(problems: Sequence[Audited], said: Mapping[str, Finding], flagged: bool) -> dict[str, Any]:
    read = sum(said[item].flawed == flagged for problem in problems for item in _items(problem))
    row: dict[str, Any] = {"read": read, "part": None, "share": None, "interval": None}
    if still_open(problems):
        return row
    parts = np.array([_counted(problem, said, flagged) for problem in problems])
    flawed, having, accepted = parts.sum(axis=0)
    row["part"] = float(having / accepted) if accepted else None
    if not having:
        return row
    share, size = float(flawed / having), float(having**2 / np.sum(parts[:, 1] ** 2))
    return row | {"share": share, "interval": list(wilson_interval(share * size, size))}


def _counted(problem: Audited, said: Mapping[str, Finding], flagged: bool) -> tuple[float, float, float]:
    """Estimates of a problem's flawed solutions with this flag, of all its accepted ones with it, and of all accepted ones."""
    items = _items(problem)
    if not items:
        return 0.0, 0.0, 0.0
    whole = problem.reading.plan.c / problem.reading.plan.probability
    if problem.first_sound == 1:
        return 0.0, whole * (said[items[0]].flawed == flagged), whole
    flawed = items if problem.first_sound is None else items[:-1]
    part = whole * sum(said[item].flawed == flagged for item in flawed) / len(flawed)
    return part, part, whole


def _items(problem: Audited) -> Sequence[str]:
    """What was read of a problem, in order."""
    return problem.reading.plan.items[: len(problem.reading.settled)]
