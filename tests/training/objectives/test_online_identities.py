"""What the papers and the algebra say that objectives have in common."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from reasoning_toolkit.training.objectives import advantages, empg, gae, oreal, renorm
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.best_of_n import best_of_n
from reasoning_toolkit.training.objectives.primitives import group_mean, k1, k2, k3, masked_mean, whiten
from reasoning_toolkit.training.objectives.reinforce_plus_plus import (
    reinforce_plus_plus,
    reinforce_plus_plus_baseline,
    reward_to_go,
)
from tests.training.objectives.batches import LENGTH, bound, make, value_and_gradient

SEEDS = range(3)


def close(found, expected, atol=1e-12):
    torch.testing.assert_close(found, expected, rtol=0.0, atol=atol)


def gradient(name, logp, batch, **settings):
    return value_and_gradient(bound(name, **settings), logp, batch)[1]


def on_policy(seed=0, name=""):
    logp, batch = make(name, seed)
    return logp, replace(batch, old_logp=logp, ref_logp=logp)


def rate(batch):
    return group_mean(batch.rewards, batch.group_ids)


def population(batch):
    """GRPO's advantages with the population's deviation and without ε, from the rate of right answers."""
    p = rate(batch)
    return torch.where(batch.right, ((1 - p) / p).sqrt(), -(p / (1 - p)).sqrt())[:, None] * batch.mask


# Baselines


@pytest.mark.parametrize("name", ["dapo", "gspo", "cispo", "sapo", "vespo"])
@pytest.mark.parametrize("seed", SEEDS)
def test_on_policy_all_are_reinforce(name, seed):
    logp, batch = on_policy(seed)
    weight = token_weights(batch.mask, "token-mean")
    close(gradient(name, logp, batch, aggregation="token-mean"), -weight * advantages.grpo(batch))


def test_rloo_is_a_scaled_dr_grpo_and_the_difference_from_the_others():
    _, batch = make(size=5)
    close(advantages.rloo(batch), 5 / 4 * advantages.dr_grpo(batch))
    rewards = batch.rewards.reshape(3, 5)
    others = (rewards.sum(1, keepdim=True) - rewards) / 4
    close(advantages.rloo(batch), (rewards - others).reshape(-1)[:, None] * batch.mask)


@pytest.mark.parametrize("seed", SEEDS)
def test_grpo_of_binary_rewards_depends_on_the_rate_alone(seed):
    _, batch = make(seed=seed)
    close(advantages.grpo(batch, epsilon=0.0, freedom=0), population(batch))
    close(advantages.grpo(batch, epsilon=0.0), population(batch) * (3 / 4) ** 0.5)


@pytest.mark.parametrize("advantage", [reinforce_plus_plus, reinforce_plus_plus_baseline])
def test_whitened_advantages_have_mean_0_and_variance_1_over_tokens(advantage):
    _, batch = make()
    values = advantage(batch)[batch.mask > 0]
    close(values.mean(), torch.zeros_like(values[0]))
    close(values.var(), torch.ones_like(values[0]), 1e-6)


def test_rewards_to_go_are_discounted_by_tokens_of_the_policy():
    mask = torch.tensor([[1.0, 1.0, 0.0, 1.0, 0.0]])
    rewards = renorm.settle(torch.tensor([[0.0, 0.0, 2.0, 4.0, 0.0]]), mask)
    close(reward_to_go(rewards, mask, 0.5), torch.tensor([[2.0, 4.0, 0.0, 4.0, 0.0]]))


@pytest.mark.parametrize("name", ["grpo", "dapo", "gspo"])
def test_positive_and_negative_parts_add_up(name):
    logp, batch = make()
    settings = {"kl": 0.0}
    parts = [
        gradient(name, logp, batch, **settings, **one) for one in ({"positive_weight": 0.0}, {"negative_weight": 0.0})
    ]
    close(sum(parts), gradient(name, logp, batch, **settings))
    half = gradient(name, logp, batch, positive_weight=0.5, **settings)
    close(half, parts[0] + 0.5 * parts[1])


@pytest.mark.parametrize("name", ["grpo-n", "gspo-n", "nsr"])
def test_negatives_alone_leave_right_rows_as_they_are(name):
    logp, batch = make()
    moved = gradient(name, logp, batch)
    assert (moved[batch.right] == 0).all()
    assert (moved[~batch.right] != 0).any()


def test_grpo_n_is_nsr_weighted_by_the_question():
    """On-policy, with the population's deviation: √(p/(1 - p)) times the gradient of NSR, so nothing where all are wrong."""
    logp, batch = on_policy()
    p = rate(batch)[:, None]
    found = gradient("grpo-n", logp, batch, aggregation="token-mean", epsilon=0.0, freedom=0)
    close(found, gradient("nsr", logp, batch, renormalize=False) * (p / (1 - p)).sqrt())


