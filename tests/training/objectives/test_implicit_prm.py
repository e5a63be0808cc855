"""Step scores of the implicit process reward model."""

from __future__ import annotations

import pytest
import torch

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.training.objectives import given, implicit_prm
from reasoning_toolkit.training.objectives.implicit_prm import NO_STEP
from tests.training.objectives.offline_batches import random_case

ENDS = torch.tensor([[1, 3, 5], [2, 5, NO_STEP], [5, NO_STEP, NO_STEP], [NO_STEP] * 3, [0, 1, 5], [3, 4, 5]])


def test_step_rewards_add_up_to_the_outcome_reward() -> None:
    case = random_case("implicit-prm-ce")
    targets = given.prepare(case.batch)
    rewards, values = implicit_prm.step_scores(case.logp, targets, ENDS, 0.05)
    outcome = 0.05 * given.log_ratio(case.logp, targets)
    torch.testing.assert_close(rewards.sum(-1)[[0, 1, 2, 4, 5]], outcome[[0, 1, 2, 4, 5]], rtol=0, atol=1e-15)
    assert not rewards[3].any() and not values[3].any()
    assert not rewards[1, 2].any()


def test_the_reference_has_no_rewards() -> None:
    case = random_case("implicit-prm-ce")
    targets = given.prepare(given.Given(case.batch.mask, case.logp))
    rewards, values = implicit_prm.step_scores(case.logp, targets, ENDS)
    assert not rewards.any() and not values.any()


@pytest.mark.parametrize("ends", [[6], [-1], [3, 3], [3, 2], [NO_STEP, 3]])
def test_ends_that_are_no_steps_are_refused(ends: list[int]) -> None:
    case = random_case("implicit-prm-ce")
    with pytest.raises(DataError, match="step ends must"):
        implicit_prm.step_scores(case.logp, given.prepare(case.batch), torch.tensor([ends] * 6))


def test_pairs_are_all_right_and_wrong_ones_of_a_question() -> None:
    batch = given.Given(torch.ones(6, 1), labels=torch.tensor([1, 0, 1, 0, 0, 1]))
    groups = torch.tensor([7, 7, 7, 7, 2, 2])
    assert implicit_prm.all_pairs(batch, groups).tolist() == [[0, 1], [0, 3], [2, 1], [2, 3], [5, 4]]
    alone = given.Given(torch.ones(2, 1), labels=torch.tensor([1, 1]))
    assert implicit_prm.all_pairs(alone, torch.tensor([1, 1])).shape == (0, 2)


def test_a_vote_needs_a_score_for_each_answer() -> None:
    with pytest.raises(DataError, match="one score for each of 2 answers, got 1"):
        implicit_prm.sigmoid_vote(["1", "2"], [0.5])


def test_values_are_soft_expectations_of_the_outcome_reward() -> None:
    """q of a prefix is β log E_ref exp(r/β) over all of its completions, for any policy: arXiv 2412.01981, the proposition."""
    draw, beta, depth = torch.Generator().manual_seed(5), 0.3, 3
    policy, reference = torch.randn(2, 3**depth, depth, 3, generator=draw, dtype=torch.float64)
    paths = torch.cartesian_prod(*[torch.arange(3)] * depth)  # every completion of three tokens
    place = torch.stack([(paths[:, :t] * 3 ** torch.arange(t)).sum(-1) for t in range(depth)], -1)  # of each prefix
    logp, ref_logp = (
        torch.stack(
            [table[place[:, t], t].log_softmax(-1).gather(1, paths[:, t : t + 1])[:, 0] for t in range(depth)], -1
        )
        for table in (policy, reference)
    )
    ends = torch.arange(depth).expand(len(paths), -1)
    _, values = implicit_prm.step_scores(logp, given.prepare(given.Given(torch.ones_like(logp), ref_logp)), ends, beta)
    for t in range(1, depth):
        for first in paths[:, :t].unique(dim=0):
            below = (paths[:, :t] == first).all(-1)
            soft = beta * (ref_logp[below, t:].sum(-1) + values[below, -1] / beta).logsumexp(0)
            assert values[below, t - 1].tolist() == pytest.approx([soft.item()] * int(below.sum()), abs=1e-12)
