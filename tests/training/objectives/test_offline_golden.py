"""Offline objectives replay golden vectors, value and gradient, in float64. `GOLDEN_VECTORS` names another folder of the same form."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from reasoning_toolkit.training.objectives import cdpo, given, implicit_prm, orpo, per_step_dpo
from reasoning_toolkit.training.objectives.critical_tokens import critical_token
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.redi import likelihoods
from reasoning_toolkit.training.objectives.table import find_objective

FOLDER = Path(os.environ.get("GOLDEN_VECTORS") or Path(__file__).resolve().parents[2] / "golden")
BASELINES, REDI, CDPO, STEPS, PRM = (
    f"offline_{name}.json" for name in ("baselines", "redi", "cdpo", "perstep_dpo", "implicit_prm")
)
TOLERANCE = 1e-10


@cache
def vector(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def doubles(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def pad(rows: list[list[float]], width: int) -> Tensor:
    """Rows of unequal length, with 0 behind."""
    return doubles([[*row, *[0.0] * (width - len(row))] for row in rows])


def value_in(key: str, name: str) -> float:
    """`beta=0.1` in a key of the vector."""
    found = re.search(rf"{name}(?:\(lambda\))?=([\d.e+-]+)", key)
    assert found, f"{key!r} says no {name}"
    return float(found[1])


def run(name: str, logp: Tensor, batch: Given, **settings: Any) -> tuple[Tensor, Tensor]:
    """(rows,) the rows' losses times their number, and the gradient of the whole loss."""
    objective = find_objective(name).bind(**settings)
    leaf = logp.clone().requires_grad_()
    rows = objective.loss(leaf, objective.prepare(batch))
    rows.sum().backward()
    return rows.detach() * len(rows), leaf.grad


def same(ours: Any, theirs: Any, tolerance: float = TOLERANCE) -> None:
    ours, theirs = torch.as_tensor(ours, dtype=torch.float64), doubles(theirs)
    assert ours.shape == theirs.shape
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def chosen_then_rejected(values: Any) -> Tensor:
    """(2 pairs, tokens), chosen rows first → (pairs, 2, tokens)."""
    return torch.stack(doubles(values).chunk(2), 1)


def baseline_pairs() -> tuple[Tensor, Given]:
    inputs = vector(BASELINES)["inputs"]
    mask = chosen_then_rejected(inputs["completion_mask(2 chosen rows then 2 rejected rows)"])[..., 1:]
    return chosen_then_rejected(inputs["policy_token_logps"]), Given(
        mask, chosen_then_rejected(inputs["ref_token_logps"])
    )


TRL_NAMES = {  # of `loss_type` → name, setting of TRL's beta, further settings
    "sigmoid": ("dpo", "beta", {}),
    "ipo": ("ipo", "tau", {"form": "trl"}),
    "hinge": ("hinge", "beta", {}),
    "nca_pair": ("nca", "beta", {}),
    "sigmoid_norm": ("dpo-normalised", "beta", {}),
    "apo_zero": ("apo-zero", "beta", {}),
}
TRL_KEYS = [key for key in vector(BASELINES)["outputs"] if key.startswith("TRL DPOTrainer")]


@pytest.mark.parametrize("key", TRL_KEYS)
def test_trl_preferences(key: str) -> None:
    theirs, (logp, batch) = vector(BASELINES)["outputs"][key], baseline_pairs()
    kind, beta = key.split()[2], value_in(key, "beta")
    if kind == "bco_pair":  # the cross-entropy of both sides, each a mean of its own
        rows = Given(batch.mask.flatten(0, 1), batch.ref_logp.flatten(0, 1), torch.tensor([1, 0]).repeat(len(logp)))
        losses, grad = run("implicit-prm-ce", logp.flatten(0, 1), rows, beta=beta)
        losses, grad = 2 * losses, 2 * grad.view_as(logp)
    elif kind == "sft":  # of the chosen half alone
        losses, grad = run("sft", logp[:, 0], Given(batch.mask[:, 0]))
        grad = torch.stack([grad, torch.zeros_like(grad)], 1)
    else:
        name, setting, further = TRL_NAMES[kind]
        losses, grad = run(name, logp, batch, **{setting: beta}, **further)
    same(losses.mean(), theirs["loss"])
    same(torch.cat(grad.unbind(1)), theirs["grad_token_logps"])


def baseline(prefix: str) -> tuple[str, Any]:
    return next((key, value) for key, value in vector(BASELINES)["outputs"].items() if key.startswith(prefix))


