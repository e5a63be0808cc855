"""A full audit of a run of the packaged model: plan, two readers on the real queue, report; then many audits beside the truth.

The samples are drawn once and reused. The readers are the exact step checker, so audited pass@k can be held against true pass@k.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.audit_pocket.readers import Truth, read_queue, true_readings
from benchmarks.audit_pocket.repeats import Setting, repeat
from benchmarks.machine import machine, write_result
from benchmarks.pocket_reasoner.evaluate import SAMPLES, opened, run_decode
from reasoning_toolkit.audit.pools import Pool, read_pools
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.audit.report import write_report

READERS = ("reader one", "reader two")
ERROR = 0.05  # of a reader who errs
KEPT = ("curves", "shares", "strategies", "flags", "readings", "agreement", "gaps", "detectors")  # of the report


def main() -> None:
    arguments = _arguments()
    run = arguments.run
    if not (run / "report.json").exists():
        with opened(arguments.model) as engine:
            run_decode(engine, arguments.model, run, arguments.problems, "self-consistency", n=arguments.samples)
    pools = read_pools(run)
    problems = json.loads((run / "report.json").read_text(encoding="utf-8"))["problems"]
    truth = true_readings(pools, [problem["extra"] for problem in problems])
    audit = _audit(run, truth, arguments.budget)
    began = time.perf_counter()
    repeated = [repeat(pools, truth, setting, arguments.repeats) for setting in _settings(arguments)]
    known = _truth(pools, truth)
    for found in repeated:
        found["share_of_exhaustive"] = found["readings"] / known["exhaustive_readings_at_least"]
    result = {
        **machine(["numpy", "scipy"]),
        "run": {"model": audit["run"]["model"], "problems": len(pools), "samples": len(pools[0].samples)},
        "truth": known,
        "audit": {name: audit[name] for name in KEPT},
        "repeated": repeated,
        "seconds_repeated": round(time.perf_counter() - began, 1),
    }
    path = write_result("audit_pocket", result, arguments.out)
    print(json.dumps(result["repeated"], indent=1))
    print(f"written: {path}; page: {run / 'audit' / 'report.html'}")


def _audit(run: Path, truth: Truth, budget: int) -> dict[str, Any]:
    """Plan, read through the queue, report; an audit that was begun goes on."""
    plan_audit(run, budget=budget)
    read_queue(run, truth, READERS)
    return write_report(run)


def _settings(arguments: argparse.Namespace) -> list[Setting]:
    part = arguments.budget // 4
    return [
        Setting("stop", arguments.budget, 0.0, False),
        Setting("two-phase", part, 0.0, False),
        Setting("stop", arguments.budget, 0.0, True),
        Setting("two-phase", part, 0.0, True),
        Setting("stop", arguments.budget, ERROR, False),
    ]


def _truth(pools: list[Pool], truth: Truth) -> dict[str, Any]:
    """What an exhaustive audit would find, and what it would read: a sound solution twice, a flawed one once or twice."""
    accepted = [pool.item(i) for pool in pools for i, sample in enumerate(pool.samples) if sample.accepted]
    sound = sum(truth[item].verdict == "sound" for item in accepted)
    texts_sound = sum(reading.verdict == "sound" for reading in truth.values())
    return {
        "accepted": len(accepted),
        "sound": sound,
        "false_positive_share": 1 - sound / len(accepted),
        "texts": len(truth),
        "exhaustive_readings_at_least": len(truth) + texts_sound,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Audit samples of the packaged model and hold the figures against the truth."
    )
    parser.add_argument(
        "--run", type=Path, default=Path("runs/audit_pocket"), help="run directory; made if it has no report"
    )
    parser.add_argument("--model", default="hf:pocket", help="engine and model for a new run (default: hf:pocket)")
    parser.add_argument("--problems", type=int, default=105, help="problems of a new run (default: 105)")
    parser.add_argument("--samples", type=int, default=SAMPLES, help=f"samples of each (default: {SAMPLES})")
    parser.add_argument("--budget", type=int, default=600, help="readings to plan for (default: 600)")
    parser.add_argument("--repeats", type=int, default=400, help="audits of each setting (default: 400)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
