"""A comparison on the screen: methods, sentences, accuracy at equal tokens."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.cli import screen

FULLY = 0.95  # of the budget: a method that spends less says what it spends


def print_comparison(result: Mapping[str, Any]) -> None:
    """Print what `compare_reports` found; two methods need no table of their own, their sentence says all."""
    out = screen.console(sys.stdout)
    arms, curves = result["arms"], result["curves"]
    if len(arms) > 2:
        out.print(_arms(arms))
    for comparison in result["comparisons"]:
        out.print(comparison["sentence"], markup=False)
    if len(arms) == 2:
        costs = ", ".join(f"{arm['name']} {arm['tokens_per_problem']:,.0f}" for arm in arms)
        out.print(f"tokens a problem: {costs}", markup=False)
    if curves["reason"]:
        out.print(f"accuracy at equal tokens: {curves['reason']}", markup=False)
        return
    out.print(_curves(curves))
    for comparison in curves["comparisons"]:
        out.print(comparison["sentence"], markup=False)


def _arms(arms: Sequence[Mapping[str, Any]]) -> Any:
    from rich.table import Table

    table = Table()
    for name in ("method", "accuracy", "95 % interval", "right", "tokens/problem"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for arm in arms:
        low, high = arm["interval"]
        table.add_row(
            arm["name"],
            f"{100 * arm['accuracy']:.1f} %",
            f"{100 * low:.1f} to {100 * high:.1f}",
            f"{arm['right']}/{arm['total']}",
            f"{arm['tokens_per_problem']:,.0f}",
        )
    return table


def _curves(curves: Mapping[str, Any]) -> Any:
    """A row for each budget, a column for each method."""
    from rich.table import Table

    table = Table(title="accuracy with at most so many tokens a problem (95 % interval)", title_justify="left")
    table.add_column("tokens", justify="right")
    for arm in curves["arms"]:
        table.add_column(arm["name"], justify="right")
    for place, budget in enumerate(curves["budgets"]):
        table.add_row(f"{budget:,}", *(_point(arm, place, budget) for arm in curves["arms"]))
    return table


def _point(arm: Mapping[str, Any], place: int, budget: int) -> str:
    low, high = arm["intervals"][place]
    spent = arm["spent"][place]
    short = "" if spent >= FULLY * budget else f"\n{spent:,.0f} spent"
    return f"{100 * arm['accuracy'][place]:.1f} % ({100 * low:.1f}–{100 * high:.1f}){short}"
