"""Process reward models on a small random one: a score a step, read where the marker ends."""

from __future__ import annotations

from pathlib import Path

import pytest

import reasoning_toolkit.engines
from reasoning_toolkit.audit.detectors.prm import (
    AGGREGATES,
    RewardModel,
    judged_by_steps,
    load_reward_model,
    step_scores,
)
from reasoning_toolkit.errors import EngineError, UsageError

TOKENIZER = Path(reasoning_toolkit.engines.__file__).with_name("pocket_model")
SOLUTION = "First 2 + 2 = 4.\n\nNow 4 * 3 = 12.\n\nSo 12."


@pytest.fixture(scope="module", params=["labels", "tokens"])
def reward(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RewardModel:
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("prm")
    tokenizer = transformers.AutoTokenizer.from_pretrained(TOKENIZER)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_labels=2,
    )
    kinds = {"labels": transformers.LlamaForTokenClassification, "tokens": transformers.LlamaForCausalLM}
    kinds[request.param](config).save_pretrained(folder)
    return load_reward_model(str(folder), marker="\n", head=request.param, tokens=("1", "0"))


def test_each_step_has_a_probability_that_later_steps_do_not_change(reward: RewardModel) -> None:
    scores = step_scores(reward, "Compute.", SOLUTION)
    assert len(scores) == 3
    assert all(score is not None and 0 < score < 1 for score in scores)
    assert len(set(scores)) == 3
    assert step_scores(reward, "Compute.", SOLUTION.rpartition("\n\n")[0]) == pytest.approx(scores[:2], abs=1e-5)
    assert step_scores(reward, "Compute.", "") == []


def test_what_is_cut_off_has_no_score(reward: RewardModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reasoning_toolkit.audit.detectors.prm.MAX_TOKENS", 5)
    scores = step_scores(reward, "Compute.", SOLUTION)
    assert scores[0] is None
    assert scores[2] is not None


def test_aggregates() -> None:
    scores = [0.9, 0.4, None, 0.8]
    assert {name: pytest.approx(f([0.9, 0.4, 0.8])) for name, f in AGGREGATES.items()} == {
        "min": 0.4,
        "product": 0.288,
        "last": 0.8,
        "mean": 0.7,
    }
    found = judged_by_steps(scores, "a\n\nb\n\nc\n\nd")
    assert (found.flawed, found.step, found.quote, found.score) == (True, 1, "b", 0.6)
    assert not judged_by_steps(scores, "a\n\nb\n\nc\n\nd", "mean").flawed
    assert not judged_by_steps([None], "a").flawed
    with pytest.raises(UsageError, match="unknown aggregate"):
        judged_by_steps(scores, "a", "median")


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(EngineError, match="no reward model"):
        load_reward_model(str(tmp_path))
    with pytest.raises(UsageError, match="marker"):
        load_reward_model(str(tmp_path), marker="")