def test_luspo_is_gspo_times_the_length():
    logp, batch = make()
    lengths = batch.mask.sum(-1, keepdim=True)
    close(gradient("luspo", logp, batch), gradient("gspo", logp, batch) * lengths)


def test_dual_clip_bounds_the_loss_of_negative_advantages_only():
    logp, batch = make()
    batch = replace(batch, old_logp=logp - 3.0)  # every ratio is e^3
    clipped = bound("dapo", dual_clip=3.0, aggregation="sequence-sum")
    free = bound("dapo", aggregation="sequence-sum")
    rows = clipped.loss(logp, clipped.prepare(batch)), free.loss(logp, free.prepare(batch))
    advantage, lengths = advantages.grpo(batch)[:, 0], batch.mask.sum(-1) / len(logp)
    close(rows[0][~batch.right], (-3.0 * advantage * lengths)[~batch.right])
    close(rows[0][batch.right], rows[1][batch.right])


def test_divergences_estimate_the_divergence():
    random = torch.Generator().manual_seed(0)
    p, q = (torch.randn(2, 9, generator=random, dtype=torch.float64)).softmax(-1)
    divergence = (p * (p / q).log()).sum()
    close((p * k1(p.log(), q.log())).sum(), divergence)
    close((p * k3(p.log(), q.log())).sum(), divergence)
    assert (k3(p.log(), q.log()) >= 0).all()
    close(k2(p.log(), q.log()), 0.5 * k1(p.log(), q.log()) ** 2)


def test_penalty_pulls_to_the_reference():
    logp, batch = on_policy()
    batch = replace(batch, rewards=torch.ones_like(batch.rewards), ref_logp=logp - 0.5)
    assert (gradient("grpo", logp, batch)[batch.mask > 0] > 0).all()


# OREAL


def scored(batch, scores):
    return replace(batch, token_scores=scores)


def test_oreal_advantages():
    logp, batch = make()
    signed = replace(batch, rewards=2 * batch.rewards - 1, reward_space="plus-minus-one")
    p = rate(batch)
    expected = torch.where(batch.right, 2 * (1 - p) * 4 / 3, -2 * p * 4 / 3)
    close(advantages.rloo(signed), expected[:, None] * batch.mask)
    derived = bound("oreal", negatives="one-minus-rate").prepare(scored(batch, None))
    wrong = batch.mask * ~batch.right[:, None]
    close(derived["negative"], 0.5 * (1 - p)[:, None] * wrong / wrong.sum())
    assert len(logp) == 12


@pytest.mark.parametrize("scores", ["token", "prefix-mean"])
def test_oreal_with_a_reward_model_that_knows_nothing_is_the_penalty_alone(scores):
    logp, batch = make()
    loss, found = value_and_gradient(bound("oreal", scores=scores), logp, scored(batch, torch.zeros_like(logp)))
    moving = logp.clone().requires_grad_()
    penalty = 0.01 * masked_mean(k3(moving, batch.ref_logp), batch.mask)
    close(loss, penalty.detach())
    close(found, torch.autograd.grad(penalty, moving)[0])


@pytest.mark.parametrize("scores", ["token", "prefix-mean"])
def test_oreal_weighs_a_token_on_one_side_only(scores):
    _, batch = make()
    right, wrong = oreal.token_weights(batch, scores)
    assert (right * wrong == 0).all()
    assert ((right >= 0) & (right <= 1) & (wrong >= 0) & (wrong <= 1)).all()
    assert (right > 0).any() and (wrong > 0).any()


def test_oreal_with_a_sure_reward_model_is_the_likelihood_of_right_rows():
    logp, batch = make()
    found = gradient("oreal", logp, scored(batch, torch.full_like(logp, 50.0)), kl=0.0)
    right = batch.mask * batch.right[:, None]
    close(found, -right / right.sum())


def test_oreal_without_a_reward_model_is_reinforce_with_a_normaliser_for_each_side():
    logp, batch = make()
    found = gradient("oreal", logp, scored(batch, None), positives="rloo", negative_factor=1.0, kl=0.0)
    signed = replace(batch, rewards=2 * batch.rewards - 1, reward_space="plus-minus-one")
    right, wrong = batch.mask * batch.right[:, None], batch.mask * ~batch.right[:, None]
    close(found, -advantages.rloo(signed) * (right / right.sum() + wrong / wrong.sum()))


