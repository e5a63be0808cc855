"""What must not matter: padding, order, names of groups, micro-batches; and what no batch may break."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives.online import ONLINE
from tests.training.objectives.batches import LENGTH, POLICY, bound, in_pieces, make, mapped, value_and_gradient

OF_ROWS = {"rewards", "group_ids", "keep", "shown"}


def close(found, expected):
    torch.testing.assert_close(found[0], expected[0], rtol=0.0, atol=1e-12)
    torch.testing.assert_close(found[1], expected[1], rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("name", ONLINE)
def test_micro_batches_add_up(name):
    for seed in range(3):
        logp, batch = make(name, seed)
        order = torch.randperm(len(logp), generator=torch.Generator().manual_seed(seed))
        whole = value_and_gradient(bound(name), logp, batch)
        for pieces in (order.split(1), order.split(5), order.split(len(logp))):
            close(in_pieces(bound(name), logp, batch, pieces), whole)


@pytest.mark.parametrize("name", ONLINE)
def test_padding_does_not_matter_whatever_it_holds(name):
    logp, batch = make(name)
    whole = value_and_gradient(bound(name), logp, batch)
    dirty = {"old_logp": torch.nan, "ref_logp": -torch.inf, "token_scores": torch.inf}

    def longer(column, value):
        if column in OF_ROWS:
            return value
        fill = dirty.get(column, -1.0 if column == "step_ids" else 0.0)
        wider = torch.nn.functional.pad(value, (0, 2), value=fill)
        return wider if column not in dirty else wider.where(torch.nn.functional.pad(batch.mask, (0, 2)) > 0, fill)

    wide = longer("old_logp", logp)
    found = value_and_gradient(bound(name), wide, mapped(batch, longer))
    torch.testing.assert_close(found[0], whole[0], rtol=0.0, atol=1e-12)
    torch.testing.assert_close(found[1][:, :LENGTH], whole[1], rtol=0.0, atol=1e-12)
    assert (found[1][:, LENGTH:] == 0).all()


@pytest.mark.parametrize("name", ONLINE)
def test_empty_rows_of_a_group_of_their_own_do_not_matter(name):
    logp, batch = make(name)
    whole = value_and_gradient(bound(name), logp, batch)

    def more(column, value):
        fill = {"group_ids": 99, "step_ids": -1}.get(column, 0)
        return torch.cat([value, torch.full_like(value[:2], fill)])

    found = value_and_gradient(bound(name), more("logp", logp), mapped(batch, more))
    close((found[0], found[1][: len(logp)]), whole)
    assert (found[1][len(logp) :] == 0).all()


@pytest.mark.parametrize("name", ONLINE)
def test_order_of_rows_and_names_of_groups_do_not_matter(name):
    logp, batch = make(name)
    loss, gradient = value_and_gradient(bound(name), logp, batch)
    order = torch.randperm(len(logp), generator=torch.Generator().manual_seed(1))
    names = torch.tensor([70, -3, 12])

    def shuffled(column, value):
        return names[value[order]] if column == "group_ids" else value[order]

    close(value_and_gradient(bound(name), logp[order], mapped(batch, shuffled)), (loss, gradient[order]))


@pytest.mark.parametrize("name", ["grpo", "dapo", "gspo", "cispo", "sapo", "vespo", "grpo-n", "empg"])
def test_affine_rewards_do_not_matter_to_normalised_advantages(name):
    logp, batch = make(name)
    exact = bound(name, epsilon=0.0)
    other = replace(batch, rewards=3.0 * batch.rewards - 2.0, reward_space="real")
    close(value_and_gradient(exact, logp, other), value_and_gradient(exact, logp, batch))


@pytest.mark.parametrize("name", ["dr-grpo", "rloo", "reinforce++-baseline"])
def test_shifted_rewards_do_not_matter_to_advantages_with_a_baseline(name):
    logp, batch = make(name)
    other = replace(batch, rewards=batch.rewards + 7.0, reward_space="real")
    close(value_and_gradient(bound(name), logp, other), value_and_gradient(bound(name), logp, batch))


@pytest.mark.parametrize("name", ["nft", "drpo", "oreal", "psr", "nsr", "w-reinforce"])
def test_right_and_wrong_are_the_same_in_both_spaces(name):
    logp, batch = make(name)
    other = replace(batch, rewards=2.0 * batch.rewards - 1.0, reward_space="plus-minus-one")
    close(value_and_gradient(bound(name), logp, other), value_and_gradient(bound(name), logp, batch))
    with pytest.raises(UsageError, match="tells right from wrong"):
        bound(name).prepare(replace(batch, reward_space="real"))


def edges(batch):
    one_empty = batch.mask.clone()
    one_empty[1] = 0.0
    alone = torch.arange(len(batch.mask))
    yield "all right", replace(batch, rewards=torch.ones_like(batch.rewards))
    yield "all wrong", replace(batch, rewards=torch.zeros_like(batch.rewards))
    yield "an empty row", replace(batch, mask=one_empty)
    yield "all masked", replace(batch, mask=torch.zeros_like(batch.mask))
    yield "groups of one", replace(batch, group_ids=alone)
    yield "nothing kept", replace(batch, keep=torch.zeros(len(alone), dtype=torch.bool))
    yield "current policy", replace(batch, old_logp=None)
    yield "far from the policy", replace(batch, old_logp=batch.old_logp - 3e3, ref_logp=batch.ref_logp + 3e3)
    yield "far the other way", replace(batch, old_logp=batch.old_logp + 3e3, ref_logp=batch.ref_logp - 3e3)


@pytest.mark.parametrize("name", ONLINE)
def test_edges_are_finite(name):
    logp, batch = make(name)
    for edge, changed in edges(batch):
        loss, gradient = value_and_gradient(bound(name), logp, changed)
        assert loss.isfinite() and gradient.isfinite().all(), edge
        if edge in ("all masked", "nothing kept"):
            assert loss == 0.0 and (gradient == 0).all(), edge


@pytest.mark.parametrize(
    "name", ["grpo", "dr-grpo", "rloo", "dapo", "gspo", "luspo", "cispo", "sapo", "vespo", "grpo-n", "gspo-n", "nft"]
)
@pytest.mark.parametrize("edge", ["all right", "all wrong", "groups of one"])
def test_groups_without_a_difference_give_no_gradient(name, edge):
    logp, batch = make(name)
    off = {"kl": 0.0} if "kl" in ONLINE[name].settings else {}
    _, gradient = value_and_gradient(bound(name, **off), logp, dict(edges(batch))[edge])
    assert (gradient == 0).all()


@pytest.mark.parametrize(
    ("name", "edge", "moves"),
    [("psr", "all right", True), ("psr", "all wrong", False), ("nsr", "all wrong", True), ("nsr", "all right", False)],
)
def test_one_sided_reinforcement_still_learns_from_its_side(name, edge, moves):
    logp, batch = make(name)
    _, gradient = value_and_gradient(bound(name), logp, dict(edges(batch))[edge])
    assert bool((gradient != 0).any()) is moves


@pytest.mark.parametrize("reward", [torch.inf, -torch.inf, torch.nan])
def test_a_reward_that_is_not_finite_is_refused(reward):
    _, batch = make()
    with pytest.raises(DataError, match="row 0 must be a finite number"):
        replace(batch, rewards=torch.full_like(batch.rewards, reward), reward_space="real")


def test_what_cannot_be_a_batch_is_refused():
    _, batch = make()
    with pytest.raises(DataError, match="row 0 must be 0 or 1, not 2"):
        replace(batch, rewards=batch.rewards + 1.0)
    with pytest.raises(DataError, match="mask holds 0 and 1"):
        replace(batch, mask=batch.mask * 0.5)
    with pytest.raises(DataError, match=r"old_logp .* must have shape \(12, 6\), not \(12, 5\)"):
        replace(batch, old_logp=batch.old_logp[:, :5])
    with pytest.raises(DataError, match=r"rewards .* must have shape \(12,\)"):
        replace(batch, rewards=batch.rewards[:, None])


@pytest.mark.parametrize(
    ("name", "missing"),
    [("ppo", "values"), ("empg", "entropy"), ("renorm", "turn_end"), ("expo", "shown"), ("grpo", "ref_logp")],
)
def test_what_an_objective_needs_is_asked_for_by_name(name, missing):
    _, batch = make(name)
    with pytest.raises(UsageError, match=f"needs {missing}"):
        bound(name).prepare(replace(batch, **{missing: None}))


@pytest.mark.parametrize("name", sorted(set(POLICY) - {"cispo", "vespo", "oreal"}))
def test_gradients_are_those_of_the_values(name):
    """Not of the three that stop a gradient on purpose: their gradients are held to a closed form in the identities."""
    logp, batch = make(name, groups=2, size=3)
    if name == "nft":  # away from its floor, below which the gradient is not the value's
        batch = replace(batch, old_logp=0.1 * batch.old_logp + 0.9 * logp)
    objective = bound(name, **{"floor": 0.01} if name == "nft" else {})
    targets = objective.prepare(batch)
    assert torch.autograd.gradcheck(
        lambda x: objective.loss(x, targets).sum(), logp.clone().requires_grad_(), atol=1e-6
    )
