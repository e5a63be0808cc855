"""Chart of accuracy against tokens, one line a method, its interval as a band."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reasoning_toolkit.reports.chart import Series, line_chart, percent_axis, token_axis

COLOURS = ("k4", "k5", "k0", "k3", "k1", "k2", "k7", "k6")  # neighbours differ most


def curves_chart(curves: Mapping[str, Any]) -> dict[str, Any] | None:
    """The drawing; None where there are no curves."""
    if not curves or curves["reason"]:
        return None
    budgets, arms = curves["budgets"], curves["arms"]
    ends = [end for arm in arms for interval in arm["intervals"] for end in interval]
    series = [_series(arm, budgets, COLOURS[i % len(COLOURS)]) for i, arm in enumerate(arms)]
    label = "Accuracy against tokens a problem: " + ", ".join(arm["name"] for arm in arms)
    return line_chart(
        label, token_axis(budgets), percent_axis(ends), series, "tokens a problem, logarithmic", "accuracy"
    )


def _series(arm: Mapping[str, Any], budgets: list[int], colour: str) -> Series:
    titles = [
        f"{arm['name']}, {budget:,} tokens: {accuracy:.1%}, interval {low:.1%} to {high:.1%}"
        for budget, accuracy, (low, high) in zip(budgets, arm["accuracy"], arm["intervals"], strict=True)
    ]
    points = list(zip(budgets, arm["accuracy"], strict=True))
    return Series(arm["name"], colour, points, [tuple(i) for i in arm["intervals"]], band=True, titles=titles)