@pytest.mark.parametrize("n", [1, 2, 7])
def test_best_of_n_is_a_distribution_and_its_gradients_have_the_ratio_of_wrong_answers(n):
    p = torch.tensor([0.0, 0.1, 0.5, 0.9, 1.0], dtype=torch.float64, requires_grad=True)
    right, wrong = best_of_n(p, n)
    close(p * right + (1 - p) * wrong, torch.ones_like(p))
    close(p.detach() * right.detach(), 1 - (1 - p.detach()) ** n)
    success = (p * right).sum()
    close(torch.autograd.grad(success, p)[0][1:], (n * (1 - p) ** (n - 1)).detach()[1:])


# ExPO


def test_expo_without_its_term_is_grpo():
    logp, batch = make("expo")
    samples = ~batch.shown
    plain = replace(batch, keep=samples, group_ids=torch.where(samples, batch.group_ids, 100 + torch.arange(12)))
    close(gradient("expo", logp, batch, beta=0.0), gradient("grpo", logp, plain, kl=0.0))


@pytest.mark.parametrize("explanation", ["sum", "token-mean"])
def test_expo_is_linear_in_its_weight_and_counts_questions_without_an_explanation(explanation):
    logp, batch = make("expo")
    none, one, three = (gradient("expo", logp, batch, beta=b, explanation=explanation) for b in (0.0, 0.1, 0.3))
    close(three - none, 3 * (one - none))
    lengths = batch.mask.sum(-1, keepdim=True) if explanation == "token-mean" else 1.0
    close(one - none, -0.1 / 3 * batch.mask * batch.shown[:, None] / lengths)
    dropped = replace(batch, mask=batch.mask * (torch.arange(12) != 3)[:, None])
    close(
        gradient("expo", logp, dropped, explanation=explanation)[7],
        gradient("expo", logp, batch, explanation=explanation)[7],
    )


def test_expo_where_all_are_wrong_is_the_likelihood_of_the_explanations():
    logp, batch = make("expo")
    wrong = replace(batch, rewards=torch.zeros_like(batch.rewards))
    close(gradient("expo", logp, wrong, beta=0.04), -0.04 / 3 * batch.mask * batch.shown[:, None])


# PSR, NSR, W-REINFORCE


@pytest.mark.parametrize("weight", [1.0, 0.1])
def test_reinforce_is_a_mixture_of_both_sides_by_their_tokens(weight):
    logp, batch = make()
    right = (batch.mask * batch.right[:, None]).sum() / batch.mask.sum()
    expected = weight * right * gradient("psr", logp, batch) + (1 - right) * gradient("nsr", logp, batch)
    close(gradient("w-reinforce", logp, batch, positive_weight=weight), expected)


# DRPO


def drpo(batch, logp, **settings):
    objective = bound("drpo", **settings)
    return objective.measure(logp, objective.prepare(batch))


def test_drpo_weights_are_distributions_and_never_push_a_right_answer_down():
    logp, batch = make()
    for brevity in (1e-3, 0.1, 1.0, 1e6):
        found = drpo(batch, logp, brevity=brevity)
        close(group_mean(found["positive"], batch.group_ids) * 4 * 3, torch.ones(12).double())
        close(group_mean(found["negative_weight"], batch.group_ids) * 4 * 3, torch.ones(12).double())
        assert (found["positive"] >= 0).all() and (found["positive"][~batch.right] == 0).all()
        moved = gradient("drpo", logp, batch, brevity=brevity, beta=0.0)
        assert (moved[batch.right] <= 0).all()


def test_drpo_prefers_the_shorter_and_only_differences_of_length_count():
    lengths = torch.tensor([2, 3, 5, 4])
    rewards = torch.tensor([1.0, 1.0, 1.0, 0.0])

    def weights(shift):
        mask = (torch.arange(9)[None, :] < (lengths + shift)[:, None]).double()
        return drpo(replace(make()[1], **one_group(mask, rewards)), torch.zeros_like(mask))["positive"][:3]

    assert weights(0)[0] > weights(0)[1] > weights(0)[2] > 0
    close(weights(3), weights(0))


