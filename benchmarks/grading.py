"""The grader beside math-verify, in one run: ordinary pairs, whole completions, and a million samples from end to end.

    python -m benchmarks.grading [--cases ../shared/data/grading/public.jsonl] [--samples 1000000] [--workers 2] [--out results]

Pairs and completions are the public cases but for the hostile ones, each graded once by each grader in this process, fifty at a
time in turns, and timed in CPU seconds, after both have graded a few others. Math-verify reads an answer wrapped in a box and a
completion as it is, its best settings.

The million samples are synthetic: each of 500 problems has a gold answer of the public pairs and answers drawn by Zipf's law from
`ANSWERS_PER_PROBLEM` others, each at the end of a public completion's reasoning. Wall time covers making the texts as well.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, write_result
from reasoning_toolkit.grading import GRADER_VERSION, Sample, Verdict, grade, grade_many
from reasoning_toolkit.grading.second_verifier import math_verify_on_completion, math_verify_ruling
from reasoning_toolkit.grading.verify import decide

CASES = Path(__file__).resolve().parents[2] / "shared" / "data" / "grading" / "public.jsonl"
HOSTILE = {"bomb", "gold_bomb", "long", "nesting", "injection"}
SEED = 0
PROBLEMS = 500
ANSWERS_PER_PROBLEM = 64
CASES_A_TURN = 50
BODY_CHARACTERS = 1_000
ENDINGS = (
    r"Thus the answer is $\boxed{%s}$.",
    "The answer is %s.",
    "**Final Answer:** $%s$",
    "\n#### %s",
    r"So we get \[ \boxed{%s} \]",
)

Case = dict[str, Any]


def main() -> None:
    arguments = _arguments()
    cases = [
        case
        for case in map(json.loads, arguments.cases.read_text("utf-8").splitlines())
        if not HOSTILE & set(case["tags"])
    ]
    pairs = [case for case in cases if case["kind"] == "pair" and case["prediction"]]
    completions = [case for case in cases if case["kind"] == "extract" and case.get("gold") and "expected" in case]
    payload = {
        "machine": machine(["math-verify", "latex2sympy2-extended", "sympy", "mpmath"]),
        "grader": GRADER_VERSION,
        "pairs": compare(
            pairs,
            "prediction",
            lambda gold, answer: decide(gold, answer).equal,
            lambda gold, answer: math_verify_ruling(gold, answer).equal,
        ),
        "completions": compare(
            completions,
            "text",
            lambda gold, text: grade(gold, text, "stop").outcome == "right",
            lambda gold, text: math_verify_on_completion(gold, text).equal,
        ),
        "tiers_of_real_pairs": tiers(pairs),
        "end_to_end": end_to_end(pairs, completions, arguments.samples, arguments.workers),
    }
    path = write_result("grading", payload, arguments.out)
    print(json.dumps({key: payload[key] for key in payload if key != "machine"}, indent=2))
    print(f"written to {path}")


def compare(
    cases: Sequence[Case], read: str, ours: Callable[[str, str], bool], theirs: Callable[[str, str], bool]
) -> dict[str, Any]:
    """CPU seconds and accuracy of both graders on the same cases, in turns of `CASES_A_TURN`."""
    seconds: dict[str, float] = defaultdict(float)
    right: dict[str, int] = defaultdict(int)
    graders = {"toolkit": ours, "math-verify": theirs}
    for equal in graders.values():
        for gold, answer in (("7", "8"), (r"\frac{1}{2}", "0.25"), ("x+1", "x+2")):
            equal(gold, answer)
    for turn in (cases[i : i + CASES_A_TURN] for i in range(0, len(cases), CASES_A_TURN)):
        for name, equal in graders.items():
            started = time.process_time()
            verdicts = [equal(case["gold"], case[read]) for case in turn]
            seconds[name] += time.process_time() - started
            right[name] += sum(verdict == case["expected"] for verdict, case in zip(verdicts, turn, strict=True))
    rows = {
        name: {
            "cpu_seconds": seconds[name],
            "per_cpu_second": len(cases) / seconds[name],
            "accuracy": right[name] / len(cases),
        }
        for name in graders
    }
    return {"cases": len(cases), **rows, "speed_up": seconds["math-verify"] / seconds["toolkit"]}


def tiers(pairs: Sequence[Case]) -> dict[str, float]:
    """The share of the pairs taken from real output that each tier settles."""
    real = [decide(case["gold"], case["prediction"]) for case in pairs if "real" in case["tags"]]
    counts = Counter("undecided" if decision.reason.startswith("undecided") else decision.tier for decision in real)
    return {tier: count / len(real) for tier, count in counts.most_common()}


def end_to_end(pairs: Sequence[Case], completions: Sequence[Case], samples: int, workers: int) -> dict[str, Any]:
    """Seconds to grade this many synthetic samples."""
    started = time.perf_counter()
    verdicts = grade_many(synthetic(pairs, completions, samples), workers=workers)
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "samples": samples,
        "problems": PROBLEMS,
        "workers": workers,
        "different_answers": len({verdict.answer for verdict in verdicts}),
        "seconds": seconds,
        "samples_per_second": samples / seconds,
        "peak_gib": usage.ru_maxrss / 2**20,
        "outcomes": _counted(verdicts),
    }


def synthetic(pairs: Sequence[Case], completions: Sequence[Case], samples: int) -> Iterator[Sample]:
    """Samples of all problems in turn, seeded."""
    rng = random.Random(SEED)
    golds = list(dict.fromkeys(case["gold"] for case in pairs))
    predictions = list(dict.fromkeys(case["prediction"] for case in pairs))
    problems = list(itertools.islice(itertools.cycle(golds), PROBLEMS))
    by_gold: dict[str, list[str]] = {}
    for case in pairs:
        by_gold.setdefault(case["gold"], []).append(case["prediction"])
    answers = [[g, *by_gold[g], *rng.sample(predictions, ANSWERS_PER_PROBLEM)][:ANSWERS_PER_PROBLEM] for g in problems]
    bodies = [case["text"].replace("boxed", "mbox").replace("####", "")[:BODY_CHARACTERS] for case in completions]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, ANSWERS_PER_PROBLEM + 1)))
    for index in range(samples):
        problem = index % PROBLEMS
        answer = rng.choices(answers[problem], cum_weights=weights)[0]
        yield Sample(problems[problem], f"{rng.choice(bodies)}\n{rng.choice(ENDINGS) % answer}")


def _counted(verdicts: Sequence[Verdict]) -> dict[str, int]:
    return dict(Counter(verdict.outcome for verdict in verdicts).most_common())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the grader beside math-verify.")
    parser.add_argument("--cases", type=Path, default=CASES, help="JSONL of cases (default: beside the repository)")
    parser.add_argument("--samples", type=int, default=1_000_000, help="synthetic samples (default: 1,000,000)")
    parser.add_argument("--workers", type=int, default=2, help="child processes for them (default: 2)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
