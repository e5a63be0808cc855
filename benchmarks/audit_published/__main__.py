"""Every figure of a folder of published labels, recomputed, and the audit of its pass@N pools replayed.

    python -m benchmarks.audit_published --data FOLDER [--out results]

The folder holds problems, runs, run_rows, solutions, detection_benchmark, judge_outputs and pass_at_n_qwen72b_aime (JSON lines);
where it holds expected.json too, each of its numbers is compared. Labels: Wang et al. 2025 (arXiv 2502.06217). Beside the
figures stand what the paper leaves out: intervals and tests. The last thing printed is JSON, the result without its tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.audit_published.baselines import NOT_IN_FOLDER, UNPARSED, cpu_baselines, judges
from benchmarks.audit_published.expected import compare
from benchmarks.audit_published.pools import pool_figures, replay
from benchmarks.audit_published.reading import read_folder
from benchmarks.audit_published.runs import run_figures, run_tests
from benchmarks.machine import machine, write_result


def main() -> None:
    arguments = _arguments()
    found, summary = reproduce(arguments.data)
    payload = {"machine": machine(["numpy", "scipy"]), **summary, **found}
    print(f"written to {write_result('audit_published', payload, arguments.out)}")
    print(json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False))
    sys.exit(1 if summary.get("expected", {}).get("differ") else 0)


def reproduce(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tables in the shape of expected.json, and the summary: comparison with it, replayed audit, tests.

    Where judges' answers hold no verdict, that reading of them is taken under which most numbers agree, and named.

    Raises:
        DataError: a file that is missing or cannot be read.
    """
    data = read_folder(folder)
    benchmark, unique = cpu_baselines(data)
    found: dict[str, Any] = {
        "runs": run_figures(data),
        "cpu_baselines_detection_benchmark": benchmark,
        "cpu_baselines_unique_solutions": unique,
        "pass_at_n_qwen72b_aime": pool_figures(data),
    }
    summary: dict[str, Any] = {"replay": replay(data), "tests": run_tests(data)}
    readings = {name: judges(data, name) for name in UNPARSED}
    path = folder / "expected.json"
    if not path.exists():
        return found | {"judges": readings["sound"]}, summary | {"unparsed_judges_read_as": "sound"}
    expected = json.loads(path.read_text(encoding="utf-8"))
    compared = {name: compare(found | {"judges": rows}, expected, NOT_IN_FOLDER) for name, rows in readings.items()}
    best = max(compared, key=lambda name: int(compared[name]["agree"]))
    summary |= {"unparsed_judges_read_as": best, "expected": compared[best]}
    return found | {"judges": readings[best]}, summary


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reproduce published false-positive figures.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labels")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