def one_group(mask, rewards):
    empty = dict.fromkeys(
        ("old_logp", "ref_logp", "entropy", "step_ids", "turn_end", "turn_rewards", "values", "token_scores")
    )
    return {
        **empty,
        "mask": mask,
        "rewards": rewards.to(mask.dtype),
        "group_ids": torch.zeros(len(mask), dtype=torch.long),
    }


def test_drpo_penalty_is_nothing_on_policy():
    logp, batch = on_policy()
    assert drpo(batch, logp)["divergence"].abs().max() == 0
    close(gradient("drpo", logp, batch), gradient("drpo", logp, batch, beta=0.0))


def test_drpo_with_one_wrong_answer_is_its_score():
    logp, batch = on_policy()
    batch = replace(batch, rewards=(torch.arange(12) % 4 != 1).double())
    found = drpo(batch, logp)
    scores = (logp * batch.mask).sum(-1) / batch.mask.sum(-1)
    close(found["negative_value"][1::4], scores[1::4] / 3)


def test_drpo_in_pieces_needs_to_be_measured_as_a_whole():
    """Without `measure` a piece takes itself for the batch; with it `test_micro_batches_add_up` shows that pieces add up."""
    logp, batch = make()
    batch = replace(batch, old_logp=batch.old_logp + 0.2)
    objective = bound("drpo")
    targets = objective.prepare(batch)
    alone = sum(
        float(objective.loss(logp[i : i + 4], {k: v[i : i + 4] for k, v in targets.items()}).sum()) for i in (0, 4, 8)
    )
    assert abs(alone - float(value_and_gradient(objective, logp, batch)[0])) > 1e-3


# NFT


def test_nft_on_policy():
    logp, batch = on_policy()
    p = rate(batch)[:, None]
    weight = token_weights(batch.mask, "token-mean")
    loss, found = value_and_gradient(bound("nft", question_weight="one"), logp, batch)
    close(loss, torch.zeros_like(loss))
    close(found, weight * torch.where(batch.right[:, None], -1.0, p / (1 - p)))


def test_nft_on_policy_is_grpo_and_dr_grpo():
    logp, batch = on_policy()
    settings = {"aggregation": "token-mean"}
    close(gradient("nft", logp, batch, question_weight="one-minus-rate"), gradient("dr-grpo", logp, batch, **settings))
    root = gradient("nft", logp, batch, question_weight="square-root")
    close(root, gradient("grpo", logp, batch, kl=0.0, epsilon=0.0, freedom=0, **settings))
    close(root * (3 / 4) ** 0.5, gradient("grpo", logp, batch, kl=0.0, epsilon=0.0, **settings))


def test_nft_without_negatives_is_rejection_fine_tuning():
    logp, batch = on_policy()
    found = gradient("nft", logp, batch, negative_weight=0.0, question_weight="one")
    close(found, -token_weights(batch.mask, "token-mean") * batch.right[:, None])


def test_nft_keeps_the_gradient_where_the_value_is_clipped():
    logp, batch = on_policy()
    batch = replace(batch, old_logp=logp - 2.0)  # R = e², so that 1 - r R < 0
    loss, found = value_and_gradient(bound("nft", question_weight="one"), logp, batch)
    p, weight = rate(batch)[:, None], token_weights(batch.mask, "token-mean")
    wrong = ~batch.right[:, None]
    close(found * wrong, weight * wrong * p * torch.e**2 / (1 - p))
    close(loss, -2.0 * (weight * ~wrong).sum())


# EMPG


OFF = {"confidence": 0.0, "bonus": 0.0}


def test_empg_switched_off_is_its_base():
    logp, batch = make()
    close(gradient("empg", logp, batch, centre=False, **OFF), gradient("dapo", logp, batch), 1e-8)
    shift = advantages.grpo(batch) - empg.empg(batch, **OFF)
    steps = empg.find_steps(batch.step_ids, batch.mask)
    close(shift[batch.mask > 0], steps.mean(advantages.grpo(batch)).mean().expand(int(batch.mask.sum())), 1e-7)


def test_empg_scales_without_changing_signs_and_is_centred():
    _, batch = make()
    steps = empg.find_steps(batch.step_ids, batch.mask)
    found = empg.empg(batch, bonus=0.0, centre=False)
    assert (found.sign() == advantages.grpo(batch).sign()).all()
    scaled = empg.scale(steps.mean(batch.entropy))
    assert scaled.min() == 0 and 1 - scaled.max() < 1e-6
    close(empg.modulation(scaled, 1.0).mean(), torch.ones_like(scaled[0]), 1e-7)
    close(steps.mean(empg.empg(batch)).mean(), torch.zeros_like(scaled[0]))


