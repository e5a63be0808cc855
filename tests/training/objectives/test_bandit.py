"""A bandit of eight answers, one of them right: every objective of the policy raises the right one's probability."""

from __future__ import annotations

import pytest
import torch

from reasoning_toolkit.training.objectives.rollouts import Rollouts
from tests.training.objectives.batches import POLICY, bound

ANSWERS, RIGHT, SAMPLES = 8, 3, 32


def learn(name, steps=40, rate=1.0, seed=0):
    """The policy after some steps of gradient descent from a uniform one."""
    random = torch.Generator().manual_seed(seed)
    objective = bound(name)
    theta = torch.zeros(ANSWERS, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        answers = torch.multinomial(theta.detach().softmax(-1), SAMPLES, replacement=True, generator=random)
        logp, batch = sample(name, theta, answers)
        objective.loss(logp, objective.prepare(batch)).sum().backward()
        with torch.no_grad():
            theta -= rate * theta.grad / theta.grad.norm().clamp_min(1e-3)  # one speed for losses of any scale
        theta.grad = None
    return theta.detach().softmax(-1)


def sample(name, theta, answers):
    """Answers of one token; for `expo` the last row is an explanation of the right answer."""
    if name == "expo":
        answers = torch.cat([answers[:-1], torch.tensor([RIGHT])])
    logp = theta.log_softmax(-1)[answers][:, None]
    right = (answers == RIGHT).double()
    ones = torch.ones_like(logp).detach()
    batch = Rollouts(
        mask=ones,
        rewards=right,
        group_ids=torch.zeros(SAMPLES, dtype=torch.long),
        reward_space="zero-one",
        old_logp=logp.detach(),
        ref_logp=torch.full_like(ones, 1 / ANSWERS).log(),
        entropy=ones,
        step_ids=torch.zeros_like(ones, dtype=torch.long),
        turn_end=ones,
        turn_rewards=right[:, None],
        values=torch.zeros_like(ones),
        shown=torch.arange(SAMPLES) == SAMPLES - 1 if name == "expo" else None,
    )
    return logp, batch


@pytest.mark.parametrize("name", POLICY)
def test_the_right_answer_becomes_likely(name):
    assert learn(name)[RIGHT] > 0.5


@pytest.mark.parametrize("name", ["nsr", "grpo-n", "gspo-n"])
def test_negatives_alone_keep_more_entropy_than_positives_alone(name):
    def entropy(policy):
        return -(policy * policy.clamp_min(1e-12).log()).sum()

    after = 8
    assert entropy(learn(name, after)) > entropy(learn("psr", after))
