"""Reward models of the published forms with random weights: which token is read, and by what head."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines import pocket
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring import open_scorer

pytestmark = pytest.mark.model

PROBLEM = Problem("p", "Compute 7 + 6.", "13", "test")
TEXT = "First 7 + 6 = 13.\n\n\n\nSo the answer is 13."
STEPS = ("First 7 + 6 = 13.", "So the answer is 13.")

Make = Callable[..., tuple[str, Any]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A folder with a tiny random model of a class, and the model; the tokenizer is the packaged one."""
    transformers = pytest.importorskip("transformers", reason="needs the extra hf")
    import torch

    source = Path(pocket.folder()[0])

    def made(kind: str, **settings: Any) -> tuple[str, Any]:
        torch.manual_seed(1)
        vocabulary = transformers.AutoConfig.from_pretrained(source).vocab_size
        config = transformers.LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            initializer_range=0.5,
            **settings,
        )
        model = getattr(transformers, kind)(config).eval()
        model.save_pretrained(tmp_path)
        for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
            shutil.copy(source / name, tmp_path)
        return str(tmp_path), model

    return made


def expected_ids(scorer: Any, marker: str) -> tuple[list[int], list[int]]:
    """The input by hand: the question on a line, then steps, each with the last token of the marker."""
    encode = scorer.tokenizer.encode
    ids, places = list(scorer.tokenizer.inner.encode(PROBLEM.question + "\n")), []
    for step in STEPS:
        ids += [*encode(step), encode(marker)[-1]]
        places.append(len(ids) - 1)
    return ids, places


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize("labels", [1, 2])
def test_token_classification_is_read_at_the_separators(make: Make, labels: int) -> None:
    import torch

    folder, model = make("LlamaForTokenClassification", num_labels=labels)
    scorer = open_scorer(f"prm:{folder}")
    ids, places = expected_ids(scorer, "\n\n")
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0][places].tolist()
    wanted = [sigmoid(row[0]) if labels == 1 else sigmoid(row[1] - row[0]) for row in logits]
    (found,) = scorer.score([(PROBLEM, TEXT)])
    assert found == pytest.approx(wanted, abs=1e-5) and len(set(found)) == 2
    assert scorer.score([(PROBLEM, TEXT), (PROBLEM, "")]) == [found, ()]


def test_the_value_head_of_skywork(make: Make) -> None:
    import safetensors.torch
    import torch

    folder, model = make("LlamaModel")
    torch.manual_seed(2)
    head = {"v_head.summary.weight": torch.randn(1, 16), "v_head.summary.bias": torch.randn(1)}
    with pytest.raises(EngineError, match="v_head"):
        open_scorer(f"prm:{folder}", {"style": "skywork"}).score([(PROBLEM, TEXT)])
    safetensors.torch.save_file(model.state_dict() | head, Path(folder) / "model.safetensors", {"format": "pt"})
    scorer = open_scorer(f"prm:{folder}", {"style": "skywork"})
    ids, places = expected_ids(scorer, "\n\n")
    with torch.no_grad():
        hidden = model(torch.tensor([ids])).last_hidden_state[0][places]
    values = hidden @ head["v_head.summary.weight"][0] + head["v_head.summary.bias"]
    assert scorer.score([(PROBLEM, TEXT)])[0] == pytest.approx([sigmoid(v) for v in values.tolist()], abs=1e-5)


def test_two_tokens_of_a_causal_model(make: Make) -> None:
    import torch

    folder, model = make("LlamaForCausalLM")
    scorer = open_scorer(f"prm:{folder}", {"head": "tokens", "marker": "?", "positive": "+", "negative": "-"})
    ids, places = expected_ids(scorer, "?")
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0][places]
    good, bad = (scorer.tokenizer.encode(text)[-1] for text in "+-")  # type: ignore[attr-defined]
    wanted = [sigmoid(float(row[good] - row[bad])) for row in logits]
    assert scorer.score([(PROBLEM, TEXT)])[0] == pytest.approx(wanted, abs=1e-5)


def test_steps_as_messages_are_read_where_the_reply_begins(make: Make) -> None:
    import torch

    folder, model = make("LlamaForCausalLM")
    scorer = open_scorer(f"prm:{folder}", {"style": "rlhflow"})
    inner = scorer.tokenizer.inner  # type: ignore[attr-defined]
    plus, minus = (inner.encode(text, add_special_tokens=False)[-1] for text in "+-")
    chat, wanted = [], []
    for content in (f"{PROBLEM.question} {STEPS[0]}", STEPS[1]):
        chat += [{"role": "user", "content": content}, {"role": "assistant", "content": "+"}]
        ids = inner.apply_chat_template(chat, continue_final_message=True, return_dict=False)
        assert ids[-1] == plus
        with torch.no_grad():
            before = model(torch.tensor([ids])).logits[0, -2]
        wanted.append(sigmoid(float(before[plus] - before[minus])))
    assert scorer.score([(PROBLEM, TEXT), (PROBLEM, "")]) == [pytest.approx(wanted, abs=1e-5), ()]
    assert wanted[0] != pytest.approx(wanted[1], abs=1e-3)


