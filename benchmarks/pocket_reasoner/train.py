"""Train the pocket model from nothing: plain supervised fine-tuning of a small Llama on demonstrations, in one pass.

Stop it whenever you like: every `SAVE_EVERY` steps all that the next step needs is on disk, and the same command goes on. With the same
seed and number of threads the loss curve is the same, bit for bit, stopped or not.

On Linux `GLIBC_TUNABLES=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=20000000000` in front of the command keeps freed memory in the
process: fewer page faults, and no figure changes.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.pocket_reasoner.data import batches, corpus
from benchmarks.pocket_reasoner.tokenizer import train_tokenizer
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.runs.config import write_atomically

SAVE_EVERY = 50
TOKENIZER_TEXTS = 8_000


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """What makes the weights: the same config on the same number of threads gives the same loss curve.

    Attributes:
        seed: of the demonstrations and the first weights.
        steps: batches.
        batch: demonstrations a batch.
        learning_rate: its peak; linear warm-up, then a cosine down to a tenth.
        warmup: steps.
        width, layers, heads, hidden: of the transformer.
        threads: of torch.
    """

    seed: int = 0
    steps: int = 5_000
    batch: int = 32
    learning_rate: float = 2e-3
    warmup: int = 100
    width: int = 128
    layers: int = 5
    heads: int = 4
    hidden: int = 384
    threads: int = 1


def train(config: TrainConfig, folder: Path) -> dict[str, Any]:
    """Train into `folder`: `state.pt` and `log.jsonl` (one line a step) while it goes on; `step-N/`, models in Hugging Face layout at a
    quarter, a half and the end; `summary.json`.

    Returns:
        Loss, tokens, seconds, and the SHA-256 of the loss curve.

    Raises:
        UsageError: the folder holds a training with other settings.
    """
    import torch

    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(config, folder)
    model = new_model(config, tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, betas=(0.9, 0.95), weight_decay=0.05)
    log = _resume(config, folder, model, optimizer)
    kept = {config.steps // 4, config.steps // 2, config.steps}
    with _progress(config, len(log)) as progress:
        for ids, labels in batches(tokenizer, config.seed, config.batch, first=len(log)):
            if len(log) == config.steps:
                break
            started = time.perf_counter()
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(config, len(log))
            loss = _step(model, optimizer, ids, labels)
            tokens = int((ids != tokenizer.pad_token_id).sum())
            log.append({"step": len(log) + 1, "loss": loss, "tokens": tokens, "seconds": time.perf_counter() - started})
            if len(log) % SAVE_EVERY == 0 or len(log) == config.steps:
                _save(config, folder, model, optimizer, log)
            if len(log) in kept:
                save_model(model, tokenizer, folder / f"step-{len(log)}")
            progress.update(progress.task_ids[0], completed=len(log), loss=loss)
    told = summary(config, log) | {"parameters": model.num_parameters()}
    write_atomically(folder / "summary.json", json.dumps(told, indent=1) + "\n")
    return told


def new_model(config: TrainConfig, tokenizer: Any) -> Any:
    """A Llama with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=-(-len(tokenizer) // 64) * 64,
            hidden_size=config.width,
            intermediate_size=config.hidden,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.heads,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            attn_implementation="eager",  # its backward pass is the faster one on a CPU where rows are short
        )
    )


def learning_rate(config: TrainConfig, step: int) -> float:
    """Of step `step`, from 0."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


def summary(config: TrainConfig, log: list[dict[str, Any]]) -> dict[str, Any]:
    """What a training came to."""
    losses = [row["loss"] for row in log]
    recent = losses[-50:]
    return {
        "config": asdict(config),
        "steps": len(log),
        "tokens": sum(row["tokens"] for row in log),
        "seconds": sum(row["seconds"] for row in log),
        "loss": sum(recent) / len(recent),
        "loss_curve": losses[:: max(1, len(losses) // 100)],
        "loss_curve_sha256": hashlib.sha256(json.dumps(losses).encode()).hexdigest(),
    }


def finished(folder: Path) -> dict[str, Any]:
    """The summary of a training that came to its end.

    Raises:
        UsageError: it has not.
    """
    path = folder / "summary.json"
    if not path.exists():
        raise UsageError(
            f"expected a finished training in {folder}",
            hint=f"python -m benchmarks.pocket_reasoner train --run {folder}",
        )
    return dict(json.loads(path.read_text("utf-8")))


def trained_models(folder: Path) -> dict[int, Path]:
    """The models of a training by their step, in order."""
    found = {int(path.name.removeprefix("step-")): path for path in folder.glob("step-*")}
    return dict(sorted(found.items()))


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Hugging Face layout, bfloat16."""
    import copy

    import torch

    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _step(model: Any, optimizer: Any, ids: Any, labels: Any) -> float:
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        loss = model(input_ids=ids, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def _tokenizer(config: TrainConfig, folder: Path) -> Any:
    from transformers import PreTrainedTokenizerFast

    kept = folder / "tokenizer"
    if not (kept / "tokenizer_config.json").exists():
        train_tokenizer(corpus(config.seed, TOKENIZER_TEXTS)).save_pretrained(kept)
    return PreTrainedTokenizerFast.from_pretrained(kept)


def _resume(config: TrainConfig, folder: Path, model: Any, optimizer: Any) -> list[dict[str, Any]]:
    """Load what is there; the log up to it."""
    import torch

    path = folder / "state.pt"
    if not path.exists():
        return []
    state = torch.load(path, weights_only=True)
    if state["config"] != asdict(config):
        changed = [name for name, value in asdict(config).items() if state["config"].get(name) != value]
        raise UsageError(
            f"{folder} holds a training with another {', '.join(changed)}",
            hint="give another --run, or remove the folder",
        )
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()][: state["step"]]


def _save(config: TrainConfig, folder: Path, model: Any, optimizer: Any, log: list[dict[str, Any]]) -> None:
    """The log first, then the state that counts its lines: a crash between the two loses neither."""
    import torch

    write_atomically(folder / "log.jsonl", "".join(json.dumps(row) + "\n" for row in log))
    part = folder / "state.part"
    state = {
        "config": asdict(config),
        "step": len(log),
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, part)
    os.replace(part, folder / "state.pt")


def _progress(config: TrainConfig, done: int) -> Progress:
    progress = Progress(
        TextColumn("training"), BarColumn(), TextColumn("{task.completed}/{task.total} steps, loss {task.fields[loss]:.3f}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    progress.add_task("training", total=config.steps, completed=done, loss=float("nan"))
    return progress
