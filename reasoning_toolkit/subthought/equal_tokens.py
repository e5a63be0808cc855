"""Methods at equal generated tokens: their curves over budgets, and a paired comparison at one of these.

Compared is the largest budget that all of them cover, fixed before a look at any outcome, each method with the first; with
several, p-values are Holm-adjusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reasoning_toolkit.stats.curves import Arm, Curve, accuracy_curve, common_budgets, compare_at
from reasoning_toolkit.stats.paired import PairedComparison, holm


def token_curves(arms: Sequence[Arm]) -> dict[str, Any]:
    """Curves and comparisons as plain JSON data; without figures and with a `reason` where no budget is common to the arms.

    Args:
        arms: over the same problems.
    """
    if not any(pool.tokens for arm in arms for pools in arm.pools.values() for pool in pools):
        return {"reason": "no method drew more than one answer"}
    budgets = common_budgets(arms)
    if not budgets:
        return {"reason": "no token budget is common to these methods"}
    curves = [accuracy_curve(arm, budgets) for arm in arms]
    found = holm([compare_at(curves[0], curve, budgets[-1]) for curve in curves[1:]])
    return {
        "budgets": list(budgets),
        "arms": [
            {
                "name": curve.name,
                "accuracy": curve.accuracy.tolist(),
                "intervals": [list(interval) for interval in curve.intervals],
                "spent": curve.spent.tolist(),
            }
            for curve in curves
        ],
        "comparisons": [
            shown(comparison, _at(budgets[-1], curves[0], curve))
            for comparison, curve in zip(found, curves[1:], strict=True)
        ],
        "reason": None,
    }


def _at(budget: int, a: Curve, b: Curve) -> str:
    spent = " and ".join(f"{curve.spent[curve.budgets.index(budget)]:,.0f}" for curve in (a, b))
    return f"With at most {budget:,} tokens a problem ({spent} spent): "


def shown(found: PairedComparison, before: str = "") -> dict[str, Any]:
    """A comparison as plain JSON data, with its sentence behind the words `before`."""
    sentence = found.sentence
    if before and sentence.startswith("The "):
        sentence = "t" + sentence[1:]
    return {
        "a": found.a,
        "b": found.b,
        "n": found.n,
        "score_a": found.score_a,
        "score_b": found.score_b,
        "gained": found.gained,
        "lost": found.lost,
        "difference": found.difference,
        "interval": list(found.interval),
        "p_value": found.p_value,
        "p_holm": found.p_holm,
        "sentence": before + sentence,
    }
