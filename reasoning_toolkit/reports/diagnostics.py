"""Charts of a run's diagnostics: selective answering, calibration, and what happens along the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.reports.chart import Axis, Series, line_chart, percent_axis

WHOLE = Axis(0, 1, [(at / 5, f"{20 * at}%") for at in range(6)])
TENTHS = Axis(0, 1, [(at / 5, f"{20 * at}%") for at in range(6)])


def diagnostic_charts(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    """The drawings by name, those left out that the run is too small for."""
    if not diagnostics:
        return {}
    makers = {"risk_coverage": _risk_coverage, "calibration": _calibration, "deciles": _along_the_trace}
    return {name: make(diagnostics) for name, make in makers.items() if not diagnostics[name]["reason"]}


def _risk_coverage(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    found = diagnostics["risk_coverage"]
    points = list(zip(found["coverage"], found["risk"], strict=True))
    nothing = [(0.0, found["error_rate"]), (1.0, found["error_rate"])]
    series = [
        Series("a signal that says nothing", "other", nothing, dashed=True),
        Series(f"most certain first, by {found['signal']}", "k4", points),
    ]
    y = percent_axis([*found["risk"], found["error_rate"], 0.0])
    return line_chart("Error rate by share of problems answered", WHOLE, y, series, "problems answered", "error rate")


def _calibration(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    found = diagnostics["calibration"]
    bins = found["raw"]["bins"]
    titles = [f"{b['problems']} problems: top share {b['confidence']:.0%}, right {b['accuracy']:.0%}" for b in bins]
    series = [
        Series("as often right as the share says", "other", [(0.0, 0.0), (1.0, 1.0)], dashed=True),
        Series(
            "votes of like top share, with interval",
            "k4",
            [(b["confidence"], b["accuracy"]) for b in bins],
            [_pair(b["interval"]) for b in bins],
            titles=titles,
        ),
    ]
    return line_chart(
        "How often votes are right, by the winner's share of them", WHOLE, WHOLE, series, "top share", "right"
    )


def _along_the_trace(diagnostics: Mapping[str, Any]) -> dict[str, Any]:
    right = _tenths("right", "k0", diagnostics["deciles"]["rows"], "accuracy", -0.005)
    agree = _tenths(
        "from here on, equal to the last answer", "k4", diagnostics["evolution"]["agreement"], "mean", 0.005
    )
    ends = [end for one in (right, agree) for bounds in one.bounds for end in bounds or ()]
    values = [value for one in (right, agree) for _, value in one.points]
    y = percent_axis([*ends, *values])
    return line_chart("Answers by where they were continued from", TENTHS, y, [right, agree], "of the trace", "answers")


def _tenths(name: str, colour: str, rows: Sequence[Mapping[str, Any]], field: str, shift: float) -> Series:
    """`shift` keeps the whiskers of two series apart."""
    known = [(i, row) for i, row in enumerate(rows) if row[field] is not None]
    return Series(
        name,
        colour,
        [((i + 0.5) / len(rows) + shift, row[field]) for i, row in known],
        [_pair(row["interval"]) for _, row in known],
        titles=[
            f"tenth {i + 1}: {row[field]:.1%} of the answers {name}; {row['problems']} problems" for i, row in known
        ],
    )


def _pair(interval: Sequence[float] | None) -> tuple[float, float] | None:
    return None if interval is None else (interval[0], interval[1])