def test_empg_gives_the_last_step_no_bonus_and_tokens_of_no_step_nothing():
    _, batch = make()
    batch = replace(
        batch, rewards=torch.ones_like(batch.rewards), step_ids=batch.step_ids.masked_fill(batch.step_ids == 0, -1)
    )
    found = empg.empg(batch, centre=False)
    last = batch.step_ids == batch.step_ids.amax(-1, keepdim=True)
    assert (found[last & (batch.mask > 0)] == 0).all() and (found[batch.step_ids < 0] == 0).all()
    assert (found[(batch.step_ids == 1) & ~last] > 0).all() and ((batch.step_ids == 1) & ~last).any()


def test_confident_steps_have_small_gradients():
    """E ‖∇_z log π‖² = 1 - Σ p², which EMPG makes up for."""
    p = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    gradients = torch.eye(4, dtype=torch.float64) - p
    close((p * gradients.square().sum(-1)).sum(), 1 - p.square().sum())


# ReNorm and GAE


def turns(scores, outcome):
    raw = torch.tensor([[*scores, float(outcome)]], dtype=torch.float64)
    return raw, torch.ones_like(raw)


def test_a_right_trajectory_keeps_its_scores_and_a_wrong_one_loses_1_each():
    close(renorm.tie(*turns([0.3, 0.8], 1)), turns([0.3, 0.8], 1)[0])
    close(renorm.tie(*turns([0.3, 0.8], 0)), torch.tensor([[-0.7, -0.2, 0.0]], dtype=torch.float64))
    close(renorm.tie(*turns([0.5, 0.5], 0)), torch.tensor([[-0.5, -0.5, 0.0]], dtype=torch.float64))
    close(renorm.tie(*turns([0.5, 0.5], 1)), torch.tensor([[0.5, 0.5, 1.0]], dtype=torch.float64))


def test_without_a_centre_and_an_outcome_the_scores_are_raw_and_one_turn_is_the_outcome():
    close(renorm.tie(*turns([0.3, 0.8], 0), centre=0.0), turns([0.3, 0.8], 0)[0])
    for outcome in (0, 1):
        close(renorm.tie(*turns([], outcome)), turns([], outcome)[0])


def test_renorm_of_single_turns_is_ppo():
    logp, batch = make()
    last = batch.turn_end.clone()
    last[:, 0] = 0.0
    single = replace(batch, turn_end=last, turn_rewards=last * batch.rewards[:, None])
    close(gradient("renorm", logp, single), gradient("ppo", logp, single))


def test_undiscounted_returns_do_not_depend_on_the_critic():
    _, batch = make()
    rewards = renorm.tie(batch.turn_rewards, batch.turn_end)
    for values in (batch.values, 5.0 * batch.values, torch.zeros_like(batch.values)):
        found = gae.discounted_errors(rewards, values, batch.mask, 1.0, 1.0)
        close((found + values) * batch.mask, reward_to_go(rewards, batch.mask, 1.0))


def test_gae_carries_over_observations_and_their_reward_goes_to_the_token_before():
    values, rewards = torch.tensor([[0.5, 9.0, 0.25]]), torch.tensor([[0.0, 1.0, 2.0]])
    mask = torch.tensor([[1.0, 0.0, 1.0]])
    settled = renorm.settle(rewards, mask)
    close(settled, torch.tensor([[1.0, 0.0, 2.0]]))
    close(
        gae.discounted_errors(settled, values, mask, 1.0, 0.5), torch.tensor([[1 + 0.25 - 0.5 + 0.5 * 1.75, 0.0, 1.75]])
    )
    close(renorm.settle(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 1.0]])), torch.tensor([[0.0, 3.0]]))


def test_renorm_without_a_critic_whitens_rewards_to_go():
    _, batch = make()
    found = renorm.renorm(replace(batch, values=None))
    rewards = renorm.tie(batch.turn_rewards, batch.turn_end)
    close(found, whiten(reward_to_go(rewards, batch.mask, 1.0), batch.mask))


# Aggregations


def test_aggregations_by_hand():
    mask = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    close(token_weights(mask, "token-mean"), mask / 4)
    close(token_weights(mask, "sequence-mean"), mask * torch.tensor([[1 / 6], [1 / 2], [0.0]]))
    close(token_weights(mask, "sequence-sum"), mask / 2)
    close(token_weights(mask, "constant", LENGTH), mask / (2 * LENGTH))
