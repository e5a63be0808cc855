"""The detectors of false positives on labelled solutions: precision, recall, ranking, calibration, time.

    python -m benchmarks.audit_detectors --data FOLDER [--out results]
    python -m benchmarks.audit_detectors --data FOLDER --fit       # first fit the coefficients that ship with the package

FOLDER holds the labels published with arXiv 2502.06217: `problems.jsonl`, `solutions.jsonl`, `detection_benchmark.jsonl`, `runs.jsonl`,
`run_rows.jsonl`, `judge_outputs.jsonl`. Positive is a right answer whose reasoning readers rejected. Two sets: the rows of the detection
benchmark, in which a solution may come more than once, and every accepted solution once. Intervals resample problems.

The accepted rate of a problem is its share of the folder's runs in which the selected answer was right; no label goes into it.

"cross-validated" refits X on nine tenths of the folder's problems and reads the last tenth; the threshold is fixed. On the folder that
the shipped coefficients were fitted on, this is the honest figure of X and the ensemble, and their plain rows are not. The rules, and
the words that X counts, were written with the public half in view, which no cross-validation undoes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine, write_result
from reasoning_toolkit.audit.detectors import DETECTORS, Context, Finding, detector
from reasoning_toolkit.audit.detectors.features import COEFFICIENTS, NAMES, THRESHOLD, features
from reasoning_toolkit.audit.detectors.logistic import RIDGE, fit
from reasoning_toolkit.stats.auroc import auroc
from reasoning_toolkit.stats.detection import average_precision, cluster_interval, confusion

FOLDS = 10
SEED = 0
RESAMPLES = 500


@dataclass(frozen=True)
class Labelled:
    """One accepted solution."""

    id: str
    problem_id: str
    dataset: str
    problem: str
    solution: str
    context: Context
    flawed: bool


def main() -> None:
    arguments = _arguments()
    solutions = read_solutions(arguments.data)
    places = {solution.id: place for place, solution in enumerate(solutions)}
    rows = _read(arguments.data, "detection_benchmark")
    benchmark = [places[row["sol_id"]] for row in rows]
    if arguments.fit:
        write_coefficients(solutions)
    found, seconds = run_detectors(solutions)
    held_out = cross_validated(solutions)
    exact = [any(found[name][i].flawed for name in "EMQA") for i in range(len(solutions))]
    found["X, cross-validated"] = [Finding(p >= THRESHOLD, p) for p in held_out]
    found["ensemble, cross-validated"] = [Finding(e or p >= THRESHOLD, p) for e, p in zip(exact, held_out, strict=True)]
    payload = {
        "machine": machine(["numpy", "scipy"]),
        "data": arguments.data.name,
        "solutions": len(solutions),
        "benchmark_rows": len(benchmark),
        "threshold": THRESHOLD,
        "benchmark": {name: tables(solutions, findings, benchmark) for name, findings in found.items()},
        "unique": {name: tables(solutions, findings, list(range(len(solutions)))) for name, findings in found.items()},
        "judges": judges(arguments.data, rows),
        "seconds": seconds,
    }
    write_result("audit_detectors", payload, arguments.out)
    _print(payload)
    print(json.dumps(payload))


def read_solutions(folder: Path) -> list[Labelled]:
    """The accepted solutions of a folder with their labels."""
    problems = {row["pid"]: row for row in _read(folder, "problems")}
    runs = Counter(row["dataset"] for row in _read(folder, "runs"))
    accepted = Counter(row["pid"] for row in _read(folder, "run_rows") if row["auto_correct"])
    return [
        Labelled(
            row["sol_id"],
            row["pid"],
            row["dataset"],
            problems[row["pid"]]["problem"],
            row["solution"],
            Context(problems[row["pid"]]["answer"], accepted[row["pid"]], runs[row["dataset"]]),
            row["label"] == "false_positive",
        )
        for row in _read(folder, "solutions")
        if row["label"] in ("sound", "false_positive")
    ]


def run_detectors(solutions: Sequence[Labelled]) -> tuple[dict[str, list[Finding]], dict[str, float]]:
    """What each detector says of each solution, and the processor seconds of the slowest and the mean solution for all of them together."""
    found: dict[str, list[Finding]] = {name: [] for name in DETECTORS}
    functions = {name: detector(name) for name in DETECTORS}
    for function in functions.values():  # loads what they need
        function("", r"$1 + 1 \neq \sqrt{3}$ \boxed{2}", Context())
    times = []
    for solution in solutions:
        started = time.process_time()
        for name, function in functions.items():
            found[name].append(function(solution.problem, solution.solution, solution.context))
        times.append(time.process_time() - started)
    return found, {"mean": float(np.mean(times)), "largest": max(times)}


def cross_validated(solutions: Sequence[Labelled]) -> list[float]:
    """The probability of X for each solution, from coefficients fitted without its problem."""
    rows = [features(s.problem, s.solution, s.context) for s in solutions]
    problems = sorted({s.problem_id for s in solutions})
    np.random.default_rng(SEED).shuffle(problems)
    fold = {problem: number % FOLDS for number, problem in enumerate(problems)}
    probabilities = [0.0] * len(rows)
    for held in range(FOLDS):
        kept = [i for i, s in enumerate(solutions) if fold[s.problem_id] != held]
        model = fit([rows[i] for i in kept], [solutions[i].flawed for i in kept], NAMES)
        for i in set(range(len(rows))) - set(kept):
            probabilities[i] = model.probability(rows[i])
    return probabilities


def write_coefficients(solutions: Sequence[Labelled]) -> None:
    """Fit both models of X on all of these solutions and write them where the package reads them."""
    rows = [features(s.problem, s.solution, s.context) for s in solutions]
    labels = [s.flawed for s in solutions]
    text = [feature for feature in NAMES if feature != "accepted rate"]
    stored = {
        "fitted on": f"{len(rows)} accepted solutions of {len({s.problem_id for s in solutions})} problems, {sum(labels)} rejected: "
        "labels published with arXiv 2502.06217, half of the problems",
        "command": "python -m benchmarks.audit_detectors --data FOLDER --fit",
        "ridge": RIDGE,
        "models": {"text": asdict(fit(rows, labels, text)), "accepted rate": asdict(fit(rows, labels, NAMES))},
    }
    COEFFICIENTS.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def tables(solutions: Sequence[Labelled], findings: Sequence[Finding], places: Sequence[int]) -> dict[str, Any]:
    """The measures over all rows with their intervals, and over each data set."""
    names = sorted({solutions[i].dataset for i in places})
    parts = {name: [i for i in places if solutions[i].dataset == name] for name in names}
    return {
        "all": measures(solutions, findings, places, intervals=True),
        **{name: measures(solutions, findings, part) for name, part in parts.items()},
    }


def measures(
    solutions: Sequence[Labelled], findings: Sequence[Finding], places: Sequence[int], *, intervals: bool = False
) -> dict[str, Any]:
    """Counts, precision, recall, F1 of the flags; AUROC, average precision and Brier score of the scores."""
    flags = np.array([findings[i].flawed for i in places])
    scores = np.array([findings[i].score for i in places])
    labels = np.array([solutions[i].flawed for i in places])
    statistics = {name: statistic(flags, scores, labels) for name, statistic in _STATISTICS.items()}
    counts = confusion(flags.tolist(), labels.tolist())._asdict()
    values = {name: statistic(np.arange(len(places))) for name, statistic in statistics.items()}
    if not intervals:
        return {**counts, **values}
    clusters = [solutions[i].problem_id for i in places]
    reaches = {name: cluster_interval(s, clusters, resamples=RESAMPLES) for name, s in statistics.items()}
    return {**counts, **values, "intervals": reaches}


def judges(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Precision, recall and F1 of the stored verdicts of language models on the benchmark rows; an unparsed one flags nothing."""
    truth = {row["row"]: row["false_positive"] for row in rows}
    by_judge: dict[str, dict[int, str]] = {}
    for row in _read(folder, "judge_outputs"):
        by_judge.setdefault(row["judge"], {})[row["row"]] = row["verdict"]
    return {
        name: (c := confusion([verdicts[r] == "flawed" for r in truth], list(truth.values())))._asdict()
        | {
            "precision": c.precision,
            "recall": c.recall,
            "f1": c.f1,
            "unparsed": sum(v == "unparsed" for v in verdicts.values()),
        }
        for name, verdicts in by_judge.items()
    }


Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]
Whole = NDArray[np.int64]