def test_simpo() -> None:
    (key, theirs), (logp, batch) = baseline("TRL CPOTrainer simpo"), baseline_pairs()
    losses, _ = run("simpo", logp, batch, beta=value_in(key, "beta"), gamma=value_in(key, "gamma"))
    same(losses, theirs["per_pair"])
    same(losses.mean(), theirs["loss"])


def test_orpo() -> None:
    (key, theirs), (logp, batch) = baseline("ORPO"), baseline_pairs()
    strength = value_in(key, "beta")
    losses, _ = run("orpo", logp, batch, strength=strength, aggregation="token-mean")
    same(losses.mean(), theirs["loss"])
    odds = orpo.log_odds(given.mean_log_probability(logp, given.prepare(batch)))
    term = -strength * torch.nn.functional.logsigmoid(given.margin(odds))
    same(term, theirs["or_term_float64"])
    float32 = next(value for name, value in theirs.items() if name.startswith("trl_losses_float32"))
    same(-term, float32, tolerance=1e-6)
    same(run("sft", logp[:, 0], Given(batch.mask[:, 0]))[0].mean(), theirs["nll_token_mean_of_chosen"])


def of_ratios(ratios: list[float], labels: list[int] | None = None) -> tuple[Tensor, Given]:
    """Completions of one token with these log-ratios."""
    logp = doubles(ratios).unsqueeze(-1)
    return logp, Given(torch.ones_like(logp), torch.zeros_like(logp), None if labels is None else torch.tensor(labels))


def run_kto(logp: Tensor, batch: Given, measured: Tensor, **settings: Any) -> tuple[Tensor, Tensor, Tensor]:
    objective = find_objective("kto").bind(**settings)
    targets = objective.measure(measured, objective.prepare(batch))
    leaf = logp.clone().requires_grad_()
    rows = objective.loss(leaf, targets)
    rows.sum().backward()
    return targets["reference_point"], rows.detach() * len(rows), leaf.grad


def test_kto() -> None:
    (key, theirs), inputs = baseline("KTO"), vector(BASELINES)["inputs"]["kto"]
    logp, batch = of_ratios(inputs["logratios"], inputs["labels"])
    others, mismatched = of_ratios(inputs["KL_logratios"])
    batch = Given(batch.mask, batch.ref_logp, batch.labels, mismatched=mismatched)
    desirable, undesirable = (float(w) for w in re.findall(r"weights ([\d.]+),([\d.]+)", key)[0])
    settings = {"beta": value_in(key, "beta"), "desirable": desirable, "undesirable": undesirable}
    point, losses, grad = run_kto(logp, batch, others, **settings)
    same(point[0], theirs["kl"])
    same(losses, theirs["per_example"])
    same(losses.mean(), theirs["loss"])
    same(grad.squeeze(-1), theirs["grad"])


def test_likelihood() -> None:
    (_, theirs), (logp, batch) = baseline("SFT"), baseline_pairs()
    chosen = Given(batch.mask[:, 0])
    same(run("sft", logp[:, 0], chosen)[0].mean(), theirs["token_mean"])
    sequence_mean = run("sft", logp[:, 0], chosen, aggregation="sequence-mean")[0].mean()
    same(sequence_mean, theirs["sequence_mean_of_token_means"])
    same(run("dft", logp[:, 0], chosen)[0].mean(), theirs["dft(TRL loss_type=dft)"])


def test_ipo_of_the_paper() -> None:
    (key, theirs), (logp, batch) = baseline("IPO paper form"), baseline_pairs()
    same(run("ipo", logp, batch, tau=value_in(key, "beta"))[0].mean(), theirs)


def redi_pairs() -> tuple[Tensor, Given]:
    inputs = vector(REDI)["inputs"]
    logp, mask = (
        torch.stack([doubles(inputs[f"{side}_{what}"]) for side in ("chosen", "rejected")], 1)
        for what in ("token_logps", "mask")
    )
    return logp, Given(mask)


@pytest.mark.parametrize("key", vector(REDI)["outputs"])
def test_redi(key: str) -> None:
    theirs, (logp, batch) = vector(REDI)["outputs"][key], redi_pairs()
    gamma = value_in(key, "gamma") if "gamma" in key else 0.0
    losses, grad = run("redi", logp, batch, alpha=value_in(key, "alpha"), gamma=gamma)
    same(losses, theirs["per_sequence_loss"])
    targets = given.prepare(batch)
    if gamma:
        same((gamma * given.mean_log_probability(logp, targets)[:, 1]).exp(), theirs["weights"])
        return
    same(losses.mean(), theirs["loss"])
    same(grad[:, 0], theirs["grad_chosen_token_logps"])
    same(grad[:, 1], theirs["grad_rejected_token_logps"])
    same(
        given.mean_log_probability(logp, targets),
        [*zip(theirs["metric_chosen"], theirs["metric_rejected"], strict=True)],
    )
    for ours, side in zip(likelihoods(logp, targets), ("chosen", "rejected"), strict=True):
        same(ours, sum(theirs[f"metric_{side}"]) / len(theirs[f"metric_{side}"]))


