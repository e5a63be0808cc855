"""What the in-process engines know of a model before its weights are loaded: path, identity, tokenizer, delimiters."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.spec import ModelSpec, resolve_model
from reasoning_toolkit.engines.think import ThinkTags, find_tags
from reasoning_toolkit.engines.tokenizer import HuggingFaceTokenizer
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.lazy import require

# Read when torch is loaded. Its threads wait by spinning unless told otherwise, and where anything else shares the cores they
# starve each other, most of all with a small model.
SHARE_CORES = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}

# Engine arguments that place or speed up the work and do not change what is drawn.
INDIFFERENT = frozenset(
    [
        "tensor_parallel_size",
        "pipeline_parallel_size",
        "data_parallel_size",
        "gpu_memory_utilization",
        "max_num_seqs",
        "max_num_batched_tokens",
        "enforce_eager",
        "enable_prefix_caching",
        "block_size",
        "enable_chunked_prefill",
        "swap_space",
        "distributed_executor_backend",
        "disable_log_stats",
        "batch_size",
        "device",
        "device_map",
        "download_dir",
        "load_format",
        "kv_cache_memory_bytes",
    ]
)


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model on disk or on the hub: `path` is what the libraries load, `identity` what the ledger remembers."""

    path: str
    revision: str | None
    identity: str
    tokenizer: HuggingFaceTokenizer
    tags: ThinkTags | None


def find_model(spec: ModelSpec, arguments: Mapping[str, Any]) -> LocalModel:
    """Resolve a model text: alias, folder or hub name.

    Raises:
        EngineError: there is no such model, or its files cannot be read.
        MissingPackage: transformers is not installed.
    """
    for variable, value in SHARE_CORES.items():
        os.environ.setdefault(variable, value)
    path, name = resolve_model(spec.model)
    tokenizer, commit = load_tokenizer(path, spec.revision)
    settings = {k: v for k, v in arguments.items() if k not in INDIFFERENT}
    revision = fingerprint(Path(path)) if Path(path).is_dir() else commit or spec.revision
    label = name if name != path or not Path(path).is_dir() else Path(path).name
    identity = {"engine": spec.engine, "model": label, "revision": revision, "settings": settings}
    text = json.dumps(identity, sort_keys=True, default=str)  # an argument from Python may be a torch.dtype
    return LocalModel(path, spec.revision, text, tokenizer, think_tags(tokenizer))


def load_tokenizer(path: str, revision: str | None) -> tuple[HuggingFaceTokenizer, str | None]:
    """A tokenizer and the commit that the hub resolved the revision to (None for a folder)."""
    transformers = require("transformers", "hf")
    try:
        config = transformers.AutoConfig.from_pretrained(path, revision=revision)
        tokenizer = transformers.AutoTokenizer.from_pretrained(path, revision=revision)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"the model {path!r} cannot be loaded: {first_line(error)}",
            hint="give a folder with config.json and tokenizer files, a hub name that this machine can reach, or pocket",
        ) from error
    return HuggingFaceTokenizer(tokenizer), getattr(config, "_commit_hash", None)


def first_line(error: BaseException) -> str:
    """The kind of an error and the first line of what it says; libraries put pages into one."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:300]}"


def think_tags(tokenizer: HuggingFaceTokenizer) -> ThinkTags | None:
    """The think delimiters of a tokenizer's family."""
    template = tokenizer.inner.chat_template
    texts = template.values() if isinstance(template, dict) else [template or ""]
    return find_tags("\n".join(texts), tokenizer.inner.get_vocab())


def fingerprint(folder: Path) -> str:
    """A hash of a model folder, wherever it lies and whatever its model card says: names, sizes, small files, ends of large ones."""
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.iterdir() if p.is_file() and p.suffix != ".md"):
        size = file.stat().st_size
        digest.update(f"{file.name}:{size};".encode())
        with file.open("rb") as handle:
            digest.update(handle.read(1 << 20))
            handle.seek(max(0, size - (1 << 20)))
            digest.update(handle.read())
    return digest.hexdigest()[:16]
