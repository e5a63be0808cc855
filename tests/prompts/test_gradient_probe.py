"""Gradients at the embeddings: against finite differences, and each token of a prompt in its part."""

from __future__ import annotations

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.gradient_probe import PARTS, Probe, gradient_norms, gradient_shares, open_probe, parts_of
from reasoning_toolkit.prompts.render import Template, messages_of

PROBLEM = Problem("1", "Compute 3 + 4.", "7", "test", {"instruction": "Solve it."})
STIMULUS = Candidate({"stimulus": "You've never been good."})


@pytest.fixture(scope="module")
def probe() -> Probe:
    return open_probe("hf:pocket")


def test_norms_are_those_of_finite_differences(probe: Probe) -> None:
    import torch

    prompt, answer = probe.tokenizer.render(messages_of(STIMULUS, PROBLEM, Template())), probe.tokenizer.encode("7")
    norms = gradient_norms(probe, prompt, answer)
    ids = torch.tensor([[*prompt, *answer]])
    embedded = probe.model.get_input_embeddings()(ids).detach()
    size = embedded.shape[-1]

    def logprobs(vectors):
        logits = probe.model(inputs_embeds=vectors).logits[:, len(prompt) - 1 : -1]
        return torch.log_softmax(logits, dim=-1)[:, range(len(answer)), list(answer)].sum(dim=1)

    for place in (1, len(prompt) // 2):
        steps = torch.zeros(size, *embedded.shape[1:])
        steps[range(size), place, range(size)] = 3e-3
        with torch.inference_mode():
            slopes = (logprobs(embedded + steps) - logprobs(embedded - steps)) / 6e-3
        assert norms[place] == pytest.approx(slopes.norm().item(), rel=0.01)


def test_shares_add_up_and_are_0_for_what_is_not_there(probe: Probe) -> None:
    shares = gradient_shares(probe, STIMULUS, PROBLEM, Template())
    assert set(shares) == set(PARTS) and sum(shares.values()) == pytest.approx(1)
    assert all(share > 0 for share in shares.values())
    assert gradient_shares(probe, Candidate(), PROBLEM, Template())["stimulus"] == 0


def test_each_token_stands_in_its_part(probe: Probe) -> None:
    prompt = probe.tokenizer.render(messages_of(STIMULUS, PROBLEM, Template()))
    sought = {"instruction": "Solve it.", "stimulus": STIMULUS.slot("stimulus"), "input": PROBLEM.question}
    parts = parts_of(probe.tokenizer, prompt, sought)
    for name, text in sought.items():
        said = probe.tokenizer.decode([token for token, part in zip(prompt, parts, strict=True) if part == name])
        assert said.strip() == text
    with pytest.raises(UsageError, match="does not stand"):
        parts_of(probe.tokenizer, prompt, {"input": "Compute 5 + 5."})