def cdpo_pairs(chosen_scores: bool = False) -> tuple[Tensor, Given]:
    inputs = vector(CDPO)["inputs"]["pair"]
    logp, ref_logp, mask = (
        torch.stack([doubles(inputs[what.format(side)]) for side in ("chosen", "rejected")], 1)
        for what in ("policy_{}_token_logps", "ref_{}_token_logps", "{}_mask")
    )
    width = mask.shape[-1]
    scores = pad(inputs["ce_prob_rejected_without_eos"], width)
    same(scores, inputs["s_rejected_full_width(eos=0,pad=0)"])
    chosen = pad(inputs["ce_prob_chosen_without_eos"], width) if chosen_scores else None
    return logp, Given(mask, ref_logp, token_weights=cdpo.weights(scores, mask, chosen))


@pytest.mark.parametrize("key", vector(CDPO)["outputs"]["losses"])
def test_cdpo(key: str) -> None:
    theirs = vector(CDPO)["outputs"]["losses"][key]
    logp, batch = cdpo_pairs(chosen_scores=key.endswith("only_neg=False"))
    if key.startswith("paper_form"):
        losses, grad = run("cdpo", logp, batch, gamma=value_in(key, "gamma"))
        same(losses, theirs["per_pair_loss"])
        same(losses.mean(), theirs["loss"])
    else:
        losses, grad = run("cdpo", logp, batch, gamma=value_in(key, "beta"), form="code")
        same(losses, doubles(theirs["per_position_loss"]).mean(-1).tolist())
        same(losses.mean(), theirs["loss_mean_over_batch_and_positions"])
    if "grad_chosen" in theirs:
        same(grad[:, 0], theirs["grad_chosen"])
        same(grad[:, 1], theirs["grad_rejected"])


@pytest.mark.parametrize("case", vector(REDI)["identities"]["simpo_beta_to_0_limit"])
def test_the_limit_of_simpo(case: dict[str, float]) -> None:
    (logp, batch), beta, gamma = redi_pairs(), case["beta"], case["gamma"]
    _, symmetric = run("redi", logp, batch, alpha=1.0)
    _, simpo = run("simpo", logp, batch, beta=beta, gamma=gamma)
    gap = (simpo / beta - doubles(gamma).sigmoid() * symmetric).abs()
    same(
        gap[:, 0].max(), next(value for name, value in case.items() if name.startswith("max_abs_diff"))
    )  # of the chosen
    bound = next(value for name, value in case.items() if name.startswith("bound"))
    margins = given.margin(given.mean_log_probability(logp, given.prepare(batch)))
    same(margins.abs().max() / 4 * beta * symmetric.abs().max(), bound)
    assert gap.max() <= bound


def test_cdpo_without_scores() -> None:
    theirs, (logp, batch) = vector(CDPO)["identities"], cdpo_pairs()
    batch = replace(batch, token_weights=torch.ones_like(batch.mask))
    same(run("cdpo", logp, batch, gamma=1.0)[0], theirs["dpo_loss gamma=1"])
    not_dpo = theirs["official code with ce_prob=0 is NOT DPO: value"]
    same(run("cdpo", logp, batch, gamma=1.0, form="code")[0].mean(), not_dpo["code_loss"])
    same(run("dpo", logp, batch, beta=1.0)[0].mean(), not_dpo["dpo_loss"])


@pytest.mark.parametrize("key", [key for key in vector(CDPO)["outputs"] if key.startswith("ce_score")])
def test_contrastive_scores(key: str) -> None:
    inputs = vector(CDPO)["inputs"]["ce"]
    positive, negative = (doubles(inputs[f"{sign}_logits"]).unsqueeze(0) for sign in ("pos", "neg"))
    ids, beta = torch.tensor([inputs["token_ids"]]), value_in(key, "beta")
    theirs = vector(CDPO)["outputs"][key]
    same(cdpo.contrastive_scores(positive, negative, ids, beta)[0], theirs)
    same(cdpo.contrastive_scores(positive.log_softmax(-1), negative.log_softmax(-1), ids, beta)[0], theirs)


