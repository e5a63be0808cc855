"""The decodes of the comparison, as runs that go on where they stopped."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.equal_cost.arms import Decode
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode

Reports = dict[str, list[dict[str, Any]]]  # name of the decode → a report for each seed and set


def decoded(
    engine: Engine, options: argparse.Namespace, sets: Mapping[str, Sequence[Problem]], plan: Mapping[str, Decode]
) -> Reports:
    """The reports of all decodes: of each set and seed, one after the other; sets have problems of their own."""
    found: Reports = {}
    for seed in range(options.seeds):
        for place, (problem_set, problems) in enumerate(sets.items()):
            for name, plain in plan.items():
                if seed and not plain.seeded:
                    continue
                folder = options.run / f"{place}-{seed}" / name.replace(", ", "-").replace(" ", "-")
                if plain.reuses:
                    _copy_ledger(folder.parent / plain.reuses, folder)
                for row, report in _rows(engine, options, problem_set, problems, name, plain, folder, seed):
                    found.setdefault(row, []).append(report)
    return found


def _rows(
    engine: Engine,
    options: argparse.Namespace,
    problem_set: str,
    problems: Sequence[Problem],
    name: str,
    plain: Decode,
    folder: Path,
    seed: int,
) -> Iterator[tuple[str, dict[str, Any]]]:
    for row, further in {name: {}, **plain.again}.items():
        config = DecodeConfig(
            problems=problem_set,
            model=options.model,
            method=plain.method,
            seed=seed,
            max_tokens=options.max_tokens,
            baselines=False,
            **{**plain.options, **further},
        )
        started = time.monotonic()
        with Run(folder) as run:
            report = decode(run, problems, engine, config)
        print(f"{problem_set} seed {seed}: {row}, {time.monotonic() - started:.0f} s", flush=True)
        yield row, report


def _copy_ledger(source: Path, folder: Path) -> None:
    """Let a run begin with the completions of another: equal requests have equal keys, so they are not made again."""
    if not (folder / "ledger.sqlite").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "ledger.sqlite", folder / "ledger.sqlite")
