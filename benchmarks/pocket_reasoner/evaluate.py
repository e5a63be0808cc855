"""Measure the pocket model: everything that `results/pocket_reasoner.json` says, from runs that go on where they stopped."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.spec import open_engine, parse_spec
from reasoning_toolkit.problems import Problem, load_problems
from reasoning_toolkit.problems.pocket import TraceCheck, check_trace
from reasoning_toolkit.problems.pocket.sets import MIXED, PREFIX
from reasoning_toolkit.runs import Run
from reasoning_toolkit.stats.intervals import bootstrap_interval, wilson_interval
from reasoning_toolkit.stats.passes import pass_at_k
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode

PROBLEMS = PREFIX + MIXED
BATCH = 128
MAX_TOKENS = 512
ENGINE_PACKAGES = {"hf": "transformers", "vllm": "vllm"}
SAMPLES = 64
Report = Mapping[str, Any]


def evaluate(model: str, runs: Path, count: int, sampled: int) -> dict[str, Any]:
    """Votes beside baselines on `count` problems, false positives among `SAMPLES` samples of `sampled` problems."""
    with opened(model) as engine:
        voted = run_decode(engine, model, runs / "subthought", count, "subthought")
        samples = run_decode(engine, model, runs / "samples", sampled, "self-consistency", n=SAMPLES)
    return {
        "problems": PROBLEMS,
        "count": count,
        "methods": voted["methods"],
        "comparisons": voted["comparisons"],
        "signals": voted["signals"],
        "median_subthoughts": median(len(p["subthoughts"]) for p in voted["problems"]),
        "disagreeing": share(len(p["votes"]) > 1 for p in voted["problems"]),
        "by_level": by_extra(voted, "level"),
        "by_kind": by_extra(voted, "kind"),
        "last_answer_false_positives": trace_false_positives(voted),
        "sampled": {
            "problems": sampled,
            "samples": SAMPLES,
            "single": samples["methods"][-1],
            **sample_false_positives(samples),
        },
    }


def compare_engines(model: str, runs: Path, count: int) -> list[dict[str, Any]]:
    """The same greedy traces in each engine that is installed: accuracy, and generated tokens a second with the weights loaded."""
    rows = []
    for name in (name for name, package in ENGINE_PACKAGES.items() if importlib.util.find_spec(package)):
        folder, spec = runs / f"engine-{name}", f"{name}:{parse_spec(model).model}"
        with opened(spec) as engine:
            run_decode(engine, spec, folder, 1, "last")  # loads the weights
            report = run_decode(engine, spec, folder, count, "last")
        rows.append({"model": spec, **report["methods"][0], "tokens_per_second": decode_speed(folder)})
    return rows


def accuracy_of(model: str, run: Path, count: int) -> dict[str, Any]:
    """The last answer's row."""
    with opened(model) as engine:
        return dict(run_decode(engine, model, run, count, "last")["methods"][0])


def run_decode(engine: Engine, model: str, folder: Path, count: int, method: str, n: int = 1) -> dict[str, Any]:
    """One decode by the public function, with its report."""
    config = DecodeConfig(problems=PROBLEMS, model=model, method=method, n=n, limit=count, max_tokens=MAX_TOKENS)
    with Run(folder) as run:
        return decode(run, load_problems(PROBLEMS, limit=count), engine, config)


@contextmanager
def opened(model: str) -> Iterator[Engine]:
    """An engine, closed in the end; transformers with the batch that suits so small a model."""
    engine = open_engine(model, {"batch_size": BATCH} if parse_spec(model).engine == "hf" else {})
    try:
        yield engine
    finally:
        engine.close()


def decode_speed(folder: Path) -> float | None:
    """Generated tokens a second of the run's last attempt that generated anything."""
    with sqlite3.connect(folder / "ledger.sqlite") as ledger:
        row = ledger.execute("SELECT decoded / seconds FROM attempts WHERE made > 0 ORDER BY id DESC").fetchone()
    return float(row[0]) if row else None


def by_extra(report: Report, column: str) -> dict[str, Any]:
    """Accuracy of each method for each value of a column of the problems."""
    values = sorted({p["extra"][column] for p in report["problems"]})
    table: dict[str, Any] = {}
    for value in values:
        chosen = [p for p in report["problems"] if p["extra"][column] == value]
        table[str(value)] = {
            name: share(p["answers"][name]["outcome"] == "right" for p in chosen) for name in chosen[0]["answers"]
        }
    return table


def trace_false_positives(report: Report) -> dict[str, Any]:
    """Of right greedy answers, those that do not follow from right steps."""
    checks = [check_trace(_problem(p), _trace(p)) for p in report["problems"]]
    return share(c.false_positive for c in checks if c.right) | {"kinds": kinds(checks)}


def sample_false_positives(report: Report) -> dict[str, Any]:
    """pass@k by the answers alone and by the exact checker, and the share of false positives among right samples."""
    right, sound, shares = [], [], []
    for p in report["problems"]:
        checks = [check_trace(_problem(p), s["text"]) for s in p["samples"]]
        right.append(sum(c.right for c in checks))
        sound.append(sum(c.right and c.sound for c in checks))
        shares.append((right[-1] - sound[-1], right[-1]))
    curve = []
    for k in (1, 2, 4, 8, 16, 32, 64):
        automatic, audited = pass_at_k(SAMPLES, right, k), pass_at_k(SAMPLES, sound, k)
        a, b = float(automatic.mean()), float(audited.mean())
        curve.append(
            {
                "k": k,
                "pass_at_k": a,
                "audited_pass_at_k": b,
                "difference_interval": list(bootstrap_interval((automatic - audited).tolist())),
                "false_share": 1 - b / a,
            }
        )
    wrong = sum(w for w, _ in shares)
    return {
        "false_positives": {
            "of": sum(t for _, t in shares),
            "count": wrong,
            "share": wrong / sum(t for _, t in shares),
        },
        "pass_at_k": curve,
    }


def share(flags: Iterable[bool]) -> dict[str, Any]:
    """A share with its Wilson interval."""
    seen = list(flags)
    low, high = wilson_interval(sum(seen), len(seen))
    return {"count": sum(seen), "of": len(seen), "share": sum(seen) / len(seen), "interval": [low, high]}


def kinds(checks: Sequence[TraceCheck]) -> dict[str, int]:
    """How many steps of each kind."""
    return dict(Counter(step.kind for check in checks for step in check.steps))


def _problem(shown: Mapping[str, Any]) -> Problem:
    return Problem(shown["id"], shown["question"], shown["gold"], PROBLEMS, shown["extra"])


def _trace(shown: Mapping[str, Any]) -> str:
    pieces = [s["text"] for s in shown["subthoughts"]]
    return str(shown["trace"]["before"] + "".join(pieces) + shown["trace"]["after"])