@pytest.mark.parametrize("case", vector(CDPO)["outputs"]["critical_token_rule"])
def test_critical_tokens(case: dict[str, Any]) -> None:
    counts = case["correct_counts_of_64_per_position"]
    assert critical_token(counts, 64) == case["critical_index_official_code"]
    assert critical_token(counts, 64, fallback=False) == case["critical_index_paper_two_conditions_only"]


@pytest.mark.parametrize("key", vector(CDPO)["outputs"]["pass_at_k"])
def test_pass_at_k_after_a_critical_token(key: str) -> None:
    samples, right = (int(count) for count in re.findall(r"\d+", key))
    for k, expected in vector(CDPO)["outputs"]["pass_at_k"][key].items():
        same(per_step_dpo.step_values([right], samples, int(k)), [expected])


@pytest.mark.parametrize(("best_of", "name"), [(1, "pi"), (None, "bok_unbiased")])
def test_step_values(best_of: int | None, name: str) -> None:
    inputs, theirs = vector(STEPS)["inputs"], vector(STEPS)["outputs"]
    counts = inputs["correct_counts(index0=empty prefix)"]
    values = per_step_dpo.step_values(counts, inputs["n_rollouts"], best_of or inputs["K"])
    same(values, theirs[f"Q_{name}"])
    same(per_step_dpo.step_advantages(values), theirs["advantage_pi" if best_of else "advantage_bok"])
    pits = theirs["first_pit(1-based step)"]
    assert per_step_dpo.first_pit(values) == pits["pi_sft Q" if best_of else "BoK Q"]


@pytest.mark.parametrize("whole", [False, True])
def test_per_step_dpo(whole: bool) -> None:
    inputs, theirs = vector(STEPS)["inputs"], vector(STEPS)["outputs"]
    steps = inputs["step_of_rejected_token"]
    width = max(len(steps), len(inputs["policy_chosen_token_logps"]))
    logp, ref_logp = (
        pad([inputs[f"{model}_{side}_token_logps"] for side in ("chosen", "rejected")], width).unsqueeze(0)
        for model in ("policy", "ref")
    )
    mask = pad([[1.0] * len(inputs[f"policy_{side}_token_logps"]) for side in ("chosen", "rejected")], width)
    pit = max(steps) if whole else theirs["first_pit(1-based step)"]["pi_sft Q"]
    step_ids = torch.tensor([steps + [0] * (width - len(steps))])
    batch = Given(mask.unsqueeze(0), ref_logp, step_ids=step_ids, pits=torch.tensor([pit]))
    key = next(k for k in theirs if k.startswith("full_response" if whole else "per_step_dpo_loss"))
    losses, grad = run("per-step-dpo", logp, batch, beta=value_in(key, "beta"))
    same(losses.mean(), theirs[key])
    assert bool((grad[0, 1, : len(steps)] != 0).equal(torch.tensor(steps) <= pit))


def prm_rows(reference: bool = True) -> tuple[Tensor, Given, Tensor]:
    inputs = vector(PRM)["inputs"]
    logp, ref_logp = (doubles(inputs[f"{model}_token_logps(shifted)"]) for model in ("policy", "ref"))
    mask = doubles(inputs["label_mask"])[:, 1:]
    ends = torch.tensor(inputs["special_tokens"])[:, 1:]  # the first marks the end of the prompt
    return logp, Given(mask, ref_logp if reference else torch.zeros_like(ref_logp)), ends


def test_step_scores() -> None:
    theirs, (logp, batch, ends) = vector(PRM)["outputs"], prm_rows()
    rewards, values = implicit_prm.step_scores(logp, given.prepare(batch), ends, vector(PRM)["inputs"]["coef"])
    for row, expected in enumerate(theirs["step_scores"]):
        held = ends[row] != implicit_prm.NO_STEP
        same(rewards[row, held], expected["step_reward"])
        same(values[row, held], expected["cumulative_Q"])
        same(rewards[row].sum(), expected["orm"])
        same(rewards[row, held].min(), expected["min_step"])
        same(values[row, held].min(), expected["min_Q"])


@pytest.mark.parametrize("reference", [True, False])
def test_step_scores_as_the_official_scripts_sum_them_up(reference: bool) -> None:
    logp, batch, ends = prm_rows(reference)
    coef = vector(PRM)["inputs"]["coef"]
    rewards, values = implicit_prm.step_scores(logp, given.prepare(batch), ends, coef)
    for row, expected in enumerate(vector(PRM)["outputs"]["official_min_and_sum"]):
        theirs = expected["reward"]["w/ ref" if reference else "w/o ref"][f"constant+coef-{coef}"]
        held = ends[row] != implicit_prm.NO_STEP
        for ours, kind in ((rewards[row, held], "single"), (values[row, held], "accumulative")):
            same(ours.min(), theirs[kind]["min"])
            same(ours.sum(), theirs[kind]["sum"])


