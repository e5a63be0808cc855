"""Every number of the golden vectors of the online objectives, value and gradient, to 1e-10."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from reasoning_toolkit.training.objectives import empg, oreal, renorm, table
from reasoning_toolkit.training.objectives.advantages import grpo, rloo
from reasoning_toolkit.training.objectives.aggregate import token_weights
from reasoning_toolkit.training.objectives.best_of_n import best_of_n
from reasoning_toolkit.training.objectives.gae import discounted_errors
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.objective import load
from tests.training.objectives.vectors import rollouts, run, same, tensor, vector

VERL = 2e-9  # verl adds 1e-8 to counts, which moves its values by up to 5e-10


def close(found, expected, atol=1e-10):
    torch.testing.assert_close(found, tensor(expected), rtol=0.0, atol=atol)


ADVANTAGES = {
    "grpo": "advantages:grpo",
    "dr_grpo": "advantages:dr_grpo",
    "rloo": "advantages:rloo",
    "reinforce_plus_plus": "reinforce_plus_plus:reinforce_plus_plus",
    "reinforce_plus_plus_baseline": "reinforce_plus_plus:reinforce_plus_plus_baseline",
}


@pytest.mark.parametrize("name", ADVANTAGES)
def test_advantages(name):
    golden = vector("online_baseline_advantages")
    found = load(ADVANTAGES[name])(rollouts(golden["inputs"]))
    close(found, golden["reference"][name])
    close(found, golden["official"][name], VERL)


def test_advantages_of_trl_and_of_groups_without_a_difference():
    golden = vector("online_baseline_advantages")
    batch = rollouts(golden["inputs"])
    close(grpo(batch, epsilon=1e-4)[:, 0], golden["trl_eps"]["grpo"])
    edge = golden["edge_all_correct_all_wrong"]
    same_rewards = replace(batch, rewards=tensor(edge["rewards"]))
    for name in ("grpo", "rloo", "dr_grpo"):
        close(load(ADVANTAGES[name])(same_rewards)[:, 0], edge[name])


WIDE = {"clip_low": 0.2, "clip_high": 0.28}
LOSSES = {  # of the vector → objective, its settings
    "ppo_clip_dual3_token_mean": ("dapo", {"dual_clip": 3.0}),
    "grpo_seq_mean_k3_beta004": ("grpo", WIDE),
    "dr_grpo_const_norm_T5": ("dr-grpo", WIDE),
    "dapo_token_mean": ("dapo", {}),
    "gspo": ("gspo", WIDE),
    "cispo": ("cispo", {"lowest": 0.8, "highest": 1.28}),
}


@pytest.mark.parametrize("name", LOSSES)
def test_baseline_losses(name):
    golden = vector("online_baseline_losses")
    objective, settings = LOSSES[name]
    batch = rollouts(golden["inputs"])
    if objective == "dr-grpo":
        settings = {**settings, "length": batch.mask.shape[1]}
    close(grpo(batch)[:, 0], golden["advantages"])
    found = run(objective, tensor(golden["inputs"]["logp"]), batch, **settings)
    same(found, golden["reference"][name])
    if name in golden["official"]:
        close(found[0], golden["official"][name]["loss"], VERL)
        close(found[1], golden["official"][name]["grad_logp"], VERL)


@pytest.mark.parametrize(
    ("name", "aggregation"), [("reinforce_token_mean", "token-mean"), ("reinforce_seq_sum", "sequence-sum")]
)
def test_reinforce(name, aggregation):
    golden = vector("online_baseline_losses")
    found = run("reinforce", tensor(golden["inputs"]["logp"]), rollouts(golden["inputs"]), aggregation=aggregation)
    same(found, golden["reference"][name])


TRL = {
    "grpo": ("grpo", {**WIDE, "kl": 0.0}),
    "bnpo": ("dapo", {}),
    "dr_grpo": ("grpo", {**WIDE, "kl": 0.0, "aggregation": "constant"}),
    "dapo": ("dapo", {}),
    "cispo": ("cispo", {}),
    "sapo": ("sapo", {}),
    "luspo": (
        "grpo",
        {**WIDE, "kl": 0.0, "aggregation": "sequence-sum"},
    ),  # TRL's with the ratio of tokens, its default
    "vespo": ("vespo", {}),
    "gspo(grpo+sequence,3e-4/4e-4)": ("gspo", {}),
    "grpo_beta0.04": ("grpo", WIDE),
}


@pytest.mark.parametrize("name", TRL)
def test_losses_of_trl(name):
    golden = vector("online_trl116_losses")
    objective, settings = TRL[name]
    batch = rollouts(golden["inputs"])
    if settings.get("aggregation") == "constant":
        settings = {**settings, "length": batch.mask.shape[1]}
    same(run(objective, tensor(golden["inputs"]["logp"]), batch, epsilon=1e-4, **settings), golden["official"][name])
    close(grpo(batch, epsilon=1e-4)[:, 0], golden["advantages"])
    assert golden["official"]["dapo_BT_adv_same_as_B_adv"] == 0.0  # theirs; ours are always of tokens


def test_oreal():
    golden = vector("online_oreal")
    inputs, config = golden["inputs"], golden["config"]
    logp, scores = tensor(inputs["logp"]), tensor(inputs["token_rm_logits"])
    keep = torch.zeros(len(logp), dtype=torch.bool)
    keep[inputs["selected_rows"]] = True
    batch = rollouts(inputs, keep=keep, token_scores=scores)
    code = {
        "scores": "prefix-mean",
        "negative_factor": config["eta"],
        "positive_factor": config["pos_factor"],
        "kl": config["beta"],
    }
    outputs = golden["outputs"]
    same(run("oreal", logp, batch, positives="rloo", **code), outputs["official_default_with_token_rm"])
    same(run("oreal", logp, batch, positives="unit", **code), outputs["paper_eq11_unit_positive"])
    same(run("oreal", logp, replace(batch, token_scores=None), positives="rloo", **code), outputs["no_token_rm"])
    assert all(abs(row["loss"] - row["official_loss"]) < 1e-12 for row in outputs.values())
    reward = run("oreal-token-reward", scores, batch)
    close(reward[0], outputs["official_default_with_token_rm"]["token_rm_bce"])
    close(reward[1], outputs["official_default_with_token_rm"]["grad_token_rm"])
    for row, positive, negative in zip(
        inputs["selected_rows"], golden["token_weights"]["pos"], golden["token_weights"]["neg"], strict=True
    ):
        found = oreal.token_weights(batch, "prefix-mean")
        close(found[0][row, : len(positive)], positive)
        close(found[1][row, : len(negative)], negative)


def test_advantages_of_oreal():
    golden = vector("online_oreal")
    inputs = golden["inputs"]
    signed = rollouts(inputs, rewards=tensor(inputs["rewards_pm1"]), reward_space="plus-minus-one")
    close(rloo(signed)[:, 0], golden["advantages_rloo_pm1"])
    close(grpo(signed, epsilon=1e-8)[:, 0], golden["advantages_grpo_pm1"])
    for group, numbers in golden["rloo_identity"].items():
        rows = (torch.tensor(inputs["group_ids"]) == int(group.removeprefix("group"))).nonzero()[:, 0]
        right = tensor(inputs["rewards"])[rows] == 1
        for advantages, space in ((rloo(rollouts(inputs)), "rloo01"), (rloo(signed), "rloo_pm1")):
            close(advantages[rows[right]][0, 0], numbers[f"{space}_pos"])
            close(advantages[rows[~right]][0, 0], numbers[f"{space}_neg"])


def test_best_of_n():
    for row in vector("online_oreal_bon")["rows"]:
        rate = tensor(row["p"])
        right, wrong = best_of_n(rate, row["n"])
        close(right, row["pi_bon_pos_factor"])
        close(wrong, row["pi_bon_neg_factor"])
        close(rate * right + (1 - rate) * wrong, row["mass"])
        # the derivative of the rate of best-of-n, 1 - (1 - p)^n, is n (1 - p)^(n - 1)
        close(row["n"] * wrong * (1 - rate) / (row["n"] * wrong), row["neg_over_pos_grad"])


@pytest.mark.parametrize("reduction", ["sum", "token_mean"])
def test_expo(reduction):
    golden = vector("online_expo")
    inputs, config, expected = golden["inputs"], golden["config"], golden["outputs"][reduction]
    rows = len(inputs["logp"])
    settings = {"beta": config["beta"], "clip_low": config["clip"], "clip_high": config["clip"]}
    settings["explanation"] = reduction.replace("_", "-")
    loss, gradient = run("expo", *with_explanations(inputs, inputs["rewards"]), **settings)
    same((loss, gradient[:rows]), expected)
    close(gradient[rows:], expected["grad_expl_logp"])


def test_expo_where_all_are_wrong():
    golden = vector("online_expo")
    inputs, expected = golden["inputs"], golden["all_wrong"]
    rows = len(inputs["logp"])
    loss, gradient = run("expo", *with_explanations(inputs, [0.0] * rows), beta=golden["config"]["beta"])
    close(loss, expected["loss"])
    close(gradient[:rows].abs().max(), expected["grad_logp_max"])
    close(gradient[rows:], expected["grad_expl_logp"])


def with_explanations(inputs, rewards):
    """The samples, then one explanation a question, padded to one length."""
    questions = sorted(set(inputs["group_ids"]))
    width = max(len(inputs["logp"][0]), len(inputs["expl_logp"][0]))

    def stack(samples, explanations):
        both = [tensor(samples), tensor(explanations)]
        return torch.cat([torch.nn.functional.pad(values, (0, width - values.shape[1])) for values in both])

    explanations = tensor(inputs["expl_logp"])
    batch = rollouts(
        inputs,
        mask=stack(inputs["mask"], inputs["expl_mask"]),
        old_logp=stack(inputs["old_logp"], explanations.tolist()),
        ref_logp=None,
        rewards=tensor([*rewards, *[0.0] * len(questions)]),
        group_ids=torch.tensor([*inputs["group_ids"], *questions]),
        shown=torch.tensor([False] * len(rewards) + [True] * len(questions)),
    )
    return stack(inputs["logp"], inputs["expl_logp"]), batch


def test_dpo_form_of_expo():
    golden = vector("online_expo")["dpo"]
    given = golden["inputs"]
    logp, ref_logp = (tensor([[[given[f"{who}_c"]], [given[f"{who}_r"]]]]) for who in ("pol", "ref"))
    objective = table.find_objective("expo-dpo").bind(beta=given["beta"])
    loss = objective.loss(logp, objective.prepare(Given(mask=torch.ones_like(logp), ref_logp=ref_logp))).sum()
    close(loss, golden["loss"])
    close(torch.log(1 / torch.expm1(loss)), golden["margin"])  # the loss is log(1 + e^-margin)


def test_explanations_make_the_answer_likelier():
    golden = vector("online_expo")["lemma2"]
    prior, answer = tensor(golden["p_cot"]), tensor(golden["p_ans"])
    close(prior @ answer, golden["prior_mean"])
    posterior = prior * answer / (prior @ answer)
    close(posterior @ answer, golden["posterior_mean"])
    assert posterior @ answer >= prior @ answer


NEGATIVES = {
    "reinforce_pm1": ("w-reinforce", {"positive_weight": 1.0}),
    "w_reinforce_0.1": ("w-reinforce", {}),
    "psr_subset": ("psr", {}),
    "nsr_subset": ("nsr", {}),
}


@pytest.mark.parametrize("name", NEGATIVES)
def test_positive_and_negative_reinforcement(name):
    golden = vector("online_psr_nsr")
    objective, settings = NEGATIVES[name]
    settings = {**settings, "clip_low": golden["config"]["clip"], "clip_high": golden["config"]["clip"]}
    if name.startswith("w_"):
        settings["positive_weight"] = golden["config"]["lam"]
    same(
        run(objective, tensor(golden["inputs"]["logp"]), rollouts(golden["inputs"]), **settings),
        golden["outputs"][name],
    )


def test_weighted_advantages_of_the_released_code():
    golden = vector("online_psr_nsr")
    objective = table.find_objective("w-reinforce").bind(positive_weight=golden["config"]["lam"])
    close(objective.prepare(rollouts(golden["inputs"]))["advantages"], golden["official"]["w_adv"])


def test_gradients_of_the_logits():
    """Of one sampled token: raising its probability, lowering it, and unlikelihood."""
    golden = vector("online_psr_nsr")["logit_gradients"]
    logits = tensor(golden["z"]).requires_grad_()
    chance = logits.softmax(-1)[golden["sampled"]]

    def ascent(value):
        return torch.autograd.grad(value, logits, retain_graph=True)[0]

    close(logits.softmax(-1).detach(), golden["pi"])
    close(ascent(chance), golden["ascent_psr"])
    close(ascent(-chance), golden["ascent_nsr"])
    close(ascent(chance), golden["closed_psr"])
    close(ascent(torch.log1p(-chance)), golden["ascent_unlikelihood"])
    close(ascent(-(logits.softmax(-1) * logits.log_softmax(-1)).sum()), golden["ascent_entropy"])


def test_both_sides_of_reinforcement_add_up():
    golden = vector("online_psr_nsr")
    logp, batch = tensor(golden["inputs"]["logp"]), rollouts(golden["inputs"])
    right, wrong = (float((batch.mask * side[:, None]).sum()) for side in (batch.right, ~batch.right))
    assert [right, wrong] == golden["identities"]["token_counts"]
    psr, nsr = (
        run("psr", logp, batch)[1] * right / (right + wrong),
        run("nsr", logp, batch)[1] * wrong / (right + wrong),
    )
    weight = golden["config"]["lam"]
    close(run("w-reinforce", logp, batch, positive_weight=1.0)[1] - psr - nsr, torch.zeros_like(logp).tolist())
    close(
        run("w-reinforce", logp, batch, positive_weight=weight)[1] - weight * psr - nsr, torch.zeros_like(logp).tolist()
    )


@pytest.mark.parametrize("policy", ["on_policy", "off_policy"])
@pytest.mark.parametrize("case", ["default", "lam_large", "tau1"])
def test_drpo(policy, case):
    golden = vector("online_drpo")
    inputs, config, expected = golden["inputs"], golden["config"], golden["outputs"][f"{policy}_{case}"]
    settings = {"length": config["C"], "brevity": config["lam"], "temperature": config["tau"]}
    settings |= {"beta": config["beta"], "delta": config["delta"]}
    settings |= {"default": {}, "lam_large": {"brevity": 1e6}, "tau1": {"temperature": 1.0}}[case]
    logp = tensor(inputs["old_logp"] if policy == "on_policy" else inputs["logp"])
    batch = rollouts(inputs)
    found = run("drpo", logp, batch, **settings)
    same(found, expected, "true_loss")
    close(found[1], expected["official_grad"])  # its value is a surrogate
    objective = table.find_objective("drpo").bind(**settings)
    measured = objective.measure(logp, objective.prepare(batch))
    close(measured["positive"] * measured["questions"], expected["pos_weights"])
    close(measured["negative_weight"] * measured["questions"], expected["neg_weights"])
    close(measured["divergence"][0], expected["kl_old_new"])


def test_drpo_at_its_limits():
    golden = vector("online_drpo")
    inputs, config = golden["inputs"], golden["config"]
    logp, batch = tensor(inputs["logp"]), rollouts(inputs)
    settings = {"length": config["C"], "temperature": config["tau"], "beta": config["beta"], "delta": config["delta"]}
    found = run("drpo", logp, batch, brevity=1e6, **settings)
    close(found[1], golden["disco_limit"]["drpo_lam_1e6_grad"])
    close(found[1], golden["disco_limit"]["disco_grad"], 2e-8)
    right = replace(batch, rewards=tensor(golden["all_correct_batch"]["rewards"]))
    divergence = float(tensor(golden["outputs"]["off_policy_default"]["kl_old_new"]))
    excess = max(divergence - config["delta"], 0.0)
    loss, _ = run("drpo", logp, right, brevity=config["lam"], **settings)
    close(loss, 0.5 * config["beta"] * excess**2)
    # the released code's value for it is β (K - δ) K
    close(
        tensor(config["beta"] * excess * divergence),
        golden["all_correct_batch"]["official_loss_is_only_constraint"],
        1e-9,
    )


def test_brevity():
    golden = vector("online_drpo")["length_reward_example"]
    lengths = golden["lengths"]
    mask = (torch.arange(golden["C"])[None, :] < torch.tensor([*lengths, 1])[:, None]).double()
    rewards = tensor([1.0] * len(lengths) + [0.0])
    batch = rollouts({"group_ids": [0] * (len(lengths) + 1)}, mask=mask, rewards=rewards)
    prepared = table.find_objective("drpo").bind(length=golden["C"], brevity=golden["lam"]).prepare(batch)
    close(prepared["positive"][:-1], golden["weights"])


@pytest.mark.parametrize("policy", ["on_policy", "off_policy"])
@pytest.mark.parametrize(("case", "weight"), [("1", "one"), ("1-r", "one-minus-rate"), ("sqrt", "square-root")])
def test_nft(policy, case, weight):
    golden = vector("online_nft")
    inputs, expected = golden["inputs"], golden["outputs"][f"{policy}_omega_{case}"]
    logp = tensor(inputs["old_logp"] if policy == "on_policy" else inputs["logp"])
    found = run("nft", logp, rollouts(inputs), question_weight=weight, **nft_settings(golden))
    same(found, expected)
    same(found, expected, "official_loss")


def test_nft_where_the_ratio_is_extreme():
    golden = vector("online_nft")
    expected = golden["outputs"]["extreme_ratio_e2_on_negatives_omega_1-r"]
    same(run("nft", tensor(expected["logp"]), rollouts(golden["inputs"]), **nft_settings(golden)), expected)


def test_identities_of_nft():
    golden = vector("online_nft")
    logp, batch = tensor(golden["inputs"]["old_logp"]), rollouts(golden["inputs"])
    size = golden["inputs"]["group_ids"].count(golden["inputs"]["group_ids"][0])
    assert golden["identities"]["ddof1_scale"] == pytest.approx(((size - 1) / size) ** 0.5, abs=1e-12)
    found = run("nft", logp, batch, question_weight="square-root", **nft_settings(golden))[1]
    settings = {"kl": 0.0, "epsilon": 0.0, "aggregation": "constant", "length": nft_settings(golden)["length"]}
    close(found * golden["identities"]["ddof1_scale"], run("grpo", logp, batch, **settings)[1].tolist())


def nft_settings(golden):
    config = golden["config"]
    length = config["normaliser"] / len(golden["inputs"]["logp"])
    return {"aggregation": "constant", "length": length, "floor": config["eps"]}


def empg_batch(golden):
    inputs = golden["inputs"]
    step_ids = torch.full(tensor(inputs["mask"]).shape, -1)
    for row, steps in enumerate(inputs["steps"]):
        for number, (start, end) in enumerate(steps):
            step_ids[row, start:end] = number
    return rollouts(inputs, entropy=tensor(inputs["token_entropy"]), step_ids=step_ids)


def empg_settings(golden):
    config = golden["config"]
    return {"confidence": config["k"], "clarity": config["k_f"], "bonus": config["zeta"]}


def test_empg():
    golden = vector("online_empg")
    batch, settings, expected = empg_batch(golden), empg_settings(golden), golden["outputs"]
    close(grpo(batch)[:, 0], golden["base_advantage"])
    steps = empg.find_steps(batch.step_ids, batch.mask)
    scaled = empg.scale(steps.mean(batch.entropy))
    close(steps.mean(batch.entropy), expected["H"])
    close(scaled, expected["H_norm"])
    close(empg.modulation(scaled, settings["confidence"]), expected["g"])
    close(torch.exp(-settings["clarity"] * scaled), expected["f"])
    raw = empg.empg(batch, **settings, centre=False)
    close(
        torch.stack([raw[steps.tokens][steps.of_token == step][0] for step in range(len(scaled))]), expected["step_adv"]
    )
    close(empg.empg(batch, **settings), expected["advantages"])
    loss, gradient = run("empg", tensor(golden["inputs"]["logp"]), batch, **settings)
    close(loss, expected["dapo_loss"])
    close(gradient, expected["grad_logp"])


def test_identities_of_empg():
    golden = vector("online_empg")
    batch, known = empg_batch(golden), golden["identities"]
    steps = empg.find_steps(batch.step_ids, batch.mask)
    scaled = empg.scale(steps.mean(batch.entropy))
    close(empg.modulation(scaled, golden["config"]["k"]).mean(), known["mean_g"])
    base = grpo(batch)
    close(steps.mean(base).mean(), known["step_weighted_mean_adv"])
    off = empg.empg(batch, confidence=0.0, bonus=0.0, centre=False)
    close(steps.mean(off).mean(), known["off_switch_with_center_advantage_shift"])
    close(steps.mean(empg.empg(batch, **empg_settings(golden))).mean(), known["mean_step_adv_after_centering"])
    assert known["prop1_lhs"] == pytest.approx(known["prop1_rhs"], abs=1e-12)


def test_empg_where_the_entropy_is_constant():
    golden = vector("online_empg")
    edge = golden["edge_constant_entropy"]
    batch = empg_batch(golden)
    batch = replace(batch, entropy=torch.full_like(batch.mask, edge["token_entropy"]))
    scaled = empg.scale(empg.find_steps(batch.step_ids, batch.mask).mean(batch.entropy))
    close(scaled, edge["H_norm"])
    close(empg.modulation(scaled, 1.0), edge["g"])
    close(torch.exp(-scaled), edge["f"])
    close(empg.empg(batch, **empg_settings(golden)), edge["advantages"])


def test_renorm():
    golden = vector("online_renorm")
    inputs, config, expected = golden["inputs"], golden["config"], golden["outputs"]
    mask, values = tensor(inputs["mask"]), tensor(inputs["values"])
    turn_end, raw = tensor(inputs["turn_mask"]), tensor(inputs["raw_turn_rewards"])
    tied = renorm.tie(raw, turn_end, config["mu"])
    close(tied, expected["renormed"])
    found = discounted_errors(tied, values, mask, config["gamma"], config["lam"])
    close(found, expected["gae_unwhitened"])
    close((found + values) * mask, expected["returns_official"])
    outcome = (raw * (turn_end.flip(-1).cumsum(-1).flip(-1) == 1) * turn_end).sum(-1)
    before = (turn_end > 0) & (turn_end.flip(-1).cumsum(-1).flip(-1) > 1)
    close(tied[before & (outcome == 1)[:, None]].min(), golden["sign_consistency"]["correct_rows_min"])
    close(tied[before & (outcome == 0)[:, None]].max(), golden["sign_consistency"]["wrong_rows_max"])
    batch = rollouts(inputs, turn_end=turn_end, turn_rewards=raw, values=values)
    whitened = renorm.renorm(batch, centre=config["mu"], gamma=config["gamma"], smoothing=config["lam"])
    close(whitened * mask, (tensor(expected["gae_whitened_official"]) * mask).tolist(), VERL)


PARTS = {"full": {}, "neg": {"positive_weight": 0.0}, "pos": {"negative_weight": 0.0}}


@pytest.mark.parametrize("base", ["grpo", "dapo", "gspo"])
@pytest.mark.parametrize("part", PARTS)
def test_negatives_alone(base, part):
    golden = vector("online_grpo_n")
    settings = PARTS[part] | ({"kl": 0.0} if base == "grpo" else {})
    found = run(base, tensor(golden["inputs"]["logp"]), rollouts(golden["inputs"]), **settings)
    same(found, golden["outputs"][f"{base}_{part}"])
    if part == "neg" and base != "dapo":
        same(
            run(f"{base}-n", tensor(golden["inputs"]["logp"]), rollouts(golden["inputs"])),
            golden["outputs"][f"{base}_neg"],
        )
    close(grpo(rollouts(golden["inputs"]))[:, 0].clamp_max(0.0), golden["advantages_neg"])


@pytest.mark.parametrize("case", ["full", "negative_only"])
def test_two_stages_of_a_bandit(case):
    """Expected updates of a softmax: the best but rare answer first falls, then rises; with negatives alone it only falls."""
    golden = vector("online_grpo_n")["toy"]
    theta, rewards = tensor(golden["logits0"]), tensor(golden["rewards"])
    chances = []
    for _ in range(golden["steps"]):
        chance = theta.softmax(-1)
        chances.append(chance)
        advantage = rewards - chance @ rewards
        advantage = advantage.clamp_max(0.0) if case == "negative_only" else advantage
        theta = theta + golden["lr"] * (chance * advantage - chance * (chance @ advantage))
    expected = golden[case]
    best = torch.stack(chances)[:, int(rewards.argmax())]
    for step, values in expected["log"].items():
        close(chances[int(step)], values)
    assert int(best.argmin()) == expected["argmin_step_of_optimal_action"]
    close(best.min(), expected["min_p_optimal"])
    close(best[-1], expected["final_p_optimal"])


def test_edges():
    golden = vector("online_edge")
    inputs, outputs = golden["inputs"], golden["outputs"]
    empty = outputs["empty_row"]
    mask, losses = tensor(empty["mask"]), tensor(empty["per_token"])
    close((token_weights(mask, "sequence-mean") * losses).sum(), empty["reference_seq_mean_token_mean"])
    close((token_weights(mask, "sequence-mean") * losses).sum(), empty["verl_seq_mean_token_mean"], VERL)
    close((token_weights(mask, "token-mean") * losses).sum(), empty["token_mean"])
    there = (mask.sum(-1) > 0).double().mean()  # TRL counts the empty row
    close((token_weights(mask, "sequence-mean") * losses).sum() * there, empty["trl_style"])
    for name in ("token-mean", "sequence-mean", "sequence-sum"):
        close((token_weights(0.0 * mask, name) * losses).sum(), outputs["all_masked"]["token_mean"])
    edge = outputs["all_same_groups"]
    logp, batch = tensor(inputs["logp"]), rollouts(inputs, rewards=tensor(edge["rewards"]))
    close(run("grpo", logp, batch, kl=0.0)[0], edge["grpo"])
    close(run("grpo-n", logp, batch)[0], edge["grpo_n"])
    close(run("w-reinforce", logp, batch)[0], edge["w_reinforce"])
    close(run("nsr", logp, batch, renormalize=False)[0], edge["nsr_full_batch"])
    close(run("drpo", logp, batch, length=mask.shape[1], beta=0.0)[0], edge["drpo_discriminative_part"])
