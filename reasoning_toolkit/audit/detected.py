"""What the detectors say of the solutions that were read, beside what the readers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.detectors.finding import Context, Finding
from reasoning_toolkit.audit.detectors.table import DETECTORS, detector
from reasoning_toolkit.audit.evidence import Audited
from reasoning_toolkit.stats.auroc import auroc
from reasoning_toolkit.stats.calibration import calibration
from reasoning_toolkit.stats.detection import average_precision, cluster_interval, confusion

PROBABILITIES = ("X",)  # detectors whose score claims to be a probability; that of the ensemble is X's
RESAMPLES = 400
BINS = 5


class Labelled(NamedTuple):
    """A solution that readers settled as sound or flawed."""

    item: str
    problem: str
    flawed: bool


def findings_of(problems: Sequence[Audited]) -> dict[str, dict[str, Finding]]:
    """What each detector says of each solution that was read, by item; empty where nothing was read."""
    read: dict[str, tuple[str, str, Context]] = {}
    for problem in problems:
        pool, plan = problem.pool, problem.reading.plan
        context = Context(pool.reference, plan.c, plan.n)
        for number, item, _ in zip(plan.order, plan.items, problem.reading.settled, strict=False):
            read[item] = (pool.question, pool.samples[number].text, context)
    looks = {name: detector(name) for name in DETECTORS} if read else {}
    return {name: {item: look(*what) for item, what in read.items()} for name, look in looks.items()}


def detector_rows(problems: Sequence[Audited], findings: Mapping[str, Mapping[str, Finding]]) -> list[dict[str, Any]]:
    """One row a detector: counts, precision, recall, F1 with its interval over problems, ranking, calibration.

    The solutions read are no random part of the accepted ones: reading ends at a sound one, so flawed ones are more frequent
    among them. Precision and calibration are about the solutions read; recall and specificity carry over better.
    """
    items = labelled(problems)
    return [_row(name, items, said) for name, said in findings.items()] if items else []


def labelled(problems: Sequence[Audited]) -> list[Labelled]:
    """The solutions that were settled as sound or flawed, each text once."""
    found: dict[str, Labelled] = {}
    for problem in problems:
        for item, verdict in zip(problem.reading.plan.items, problem.reading.settled, strict=False):
            if verdict in ("sound", "flawed"):
                found[item] = Labelled(item, problem.pool.problem, verdict == "flawed")
    return list(found.values())


def _row(name: str, items: Sequence[Labelled], said: Mapping[str, Finding]) -> dict[str, Any]:
    findings = [said[item.item] for item in items]
    truth = [item.flawed for item in items]
    counted = confusion([f.flawed for f in findings], truth)
    return {
        "name": name,
        "note": DETECTORS[name].note,
        **counted._asdict(),
        "precision": counted.precision,
        "recall": counted.recall,
        "specificity": counted.specificity,
        "f1": counted.f1,
        "f1_interval": _f1_interval(findings, items),
        "auroc": None if (area := auroc([f.score for f in findings], truth)) is None else area.value,
        "average_precision": average_precision([f.score for f in findings], truth),
        "calibration": _calibrated(findings, truth) if name in PROBABILITIES else None,
    }


def _f1_interval(findings: Sequence[Finding], items: Sequence[Labelled]) -> list[float] | None:
    flags, truth = np.array([f.flawed for f in findings]), np.array([item.flawed for item in items])
    problems = [item.problem for item in items]
    if len(set(problems)) < 2:
        return None

    def f1(chosen: NDArray[np.int64]) -> float | None:
        return confusion(flags[chosen].tolist(), truth[chosen].tolist()).f1

    interval = cluster_interval(f1, problems, resamples=RESAMPLES)
    return None if interval is None else list(interval)


def _calibrated(findings: Sequence[Finding], truth: Sequence[bool]) -> dict[str, Any]:
    found = calibration([f.score for f in findings], truth, BINS)
    bins = [
        {"solutions": b.problems, "predicted": b.confidence, "flawed": b.accuracy, "interval": list(b.interval)}
        for b in found.bins
    ]
    return {"ece": found.ece, "brier": found.brier, "bins": bins}