def prm_pairs() -> tuple[Tensor, Given]:
    inputs = vector(PRM)["inputs"]
    logp = torch.stack([doubles(inputs[f"pair_{side}_logratios"]) for side in ("chosen", "rejected")], 1).unsqueeze(-1)
    return logp, Given(torch.ones_like(logp), torch.zeros_like(logp))


def test_implicit_prm_cross_entropy() -> None:
    inputs, theirs = vector(PRM)["inputs"], vector(PRM)["outputs"]
    logp, batch = of_ratios(inputs["ce_logratios"], inputs["ce_labels"])
    losses, grad = run("implicit-prm-ce", logp, batch, beta=inputs["objective_beta"])
    same(losses.mean(), theirs["ce_loss"])
    same(grad.squeeze(-1), theirs["ce_grad_wrt_logratio"])


def test_implicit_prm_of_pairs() -> None:
    beta, theirs, (logp, batch) = vector(PRM)["inputs"]["objective_beta"], vector(PRM)["outputs"], prm_pairs()
    same(run("implicit-prm-dpo", logp, batch, beta=beta)[0].mean(), theirs["dpo_loss"])
    same(run("implicit-prm-nca", logp, batch, beta=beta)[0], theirs["nca_pair_per_example"])
    same(run("implicit-prm-nca", logp, batch, beta=beta)[0].mean(), theirs["nca_pair_loss"])
    rows = Given(batch.mask.flatten(0, 1), batch.ref_logp.flatten(0, 1), torch.tensor([1, 0]).repeat(len(logp)))
    same(2 * run("implicit-prm-ce", logp.flatten(0, 1), rows, beta=beta)[0].mean(), theirs["bco_pair_loss"])


@pytest.mark.parametrize("reference_point", ["mismatched", "opposite"])
def test_implicit_prm_kto(reference_point: str) -> None:
    inputs, theirs, (logp, _) = vector(PRM)["inputs"], vector(PRM)["outputs"], prm_pairs()
    others, rows = inputs["kto_KL_logratios"], logp.flatten(0, 1).repeat(len(inputs["kto_KL_logratios"]), 1)  # as many
    others, mismatched = of_ratios(others * (len(rows) // len(others)))
    labels = torch.tensor([1, 0]).repeat(len(rows) // 2)
    given_rows = Given(torch.ones_like(rows), torch.zeros_like(rows), labels, mismatched=mismatched)
    measured = others if reference_point == "mismatched" else rows
    point, losses, _ = run_kto(
        rows, given_rows, measured, beta=inputs["objective_beta"], reference_point=reference_point
    )
    if reference_point == "mismatched":
        same(point[0], theirs["kto_KL"])
        same(losses.mean(), theirs["kto_loss_with_KL"])
    else:
        same(losses.mean(), theirs["kto_loss_vanilla_even_pairs"])


def test_the_tree_of_implicit_values() -> None:
    """q_t = β log E_ref exp(r/β) of what follows, at every prefix of a tree."""
    inputs, theirs = vector(PRM)["inputs"], vector(PRM)["outputs"]["tree"]
    ratio = {
        tuple(json.loads(k.replace("(", "[").replace(",)", "]").replace(")", "]"))): (
            doubles(inputs["tree_pi_theta"][k]).log(),
            doubles(inputs["tree_pi_ref"][k]).log(),
        )
        for k in inputs["tree_pi_theta"]
    }
    beta = inputs["objective_beta"]
    for case in theirs:
        prefix = case["prefix"]
        if not prefix:
            continue
        path = [(ratio[tuple(prefix[:t])], token) for t, token in enumerate(prefix)]
        logp, ref_logp = (torch.stack([models[m][token] for models, token in path]).unsqueeze(0) for m in (0, 1))
        targets = given.prepare(Given(torch.ones_like(logp), ref_logp))
        _, values = implicit_prm.step_scores(logp, targets, torch.tensor([[len(prefix) - 1]]), beta)
        same(values[0, 0], case["q"])
        same(values[0, 0], case["beta_log_E_exp(r/beta)"])


def test_the_vote_of_scores() -> None:
    inputs, theirs = vector(PRM)["inputs"], vector(PRM)["outputs"]
    votes = implicit_prm.sigmoid_vote(inputs["vote_answers"], inputs["vote_rewards"])
    assert votes == pytest.approx(theirs["sigmoid_vote"], abs=TOLERANCE)
    assert max(votes, key=votes.__getitem__) == theirs["sigmoid_vote_winner"]
