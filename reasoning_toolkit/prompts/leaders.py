"""The leader board of a search, from the confirmation, and the table of the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reasoning_toolkit.prompts.figures import compared, comparison_json, score_figures
from reasoning_toolkit.prompts.found import Phase
from reasoning_toolkit.stats.best_set import best_set
from reasoning_toolkit.stats.max_t import max_t
from reasoning_toolkit.stats.paired import holm


def leaders(
    phases: Mapping[str, Phase],
    roles: Mapping[str, Any],
    names: Mapping[str, str],
    dev: Mapping[str, Any],
    evaluations: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Finalists and controls on the confirmation, the best first."""
    phase = phases.get("confirm")
    if phase is None:
        return []
    complete = int((~np.isnan(phase.scores).any(axis=0)).sum())
    tied = best_set(phase.scores) if complete > 1 and len(phase.ids) > 1 else np.ones(len(phase.ids), dtype=bool)
    baseline, searched = phase.of(roles["baseline"]), {row["id"]: row for row in dev["rows"]}
    others = [i for i, one in enumerate(phase.ids) if one != roles["baseline"]]
    adjusted = (
        dict(zip(others, max_t(phase.scores[others], baseline), strict=True)) if others and baseline is not None else {}
    )
    finalists = {phases["search"].ids[arm] for arm in phases["search"].body["finalists"]}
    rows = [
        {
            "id": one,
            "label": names[one],
            "role": _role(one, roles, finalists),
            **score_figures(phase.scores[place]),
            "indistinguishable": bool(tied[place]),
            "p_adjusted": float(adjusted[place]) if place in adjusted else None,
            "against_baseline": comparison_json(compared(phase, roles["baseline"], one, names)),
            "against_neutral": comparison_json(compared(phase, roles["neutral"], one, names)),
            "search": {key: searched[one][key] for key in ("shrunk", "naive", "optimism", "problems")}
            if one in searched
            else None,
            "outcomes": _outcomes(evaluations, one, phase),
        }
        for place, one in enumerate(phase.ids)
    ]
    return sorted(rows, key=lambda row: -1.0 if row["score"] is None else -row["score"])


def _role(one: str, roles: Mapping[str, Any], finalists: set[str]) -> str:
    found = [role for role, known in roles.items() if known == one]
    return ", ".join(found) or ("finalist" if one in finalists else "")


def _outcomes(evaluations: Mapping[str, Any], candidate: str, phase: Phase) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in phase.items:
        row = evaluations.get(f"{candidate}/0/{item}")
        if row is not None:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    return counts


def tested(phase: Phase | None, roles: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any] | None:
    """Pick, baseline and neutral control on the test; the comparisons adjusted for one another."""
    if phase is None or phase.of(roles["pick"]) is None:
        return None
    rows = [
        {"id": one, "label": names[one], "role": _role(one, roles, set()), **score_figures(phase.scores[i])}
        for i, one in enumerate(phase.ids)
    ]
    against = [roles[role] for role in ("baseline", "neutral") if roles[role] not in (None, roles["pick"])]
    pairs = [pair for other in against if (pair := compared(phase, other, roles["pick"], names))]
    adjusted = holm(pairs)
    return {
        "rows": rows,
        "comparisons": [comparison_json(pair) for pair in adjusted],
        "problems": len(phase.items),
    }
