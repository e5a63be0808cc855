"""Allocators and estimators side by side: `python -m benchmarks.prompt_racing --runs 200 --seed 0` writes results/prompt_racing.json.

Sixty prompts of a 5 x 3 x 4 grid on 1,319 simulated items: two of equal quality disagree on a fifth of the items, the quality has a
standard deviation of 1, 2 or 4 points, all of it each prompt's own ("interactions") or all of it main effects ("additive").
For each allocator, over runs with a table each:

- evaluations: all that were made to choose the pick. Items that its panel spared are not counted, the panel's are.
- regret: true score of the best prompt minus that of the pick, points; and how often it is at most one point.
- bias of what could be reported, points: the naive score of the pick on the search items that it was scored on, the same shrunk, and
  its score on 600 fresh items, which is what should be reported. Those 600, for two finalists and two baselines, choose nothing
  and are beside the evaluations; the row "confirm set included" leaves 2,400 of its 5,900 evaluations to them.

The default races are sized to their budget (`estimate.sized`) and cut by it; the others have the published settings. Then the estimators
for the best of a full grid of n items.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine, write_result
from benchmarks.prompt_racing.arms import CONFIRM, ENTRIES, ITEMS, draw, play
from reasoning_toolkit.prompts.allocation.selection import Selection
from reasoning_toolkit.prompts.latent import Latent
from reasoning_toolkit.stats.shrinkage import shrink
from reasoning_toolkit.stats.winners_curse import bbc, split_half

FORMS = {"interactions": 0.0, "additive": 1.0}
SPREADS = (0.01, 0.02, 0.04)
DEAR = ("grid n=1319", "e-value race")  # run on one kind of table only
FRESH = 300  # items of the confirm set that the estimators are compared with

Floats = NDArray[np.float64]


def main() -> None:
    """Run everything, print a line for each row, write the result, print it as JSON."""
    args = _arguments()
    rows = []
    for form, additive in FORMS.items():
        for spread in SPREADS:
            for row in _allocators(form, additive, spread, args.runs, args.seed):
                rows.append(row)
                print(_line(row), flush=True)
    estimators = [row for n in (100, 250) for row in _estimators(n, args.runs, args.seed)]
    for row in estimators:
        print(f"grid n={row['n']:<4} {row['estimator']:16} bias {row['bias']:+5.2f}  RMSE {row['rmse']:4.2f}")
    payload = {
        "settings": {"runs": args.runs, "seed": args.seed, "items": ITEMS, "confirm": CONFIRM, "disagreement": 0.2},
        "allocators": rows,
        "estimators": estimators,
        "machine": machine(["numpy", "scipy"]),
    }
    write_result("prompt_racing", payload, args.out)
    print(json.dumps(payload))


def _allocators(form: str, additive: float, spread: float, runs: int, seed: int) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for run in range(runs):
        table = draw(_seed(seed, run), spread, additive)
        for name, entry in ENTRIES.items():
            if name in DEAR and (spread, form) != (0.02, "interactions"):
                continue
            found[name].append(_outcome(play(entry, table.scores), table))
    return [
        {"form": form, "spread": 100 * spread, "allocator": name} | _summary(runs_) for name, runs_ in found.items()
    ]


def _outcome(selection: Selection, table: Latent) -> dict[str, float]:
    pick = selection.finalists[0]
    truth, regret = table.truth[pick], float(table.truth.max() - table.truth[pick])
    return {
        "evaluations": selection.evaluations,
        "regret": 100 * regret,
        "within_1": float(regret <= 0.01),
        "naive_bias": 100 * (float(np.nanmean(selection.filled[pick])) - truth),
        "shrunk_bias": 100 * (float(shrink(selection.filled).scores[pick]) - truth),
        "confirm_bias": 100 * (float(table.scores[pick, ITEMS:].mean()) - truth),
    }


def _summary(outcomes: list[dict[str, float]]) -> dict[str, Any]:
    values = {key: np.array([outcome[key] for outcome in outcomes]) for key in outcomes[0]}
    means = {key: round(float(column.mean()), 4) for key, column in values.items()}
    errors = {key: round(float(column.std() / np.sqrt(column.size)), 4) for key, column in values.items()}
    return means | {"most_evaluations": int(values["evaluations"].max()), "standard_errors": errors}


def _estimators(n: int, runs: int, seed: int) -> list[dict[str, Any]]:
    errors: dict[str, list[float]] = defaultdict(list)
    for run in range(runs):
        table = draw(_seed(seed, run), 0.02, 0.0)
        scores = table.scores[:, :n]
        pick = int(scores.mean(axis=1).argmax())
        figures = {
            "naive": float(scores[pick].mean()),
            "bbc": bbc(scores, resamples=200),
            "empirical Bayes": float(shrink(scores).scores[pick]),
            "split half": split_half(scores, splits=1),
            "split half x 200": split_half(scores),
            "confirm set": float(table.scores[pick, ITEMS : ITEMS + FRESH].mean()),
        }
        for name, figure in figures.items():
            errors[name].append(100 * (figure - float(table.truth[pick])))
    return [
        {"n": n, "estimator": name, "bias": float(np.mean(e)), "rmse": float(np.sqrt(np.mean(np.square(e))))}
        for name, e in errors.items()
    ]


def _seed(seed: int, run: int) -> int:
    return int(np.random.SeedSequence([seed, run]).generate_state(1)[0])


def _line(row: dict[str, Any]) -> str:
    return (
        f"{row['form']:12} SD {row['spread']:.0f}  {row['allocator']:39} {row['evaluations']:8,.0f} evaluations  "
        f"regret {row['regret']:4.2f}  within 1 point {row['within_1']:.2f}  bias: naive {row['naive_bias']:+5.2f} "
        f"shrunk {row['shrunk_bias']:+5.2f} confirm {row['confirm_bias']:+5.2f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare allocators and estimators on simulated tables.")
    parser.add_argument("--runs", type=int, default=200, help="tables of each kind (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the tables (default: 0)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
