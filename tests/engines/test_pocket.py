"""The packaged model as files, and the same greedy traces in transformers and in vLLM."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.engines.local_model import fingerprint
from reasoning_toolkit.engines.pocket import FOLDER
from reasoning_toolkit.engines.spec import open_engine, resolve_model
from reasoning_toolkit.engines.think import THINK_TAGS
from reasoning_toolkit.engines.types import Request, Sampling
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.pocket import check_trace

MOST_BYTES = 8_000_000
VLLM_CPU_HEADS = {32, 64, 80, 96, 112, 128, 160, 192, 224, 256}  # sizes that vLLM's CPU attention supports


def test_the_files_are_a_small_llama_in_hugging_face_layout() -> None:
    path, name = resolve_model("pocket")
    assert (Path(path), name) == (FOLDER, "pocket")
    assert (FOLDER / "model.safetensors").stat().st_size <= MOST_BYTES
    config = json.loads((FOLDER / "config.json").read_text("utf-8"))
    assert config["model_type"] == "llama"
    assert config["dtype"] == "bfloat16"
    assert config["hidden_size"] // config["num_attention_heads"] in VLLM_CPU_HEADS
    assert (FOLDER / "tokenizer.json").exists()
    assert (FOLDER / "README.md").exists()


def test_the_weights_hold_one_to_three_million_numbers() -> None:
    safetensors = pytest.importorskip("safetensors", reason="needs the extra hf")
    with safetensors.safe_open(FOLDER / "model.safetensors", "np") as weights:
        count = sum(_size(weights.get_slice(name).get_shape()) for name in weights.keys())  # noqa: SIM118  (not a dict)
    assert 1e6 <= count <= 3e6


def _size(shape: list[int]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def test_a_model_card_changes_no_identity(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = fingerprint(tmp_path)
    (tmp_path / "README.md").write_text("a card")
    assert fingerprint(tmp_path) == before
    (tmp_path / "config.json").write_text("{ }")
    assert fingerprint(tmp_path) != before


@pytest.mark.model
@pytest.mark.parametrize("engine_name", ["hf", "vllm"])
def test_it_reasons_aloud_and_is_often_right(engine_name: str) -> None:
    pytest.importorskip("vllm" if engine_name == "vllm" else "transformers", reason=f"needs the extra {engine_name}")
    problems = load_problems("pocket:mixed", where={"level": "1"}, limit=30)
    engine = open_engine(f"{engine_name}:pocket")
    try:
        assert engine.tags == THINK_TAGS["think"]
        assert engine.tokenizer is not None
        prompts = [engine.tokenizer.render([{"role": "user", "content": p.question}]) for p in problems]
        greedy = Sampling(temperature=0.0, max_tokens=300)
        engine.submit([(p.id, Request(prompt, greedy, seed=0)) for p, prompt in zip(problems, prompts, strict=True)])
        texts = {}
        while len(texts) < len(problems):
            texts.update({ticket: completion.text for ticket, completion in engine.wait()})
    finally:
        engine.close()
    checks = [check_trace(p, texts[p.id]) for p in problems]
    assert sum(c.right for c in checks) >= 20
    assert sum(len(c.steps) >= 2 for c in checks) >= 28