def _of_flags(name: str) -> Any:
    return lambda flags, scores, labels: lambda at: getattr(confusion(flags[at].tolist(), labels[at].tolist()), name)


def _auroc(flags: Flags, scores: Scores, labels: Flags) -> Any:
    def value(at: Whole) -> float | None:
        found = auroc(scores[at].tolist(), labels[at].tolist())
        return found.value if found else None

    return value


_STATISTICS = {
    "precision": _of_flags("precision"),
    "recall": _of_flags("recall"),
    "f1": _of_flags("f1"),
    "auroc": _auroc,
    "average_precision": lambda flags, scores, labels: (
        lambda at: average_precision(scores[at].tolist(), labels[at].tolist())
    ),
    "brier": lambda flags, scores, labels: lambda at: float(((scores[at] - labels[at]) ** 2).mean()),
}


def _print(payload: dict[str, Any]) -> None:
    for part in ("benchmark", "unique"):
        print(f"{part}: tp fp fn, precision, recall, F1, AUROC")
        for name, table in payload[part].items():
            row = table["all"]
            shares = "  ".join(
                "  –  " if row[key] is None else f"{row[key]:.3f}" for key in ("precision", "recall", "f1", "auroc")
            )
            print(f"  {name:26} {row['tp']:3} {row['fp']:3} {row['fn']:3}  {shares}")
    print(
        f"all detectors together: {payload['seconds']['mean'] * 1000:.1f} ms a solution, at most {payload['seconds']['largest']:.3f} s"
    )


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the detectors of false positives on labelled solutions.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labels")
    parser.add_argument("--fit", action="store_true", help="fit the packaged coefficients on this folder first")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
