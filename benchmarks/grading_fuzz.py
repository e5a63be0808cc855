"""Fuzz the grader: no exception, no hang, no dead worker, and the same verdict in another order under another hash seed.

    python -m benchmarks.grading_fuzz [--fuzzer mutation] [--minutes 10] [--seed 0] [--workers 2] [--cases FILE.jsonl]
                                      [--out results]

Each round of pairs of a fuzzer (`fuzzers.py`) is ruled on twice by the killable workers of `grading/pool.py`: in order with
one hash seed, shuffled with another. Each text must be equal to itself, and the symmetric mode symmetric
(`fuzz_checks.py`). A hang is a pair that takes longer than `LIMIT_S`. What sympy did not answer in time is not compared,
but counted.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fuzz_checks import rule
from benchmarks.fuzzers import FUZZERS
from benchmarks.grading import CASES
from benchmarks.machine import machine, write_result
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.grading.pool import Pair, rule_on_many

LIMIT_S = 30.0  # for all that is asked of a pair: 8 questions, each of which may start the sympy worker and time out
SHOWN = 20
HASH_SEEDS = "1", "2"


def main() -> int:
    """Fuzz until the time is up. Returns 1 if anything was found."""
    arguments = _arguments()
    rng, started, pairs, tried = random.Random(arguments.seed), time.monotonic(), 0, 0
    counts: Counter[str] = Counter()
    for drawn in FUZZERS[arguments.fuzzer](arguments.seed, arguments.minutes, arguments.cases):
        wrong, timed_out = found(drawn.pairs, rng, arguments.workers)
        counts["timed out in sympy"] += timed_out
        for kind, pair in wrong:
            counts[kind] += 1
            if sum(counts.values()) - counts["timed out in sympy"] <= SHOWN:
                print(f"{kind}: {ascii(pair)[:400]}", flush=True)
        pairs, tried = pairs + len(drawn.pairs), tried + drawn.tried
        if time.monotonic() - started >= arguments.minutes * 60:
            break
    timed_out = counts.pop("timed out in sympy")
    payload = {
        "machine": machine(["sympy", "mpmath", "hypothesis", "atheris"]),
        "grader": GRADER_VERSION,
        "fuzzer": arguments.fuzzer,
        "seed": arguments.seed,
        "seconds": time.monotonic() - started,
        "tried": tried,
        "pairs_ruled_twice": pairs,
        "timed_out_in_sympy": timed_out,
        "limit_s": LIMIT_S,
        "found": dict(counts),
    }
    path = write_result(f"grading_fuzz_{arguments.fuzzer}", payload, arguments.out)
    print(f"{tried:,} tried, {pairs:,} pairs ruled twice, found: {dict(counts) or 'nothing'}; written to {path}")
    return 1 if counts else 0


def found(pairs: Sequence[Pair], rng: random.Random, workers: int) -> tuple[list[tuple[str, Pair]], int]:
    """The pairs that went wrong and how, and how many could not be compared since sympy took too long."""
    order = rng.sample(range(len(pairs)), len(pairs))
    os.environ["PYTHONHASHSEED"] = HASH_SEEDS[0]
    first = rule_on_many(pairs, rule, workers=workers, limit_s=LIMIT_S)
    os.environ["PYTHONHASHSEED"] = HASH_SEEDS[1]
    shuffled = rule_on_many([pairs[place] for place in order], rule, workers=workers, limit_s=LIMIT_S)
    second = dict(zip(order, shuffled, strict=True))
    wrong, timed_out = [], 0
    for place, (pair, ruling) in enumerate(zip(pairs, first, strict=True)):
        if ruling.reason.startswith("undecided: "):  # the pool's own words: over its time, dead or failed
            wrong.append((ruling.reason, pair))
        elif ruling.tier:
            wrong.append((ruling.tier, pair))
        elif second[place] != ruling:
            if "timed out" in ruling.reason + second[place].reason:
                timed_out += 1
            else:
                wrong.append(("another verdict in another order", pair))
    return wrong, timed_out


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzz the grader.")
    parser.add_argument("--fuzzer", choices=FUZZERS, default="mutation", help="how pairs are drawn (default: mutation)")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer (default: 0)")
    parser.add_argument("--workers", type=int, default=2, help="child processes (default: 2)")
    parser.add_argument(
        "--cases", type=Path, default=CASES, help="JSONL of cases to start from (default: beside the repository)"
    )
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
