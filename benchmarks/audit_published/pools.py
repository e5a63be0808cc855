"""The pass@N pools: how much of the curve is known from the labels, and what an audit of the pools would have cost.

The label of a pool is about the problem: all of its accepted solutions are false positives, or at least one is sound. Which
ones is known for few. So the audit is replayed under each of several shares of sound ones among the unknown: a random
order, read to the first sound one, equal texts once. What it finds for pass@64 is the same under all of them, and in every
order.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from benchmarks.audit_published.reading import Data, Row
from reasoning_toolkit import audit, stats

KS = (1, 2, 4, 8, 16, 32, 64)
PREFIXES = (4, 16, 64)
SHARES = (1.0, 0.9, 0.75, 0.5, 0.25, 0.0)
REPLAYS = 200
SEED = 0


def pool_figures(data: Data) -> dict[str, Any]:
    """Solved and wholly false problems for the first N samples, pass@k, its upper bound from the labels, audited pass@64."""
    pools = data["pass_at_n_qwen72b_aime"]
    n, c = [pool["n"] for pool in pools], np.array([pool["c64"] for pool in pools])
    rejected = np.where([_false(pool) for pool in pools], c, 0)
    figures: dict[str, Any] = {"n_problems": len(pools)}
    for prefix in PREFIXES:
        solved = [pool for pool in pools if pool[f"c{prefix}"]]
        wholly = sum(pool["all_false_positive"][str(prefix)] is True for pool in solved)
        figures[f"N{prefix}"] = {"auto_solved": len(solved), "all_false_positive": wholly}
    figures["unbiased_auto_pass_at_k"] = {str(k): float(np.mean(stats.pass_at_k(n, c, k))) for k in KS}
    figures["upper_bound_audited"] = {
        str(k): audit.closing_band(n, c, k, [0] * len(pools), rejected.tolist()).high for k in KS
    }
    (verdicts, _), *_ = _audits(pools, SHARES[0], 1)
    figures["audited_pass_at_64"] = float(_mean(pools, verdicts, 64))
    return figures


def replay(data: Data) -> dict[str, Any]:
    """Audited pass@64 and the readings it took, for each share of sound ones among the solutions whose truth is unknown."""
    pools = data["pass_at_n_qwen72b_aime"]
    accepted = sum(len(pool["correct_solutions"]) for pool in pools)
    rows = [_replayed(pools, share, accepted) for share in SHARES]
    verdicts, _ = _audits(pools, 0.9, 1)[0]
    values = [_figure(pool, read, 64) for pool, read in zip(pools, verdicts, strict=True)]
    n, c = ([pool[name] for pool in pools] for name in ("n", "c64"))
    intervals = audit.pass_intervals(audit.pass_parts(n, c, 64, values))
    return {
        "accepted_solutions": accepted,
        "wholly_false_problems": sum(map(_false, pools)),
        "labels_within_the_other_pools": _labels(pools),
        "replays": REPLAYS,
        "seed": SEED,
        "design": _mean(pools, verdicts, 64).statement,
        "interval_for_new_problems": list(intervals.new_problems or ()),
        "by_share_of_unknown_that_are_sound": rows,
    }


def _replayed(pools: list[Row], share: float, accepted: int) -> dict[str, Any]:
    audits = _audits(pools, share, REPLAYS)
    figures = [_mean(pools, verdicts, 64) for verdicts, _ in audits[:20]]
    readings = np.array([read for _, read in audits])
    return {
        "share": share,
        "audited_pass_at_64": [min(figures), max(figures)],
        "readings": float(readings.mean()),
        "readings_95": float(np.quantile(readings, 0.95)),
        "of_exhaustive": float(readings.mean() / accepted),
        "at_most_a_sixth": bool(readings.mean() * 6 <= accepted),
    }


def _audits(pools: list[Row], share: float, replays: int) -> list[tuple[list[list[bool]], int]]:
    """Of each replay the verdicts of every pool in reading order, and the distinct texts that were read."""
    rng = np.random.default_rng(SEED)
    audits = []
    for _ in range(replays):
        verdicts, readings = [], 0
        for pool in pools:
            sound = _truth(pool, share, rng)
            order = rng.permutation(len(sound))
            end = next((place + 1 for place, i in enumerate(order) if sound[i]), len(order))
            verdicts.append([bool(sound[i]) for i in order[:end]])
            readings += len({pool["correct_solutions"][i]["sol_id"] for i in order[:end]})
        audits.append((verdicts, readings))
    return audits


def _truth(pool: Row, share: float, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Sound or not: as labelled; else at random by solution, and at least one where the label of the pool says so."""
    solutions = pool["correct_solutions"]
    if _false(pool) or not solutions:
        return np.zeros(len(solutions), dtype=bool)
    drawn = {solution["sol_id"]: bool(rng.random() < share) for solution in solutions}
    drawn |= {s["sol_id"]: s["individual_label"] == "sound" for s in solutions if s["individual_label"]}
    if not any(drawn.values()):
        unknown = [solution["sol_id"] for solution in solutions if not solution["individual_label"]]
        drawn[unknown[int(rng.integers(len(unknown)))]] = True
    return np.array([drawn[solution["sol_id"]] for solution in solutions])


def _labels(pools: list[Row]) -> dict[str, int]:
    """What is known of single solutions where the pool is not wholly false."""
    solutions = [solution for pool in pools if not _false(pool) for solution in pool["correct_solutions"]]
    return dict(Counter(solution["individual_label"] or "unknown" for solution in solutions))


def _mean(pools: list[Row], verdicts: list[list[bool]], k: int) -> audit.Estimate:
    return audit.two_phase([_figure(pool, read, k) for pool, read in zip(pools, verdicts, strict=True)], 1.0)


def _figure(pool: Row, verdicts: list[bool], k: int) -> float:
    return float(audit.audited_pass_at_k(pool["n"], pool["c64"], k, verdicts))


def _false(pool: Row) -> bool:
    return pool["all_false_positive"]["64"] is True
