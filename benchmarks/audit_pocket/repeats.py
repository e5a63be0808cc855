"""Many audits of the same samples with other orders and readers: how far the figures are from the truth, how often intervals hold it.

- Of these problems: the truth is pass@k of the samples that the checker calls sound; the interval is that of the audit alone.
- Of new problems: each audit is of problems drawn with replacement from all, so all of them are the population, whose figure is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.audit_pocket.readers import Truth, read_quickly
from reasoning_toolkit.audit.evidence import Audited
from reasoning_toolkit.audit.figures import ladder, pass_row
from reasoning_toolkit.audit.plan import make_plan
from reasoning_toolkit.audit.pools import Pool
from reasoning_toolkit.audit.progress import read_progress
from reasoning_toolkit.stats.passes import pass_at_k

READERS = ("first", "second", "third")
EXACT = 1e-9


class Setting(NamedTuple):
    """How the repeated audits are made: the design, its budget, how often a reader errs, whether problems are drawn anew."""

    design: str
    budget: int
    error: float
    new_problems: bool


def repeat(pools: Sequence[Pool], truth: Truth, setting: Setting, repeats: int) -> dict[str, Any]:
    """Bias, spread and coverage at each k over the audits, and what they cost."""
    n = min(len(pool.samples) for pool in pools)
    ks = ladder(n)
    sound = np.array([sum(_is_sound(pool, i, truth) for i in range(len(pool.samples))) for pool in pools])
    audits = [_audit(pools, truth, setting, seed, ks) for seed in range(repeats)]
    name = "interval" if setting.new_problems else "audit_interval"
    rows = [
        _row([rows[i] for rows, _, _ in audits], k, float(pass_at_k(n, sound, k).mean()), name)
        for i, k in enumerate(ks)
    ]
    return {
        **setting._asdict(),
        "repeats": repeats,
        "readings": float(np.mean([readings for _, readings, _ in audits])),
        "solutions": float(np.mean([solutions for _, _, solutions in audits])),
        "rows": rows,
    }


def _audit(
    pools: Sequence[Pool], truth: Truth, setting: Setting, seed: int, ks: Sequence[int]
) -> tuple[list[dict[str, Any]], int, int]:
    """Its figures, its readings, and the solutions it settled."""
    if setting.new_problems:
        picks = np.random.default_rng([seed, 1]).integers(len(pools), size=len(pools))
        pools = [replace(pools[i], problem=f"{pools[i].problem} {number}") for number, i in enumerate(picks)]
    manifest = make_plan(pools, budget=setting.budget, design=setting.design, seed=seed)
    state = read_quickly(manifest, truth, READERS, setting.error, seed)
    progress = read_progress(manifest, state)
    problems = [Audited(pool, reading, {}) for pool, reading in zip(pools, progress, strict=True)]
    figures = [pass_row(problems, k) for k in ks]
    return figures, sum(map(len, state.readings.values())), sum(1 for said in state.readings.values() if said)


def _row(figures: Sequence[dict[str, Any]], k: int, truth: float, interval: str) -> dict[str, Any]:
    found = np.array([figure["audited"] for figure in figures])
    low, high = np.array([figure[interval] for figure in figures]).T
    spread = float(found.std(ddof=1))
    bias = float(found.mean() - truth)
    return {
        "k": k,
        "truth": truth,
        "automatic": float(np.mean([figure["automatic"] for figure in figures])),
        "mean": float(found.mean()),
        "bias": bias,
        "z": bias / (spread / len(found) ** 0.5) if spread > EXACT else 0.0,
        "sd": spread,
        "coverage": float(np.mean((low <= truth + EXACT) & (truth <= high + EXACT))),
        "mean_width": float((high - low).mean()),
    }


def _is_sound(pool: Pool, number: int, truth: Truth) -> bool:
    return pool.samples[number].accepted and truth[pool.item(number)].verdict == "sound"
