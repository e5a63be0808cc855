"""Figures of a report: scores with intervals, paired differences, the search as a table, main effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.prompts.found import Phase
from reasoning_toolkit.stats.intervals import Interval, bootstrap_interval, wilson_interval
from reasoning_toolkit.stats.main_effects import main_effects
from reasoning_toolkit.stats.paired import PairedComparison
from reasoning_toolkit.stats.paired_scores import compare_scores
from reasoning_toolkit.stats.shrinkage import shrink
from reasoning_toolkit.stats.winners_curse import bbc

Floats = NDArray[np.float64]
ENOUGH_FOR_BBC = 20  # problems that all candidates share


def score_figures(scores: Floats) -> dict[str, Any]:
    """Mean of the scores that are there, shape (items,), with a 95 % interval and their number."""
    known = scores[~np.isnan(scores)]
    if not known.size:
        return {"score": None, "interval": None, "problems": 0}
    return {"score": float(known.mean()), "interval": list(_interval(known)), "problems": int(known.size)}


def _interval(known: Floats) -> Interval:
    if np.isin(known, (0, 1)).all():
        return wilson_interval(float(known.sum()), known.size)
    return bootstrap_interval(known.tolist())


def compared(phase: Phase, a: str | None, b: str, names: Mapping[str, str]) -> PairedComparison | None:
    """Candidate `b` against `a` on the problems that both have; None where there is none or they are the same."""
    first, second = phase.of(a), phase.of(b)
    if first is None or second is None or a == b or a is None:
        return None
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.any():
        return None
    values = [scores[both][:, np.newaxis].tolist() for scores in (first, second)]
    return compare_scores(f"“{names[a]}”", values[0], f"“{names[b]}”", values[1])


def comparison_json(pair: PairedComparison | None) -> dict[str, Any] | None:
    """A comparison as a report holds it."""
    if pair is None:
        return None
    names = ("a", "b", "n", "score_a", "score_b", "difference", "p_value", "gained", "lost", "p_holm")
    return {name: getattr(pair, name) for name in names} | {"interval": list(pair.interval), "sentence": pair.sentence}


def dev_figures(dev: Phase, names: Mapping[str, str]) -> dict[str, Any]:
    """All candidates of the search, the best first: score drawn towards the mean, score as it stands, by how much that is too high."""
    known = shrink(dev.filled)
    scored = (~np.isnan(dev.scores)).sum(axis=1)
    rows = []
    for arm, one in enumerate(dev.ids):
        naive = float(known.fit.means[arm]) if known.fit.counts[arm] else None
        shrunk = float(known.scores[arm])
        rows.append(
            {
                "id": one,
                "label": names[one],
                "problems": int(scored[arm]),
                "naive": naive,
                "shrunk": shrunk,
                "error": float(known.standard_errors[arm]),
                "optimism": None if naive is None else naive - shrunk,
                "finalist": arm in dev.body["finalists"],
            }
        )
    complete = int((~np.isnan(dev.scores).any(axis=0)).sum())
    return {
        "rows": sorted(rows, key=lambda row: (not row["finalist"], -row["shrunk"])),
        "between": known.between,
        "bbc": float(bbc(dev.scores)) if complete >= ENOUGH_FOR_BBC and len(dev.ids) > 1 else None,
        "problems": len(dev.items),
        "stopped": dev.body["stopped"],
    }


def effects_table(scores: Floats, grid: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Main effects of a grid; None where the candidates are none, or too few were scored."""
    if not grid or not grid["factors"]:
        return None
    scored = int((~np.isnan(scores)).any(axis=1).sum())
    levels = np.asarray(grid["factors"])
    if scored <= 1 + int(levels.max(axis=0).sum()):
        return None
    fit = main_effects(scores, grid["factors"])
    texts = grid["levels"] or [[f"level {level}" for level in range(len(effect))] for effect in fit.effects]
    return {
        "factors": [
            {
                "name": name,
                "levels": [
                    {
                        "text": text,
                        "effect": float(effect),
                        "low": float(effect - margin),
                        "high": float(effect + margin),
                    }
                    for text, effect, margin in zip(texts[i], fit.effects[i], fit.margins[i], strict=True)
                ],
            }
            for i, name in enumerate(grid["names"])
        ],
        "f_ratio": float(fit.f_ratio) if np.isfinite(fit.f_ratio) else None,
        "p_value": fit.p_value,
        "additive_share": fit.additive_share,
    }
