"""Per-step DPO: what is cut, and that its minimiser is that of advantage-weighted likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import comb

import pytest
import torch
from torch import Tensor

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives import dpo, given, per_step_dpo
from tests.training.objectives.offline_batches import Case, losses_and_gradient, random_case
from tests.training.objectives.test_offline_golden import STEPS, doubles, same, vector


def test_a_pit_at_the_last_step_is_ordinary_dpo() -> None:
    case = random_case("per-step-dpo")
    last = (case.batch.step_ids * case.batch.mask[:, 1].long()).amax(-1)
    whole = Case(case.logp, replace(case.batch, pits=last))
    plain = Case(case.logp, replace(case.batch, step_ids=None, pits=None))
    for ours, theirs in zip(losses_and_gradient("per-step-dpo", whole), losses_and_gradient("dpo", plain), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_what_comes_after_the_pit_has_no_gradient() -> None:
    case = random_case("per-step-dpo")
    _, gradient = losses_and_gradient("per-step-dpo", case)
    kept = (case.batch.step_ids <= case.batch.pits[:, None]) & (case.batch.mask[:, 1] > 0)
    assert ((gradient[:, 1] != 0) == kept).all()
    assert not kept.equal(case.batch.mask[:, 1] > 0)


def test_advantages_add_up_and_ties_go_to_the_first_step() -> None:
    values = per_step_dpo.step_values([11, 10, 9, 2, 0, 0, 1], 16, 5)
    assert sum(per_step_dpo.step_advantages(values)) == pytest.approx(values[-1] - values[0], abs=1e-15)
    assert per_step_dpo.first_pit([0.0, 0.5, 0.25, 0.25, 0.5]) == 2  # the empty prefix is no step
    plug_in = 1 - (1 - 2 / 16) ** 5
    assert abs(values[3] - plug_in) > 0.05  # which is biased


def test_best_of_k_is_unbiased() -> None:
    """The mean of its estimate over rollouts of a prefix that succeeds with chance p is 1 - (1 - p)^K."""
    n, k, p = 7, 3, 0.3
    chance = [comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    values = per_step_dpo.step_values(range(n + 1), n, k)
    assert sum(w * q for w, q in zip(chance, values, strict=True)) == pytest.approx(1 - (1 - p) ** k, abs=1e-12)


def test_what_does_not_fit_is_named() -> None:
    case = random_case("per-step-dpo")
    with pytest.raises(DataError, match="row 0: the pit is step 9"):
        per_step_dpo.prepare(replace(case.batch, pits=torch.full((6,), 9)))
    with pytest.raises(DataError, match="step_ids are"):
        per_step_dpo.prepare(replace(case.batch, step_ids=case.batch.step_ids[:, :-1]))
    with pytest.raises(DataError, match="set step_ids and pits"):
        per_step_dpo.prepare(replace(case.batch, pits=None))
    with pytest.raises(UsageError):
        per_step_dpo.step_values([1], 4, 5)
    with pytest.raises(DataError, match="at least one step, got 1 values"):
        per_step_dpo.first_pit([0.5])


def expected_dpo(logits: Tensor) -> Tensor:
    """DPO's loss over pairs drawn from the reference and labelled with chance σ(A(a) - A(b)): arXiv 2406.14532, theorem 6.1."""
    inputs = vector(STEPS)["inputs"]["tabular"]
    reference, advantage = doubles(inputs["sft_logits"]).log_softmax(-1), doubles(inputs["advantage"])
    pairs = torch.cartesian_prod(torch.arange(len(reference)), torch.arange(len(reference)))
    targets = given.prepare(given.Given(doubles([[[1.0], [1.0]]] * len(pairs)), reference[pairs].unsqueeze(-1)))
    chance = reference[pairs].sum(-1).exp() * (advantage[pairs[:, 0]] - advantage[pairs[:, 1]]).sigmoid()
    rows = dpo.loss(logits.log_softmax(-1)[pairs].unsqueeze(-1), targets, inputs["beta"])
    return 2 * (rows * len(pairs) * chance).sum()


def weighted_likelihood(logits: Tensor) -> Tensor:
    inputs = vector(STEPS)["inputs"]["tabular"]
    weights = doubles(inputs["sft_logits"]).softmax(-1) * (doubles(inputs["advantage"]) / inputs["beta"]).exp()
    return -(weights * logits.log_softmax(-1)).sum()


@pytest.mark.parametrize(("loss", "name"), [(expected_dpo, "dpo_expected"), (weighted_likelihood, "awr")])
def test_dpo_and_advantage_weighted_likelihood_have_one_minimum(loss: Callable[[Tensor], Tensor], name: str) -> None:
    theirs = vector(STEPS)["outputs"]
    optimum = doubles(theirs["pi_star"]).log().requires_grad_()
    same(loss(optimum).detach(), theirs[f"{name}_loss_at_pi_star"])
    (gradient,) = torch.autograd.grad(loss(optimum), optimum)
    assert gradient.abs().max() < 1e-15
    logits = doubles(vector(STEPS)["inputs"]["tabular"]["sft_logits"]).requires_grad_()
    search = torch.optim.LBFGS([logits], lr=0.5, max_iter=300, tolerance_grad=1e-13, tolerance_change=1e-16)

    def closure() -> Tensor:
        search.zero_grad()
        value = loss(logits)
        value.backward()
        return value

    search.step(closure)
    same(logits.detach().softmax(-1), theirs["pi_star"], tolerance=1e-6)
    same(logits.detach().softmax(-1), theirs[f"argmin_{name.partition('_')[0]}(LBFGS)"], tolerance=1e-6)


def test_the_minimum_is_the_tilted_reference() -> None:
    inputs = vector(STEPS)["inputs"]["tabular"]
    tilted = doubles(inputs["sft_logits"]) + doubles(inputs["advantage"]) / inputs["beta"]
    same(tilted.softmax(-1), vector(STEPS)["outputs"]["pi_star"])