def test_a_chat_template_that_forgets_is_refused(make: Make) -> None:
    folder, _ = make("LlamaForCausalLM")
    forgets = open_scorer(f"prm:{folder}", {"style": "rlhflow"})
    forgets.tokenizer.inner.chat_template = "{{ messages[-1].content }}"  # type: ignore[attr-defined]
    with pytest.raises(EngineError, match="each reply as one token"):
        forgets.score([(PROBLEM, TEXT)])
    Path(folder, "chat_template.jinja").unlink()
    with pytest.raises(UsageError, match="no chat template"):
        open_scorer(f"prm:{folder}", {"style": "rlhflow"})


def test_trl_puts_nothing_between_question_and_step(make: Make) -> None:
    folder, _ = make("LlamaForTokenClassification", num_labels=2)
    scorer = open_scorer(f"prm:{folder}", {"style": "trl"})
    encode = scorer.tokenizer.encode  # type: ignore[attr-defined]
    ids = scorer._input(PROBLEM, TEXT)[0]  # type: ignore[attr-defined]
    question = scorer.tokenizer.inner.encode(PROBLEM.question)  # type: ignore[attr-defined]
    assert ids == [*question, *encode(STEPS[0]), *encode("\n"), *encode(STEPS[1]), *encode("\n")]


def test_tokens_that_cannot_be_told_apart_are_refused(make: Make) -> None:
    folder, _ = make("LlamaForCausalLM")
    with pytest.raises(UsageError, match="marker is an empty text"):
        open_scorer(f"prm:{folder}", {"marker": ""})
    alike = open_scorer(f"prm:{folder}", {"style": "shepherd", "positive": "1", "negative": "21"})
    with pytest.raises(UsageError, match="two are needed"):
        alike.score([(PROBLEM, TEXT)])


def test_of_a_long_input_the_last_tokens_count(make: Make) -> None:
    import torch

    folder, model = make("LlamaForTokenClassification", num_labels=1)
    whole = open_scorer(f"prm:{folder}")
    ids, places = expected_ids(whole, "\n\n")
    keep = len(ids) - places[0] - 1  # all behind the first separator
    cut = open_scorer(f"prm:{folder}", {"max_tokens": keep})
    with torch.no_grad():
        last = model(torch.tensor([ids[-keep:]])).logits[0, -1, 0].item()
    (found,) = cut.score([(PROBLEM, TEXT)])
    assert found == pytest.approx([sigmoid(last)], abs=1e-5)
    assert cut.identity != whole.identity


def test_a_checkpoint_without_a_head_is_refused_and_not_made_up(make: Make) -> None:
    folder, _ = make("LlamaForCausalLM")
    with pytest.raises(EngineError, match=r"no weights for score") as caught:
        open_scorer(f"prm:{folder}").score([(PROBLEM, TEXT)])
    assert "style=" in str(caught.value.hint)
    with pytest.raises(EngineError, match=r"no weights for score"):
        open_scorer(f"orm:{folder}").score([(PROBLEM, TEXT)])
    with pytest.raises(UsageError, match="skywork"):
        open_scorer(f"prm:{folder}", {"style": "skywrok"})
    with pytest.raises(UsageError, match="unknown head"):
        open_scorer(f"prm:{folder}", {"head": "mean"})


def test_an_outcome_model_is_read_at_the_end_of_the_conversation(make: Make) -> None:
    import torch

    folder, model = make("LlamaForSequenceClassification", num_labels=1)
    scorer = open_scorer(f"orm:{folder}")
    chat = [{"role": "user", "content": PROBLEM.question}, {"role": "assistant", "content": TEXT}]
    inner = scorer.tokenizer.inner  # type: ignore[attr-defined]
    ids = inner.apply_chat_template(chat, tokenize=True, return_dict=False)
    with torch.no_grad():
        wanted = model(torch.tensor([ids])).logits.item()
    assert scorer.score([(PROBLEM, TEXT)])[0] == pytest.approx((wanted,), abs=1e-5)
    inner.chat_template = None
    ids = inner.encode(f"{PROBLEM.question}\n\n{TEXT}")[-5:]
    short = open_scorer(f"orm:{folder}", {"max_tokens": 5})
    short.tokenizer.inner.chat_template = None  # type: ignore[attr-defined]
    with torch.no_grad():
        wanted = model(torch.tensor([ids])).logits.item()
    assert short.score([(PROBLEM, TEXT)])[0] == pytest.approx((wanted,), abs=1e-5)
