"""The making of the packaged model, at a size that trains in seconds."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("transformers", reason="needs the extra hf")
pytest.importorskip("torch", reason="needs the extra hf")

from benchmarks.pocket_reasoner import train as training
from benchmarks.pocket_reasoner.data import IGNORED, batches, corpus
from benchmarks.pocket_reasoner.tokenizer import train_tokenizer
from benchmarks.pocket_reasoner.train import TrainConfig, finished, learning_rate, train
from reasoning_toolkit.engines.think import opens_thinking
from reasoning_toolkit.engines.tokenizer import HuggingFaceTokenizer
from reasoning_toolkit.errors import UsageError

TINY = TrainConfig(steps=6, batch=2, width=32, layers=1, heads=1, hidden=48, warmup=2)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return train_tokenizer(corpus(0, 300))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TOKENIZER_TEXTS", 300)
    monkeypatch.setattr(training, "SAVE_EVERY", 1)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_survives_the_tokenizer(tokenizer: Any, text: str) -> None:
    plain = HuggingFaceTokenizer(tokenizer)
    assert plain.decode(plain.encode(text)) == text


def test_digits_one_by_one_and_markers_whole(tokenizer: Any) -> None:
    ids = tokenizer.encode("Let me double-check: 120 - 38 = 82.\nWait, So what.", add_special_tokens=False)
    pieces = tokenizer.convert_ids_to_tokens(ids)
    assert {"Let me double-check", "Wait", "So"} < set(pieces)
    assert [p for p in pieces if p.isdigit()] == list("1203882")
    assert len(tokenizer.encode("Nowhere", add_special_tokens=False)) > 1  # no marker inside a word


def test_a_prompt_ends_inside_the_thinking(tokenizer: Any) -> None:
    plain = HuggingFaceTokenizer(tokenizer)
    prompt = plain.decode(plain.render([{"role": "user", "content": "Compute 1 + 2."}]))
    assert prompt == "<|user|>\nCompute 1 + 2.\n<|assistant|>\n<think>\n"
    from reasoning_toolkit.engines.local_model import think_tags

    assert opens_thinking(prompt, think_tags(plain))


def test_batches_from_the_middle_are_those_of_the_whole(tokenizer: Any) -> None:
    whole = list(islice(batches(tokenizer, 0, 2, 0), 20))
    part = list(islice(batches(tokenizer, 0, 2, 17), 3))
    for (ids, labels), (others, other_labels) in zip(whole[17:], part, strict=True):
        assert ids.equal(others)
        assert labels.equal(other_labels)


def test_only_answers_are_learned(tokenizer: Any) -> None:
    ids, labels = next(batches(tokenizer, 0, 4, 0))
    for row, wanted in zip(ids, labels, strict=True):
        learned = row[wanted != IGNORED]
        assert learned.equal(wanted[wanted != IGNORED])
        text = tokenizer.decode(learned)
        assert text.count("\\boxed{") == 1
        assert text.endswith("<|end|>")
        assert "<|assistant|>" not in text


def test_stopped_anywhere_the_loss_curve_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train(TINY, tmp_path / "whole")
    assert whole == finished(tmp_path / "whole")
    step = training._step
    made = 0

    def dying(*arguments: Any) -> float:
        nonlocal made
        made += 1
        if made == 4:
            raise KeyboardInterrupt
        return step(*arguments)

    monkeypatch.setattr(training, "_step", dying)
    with pytest.raises(KeyboardInterrupt):
        train(TINY, tmp_path / "stopped")
    with pytest.raises(UsageError, match="finished"):
        finished(tmp_path / "stopped")
    again = train(TINY, tmp_path / "stopped")
    assert again["loss_curve_sha256"] == whole["loss_curve_sha256"]
    assert made == 4 + TINY.steps - 3
    weights = [
        (tmp_path / name / f"step-{TINY.steps}" / "model.safetensors").read_bytes() for name in ("whole", "stopped")
    ]
    assert weights[0] == weights[1]


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    train(TINY, tmp_path)
    with pytest.raises(UsageError, match="seed"):
        train(TrainConfig(**{**{name: getattr(TINY, name) for name in TINY.__slots__}, "seed": 1}), tmp_path)


def test_learning_rate() -> None:
    config = TrainConfig(steps=100, warmup=10, learning_rate=1.0)
    assert learning_rate(config, 0) == pytest.approx(0.1)
    assert learning_rate(config, 10) == pytest.approx(1.0)
    assert learning_rate(config, 55) == pytest.approx(0.55)  # half of the cosine: 0.1 + 0.45
    assert learning_rate(config, 100) == pytest.approx(0.1)
