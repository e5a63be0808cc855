"""Identities between the offline objectives, and their values where policy and reference agree."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn.functional import logsigmoid

from reasoning_toolkit.training.objectives import cdpo, given, orpo
from reasoning_toolkit.training.objectives.given import Given
from tests.training.objectives.offline_batches import Case, losses_and_gradient, random_case


def close(ours: torch.Tensor, theirs: torch.Tensor, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


def total(name: str, case: Case, **settings: Any) -> float:
    return losses_and_gradient(name, case, **settings)[0].sum().item()


def at_reference(name: str) -> Case:
    case = random_case(name)
    batch = replace(case.batch, ref_logp=case.logp)
    if batch.mismatched is None:
        return Case(case.logp, batch)
    return Case(case.logp, replace(batch, mismatched=replace(batch.mismatched, ref_logp=case.measured)), case.measured)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("dpo", {"beta": 0.7}, math.log(2)),
        ("dpo-normalised", {}, math.log(2)),
        ("hinge", {}, 1.0),
        ("apo-zero", {}, 1.0),
        ("ipo", {"tau": 0.1}, 25.0),
        ("ipo", {"tau": 0.2}, 6.25),
        ("ipo", {"tau": 0.1, "form": "trl"}, 25.0),
        ("kto", {"beta": 0.3}, 0.5),
        ("nca", {}, 2 * math.log(2)),
        ("cdpo", {}, math.log(2)),
        ("cdpo", {"form": "code"}, math.log(2)),
        ("per-step-dpo", {}, math.log(2)),
        ("implicit-prm-ce", {}, math.log(2)),
    ],
)
def test_values_at_the_reference(name: str, settings: dict[str, Any], expected: float) -> None:
    assert total(name, at_reference(name), **settings) == pytest.approx(expected, abs=1e-12)


def test_simpo_and_orpo_where_both_sides_tie() -> None:
    case = random_case("simpo")
    tied = Case(torch.full_like(case.logp, -0.7), case.batch)
    assert total("simpo", tied, gamma=0.4) == pytest.approx(math.log(1 + math.exp(0.4)), abs=1e-12)
    assert total("orpo", tied, strength=0.3) == pytest.approx(0.7 + 0.3 * math.log(2), abs=1e-12)


def test_the_two_means_of_sft_agree_only_for_equal_lengths() -> None:
    case = random_case("sft")
    equal = Case(case.logp, Given(torch.ones_like(case.batch.mask)))
    assert total("sft", equal) == pytest.approx(total("sft", equal, aggregation="sequence-mean"), abs=1e-12)
    assert total("sft", case) == pytest.approx(
        -(case.logp * case.batch.mask).sum().item() / case.batch.mask.sum().item()
    )
    assert abs(total("sft", case) - total("sft", case, aggregation="sequence-mean")) > 1e-3


@pytest.mark.parametrize("aggregation", ["token-mean", "sequence-mean"])
def test_rft_is_sft_on_the_kept_rows(aggregation: str) -> None:
    case = random_case("rft")
    right = case.batch.labels.bool()
    losses, gradient = losses_and_gradient("rft", case, aggregation=aggregation)
    kept, kept_gradient = losses_and_gradient("sft", case.rows(right), aggregation=aggregation)
    close(losses[right], kept)
    close(gradient[right], kept_gradient)
    assert not losses[~right].any() and not gradient[~right].any()


def test_dft_is_sft_times_the_probability() -> None:
    case = random_case("sft")
    _, sft = losses_and_gradient("sft", case)
    close(losses_and_gradient("dft", case)[1], sft * case.logp.exp())


def test_the_two_forms_of_ipo_differ_off_the_reference() -> None:
    case = random_case("ipo")
    assert abs(total("ipo", case) - total("ipo", case, form="trl")) > 0.1
    short = Case(case.logp[..., :2], Given(torch.tensor([0.0, 1.0]).expand(6, 2, 2), case.batch.ref_logp[..., :2]))
    assert total("ipo", short) == pytest.approx(total("ipo", short, form="trl"), abs=1e-12)  # one token a completion


def test_nca_of_two_rewards_becomes_that_of_a_pair() -> None:
    case = random_case("nca")
    rewards = torch.tensor([[1.0, 0.0]], dtype=torch.float64).expand(6, 2)
    many = Case(case.logp, replace(case.batch, rewards=rewards))
    losses, gradient = losses_and_gradient("nca", case)
    sharp, sharp_gradient = losses_and_gradient("nca", many, alpha=1e-3)
    close(sharp, losses)
    close(sharp_gradient, gradient)
    assert abs(total("nca", many, alpha=1.0) - losses.sum().item()) > 1e-3


def test_nca_of_four_rewards_by_hand() -> None:
    logp = torch.tensor([[[-1.0], [-2.0], [-0.5], [-1.5]]], dtype=torch.float64)
    rewards = torch.tensor([[1.0, 0.0, 2.0, 1.0]], dtype=torch.float64)
    batch = Given(torch.ones_like(logp), torch.full_like(logp, -1.0), rewards=rewards)
    r = [0.2 * (x + 1.0) for x in (-1.0, -2.0, -0.5, -1.5)]
    power = [math.exp(x / 0.5) for x in (1.0, 0.0, 2.0, 1.0)]
    expected = sum(p / sum(power) * math.log1p(math.exp(-x)) for p, x in zip(power, r, strict=True))
    expected += sum(math.log1p(math.exp(x)) for x in r) / 4
    assert total("nca", Case(logp, batch), alpha=0.5, beta=0.2) == pytest.approx(expected, abs=1e-12)


def test_redi_without_the_negative_side_is_sft() -> None:
    case = random_case("redi")
    chosen = Case(case.logp[:, 0], Given(case.batch.mask[:, 0]))
    losses, gradient = losses_and_gradient("redi", case, alpha=0.0)
    sft, sft_gradient = losses_and_gradient("sft", chosen, aggregation="sequence-mean")
    close(losses, sft)
    close(gradient[:, 0], sft_gradient)
    assert not gradient[:, 1].any()


def test_the_gradient_of_redi_by_hand() -> None:
    case = random_case("redi")
    mask, lengths = case.batch.mask, case.batch.mask.sum(-1, keepdim=True)
    sign = torch.tensor([-1.0, 0.8], dtype=torch.float64).view(1, 2, 1)
    close(losses_and_gradient("redi", case, alpha=0.8)[1], sign * mask / lengths / 6)


@pytest.mark.parametrize("beta", [1.0, 1e-2, 1e-4, 1e-6])
def test_symmetric_redi_is_the_limit_of_simpo(beta: float) -> None:
    """‖∇SimPO/β - σ(γ)∇REDI(α=1)‖ ≤ (max|R|/4) β max|∇REDI|, R the difference of mean log-probabilities (arXiv 2505.24850, appendix)."""
    case, gamma = random_case("redi"), 0.3
    _, symmetric = losses_and_gradient("redi", case, alpha=1.0)
    _, simpo = losses_and_gradient("simpo", case, beta=beta, gamma=gamma)
    sigmoid = 1 / (1 + math.exp(-gamma))
    gap = (simpo / beta - sigmoid * symmetric).abs().max()
    margins = given.margin(given.mean_log_probability(case.logp, given.prepare(case.batch)))
    assert 0 < gap <= margins.abs().max() / 4 * beta * symmetric.abs().max()


def scored(case: Case, score: float) -> Case:
    scores = torch.full_like(case.logp[:, 1], score)
    weights = torch.stack([torch.ones_like(scores), 1 - scores], 1)
    return Case(case.logp, replace(case.batch, token_weights=weights))


@pytest.mark.parametrize("gamma", [0.1, 1.0])
def test_cdpo_without_scores_is_dpo(gamma: float) -> None:
    case = random_case("dpo")
    losses, gradient = losses_and_gradient("cdpo", scored(case, 0.0), gamma=gamma)
    dpo, dpo_gradient = losses_and_gradient("dpo", case, beta=gamma)
    close(losses, dpo)
    close(gradient, dpo_gradient)
    assert abs(total("cdpo", scored(case, 0.0), gamma=gamma, form="code") - dpo.sum().item()) > 1e-3


def test_cdpo_with_one_score_is_dpo_with_a_scaled_side() -> None:
    case = random_case("dpo")
    ratios = given.log_ratio(case.logp, given.prepare(case.batch))
    expected = -logsigmoid(ratios[:, 0] - 0.6 * ratios[:, 1]) / 6
    close(losses_and_gradient("cdpo", scored(case, 0.4))[0], expected)


def test_cdpo_with_full_scores_leaves_the_rejected_side_alone() -> None:
    case = random_case("dpo")
    losses, gradient = losses_and_gradient("cdpo", scored(case, 1.0))
    close(losses, -logsigmoid(given.log_ratio(case.logp, given.prepare(case.batch))[:, 0]) / 6)
    assert not gradient[:, 1].any() and gradient[:, 0].any()


def test_contrastive_scores_without_contrast_are_probabilities() -> None:
    draw = torch.Generator().manual_seed(3)
    positive, negative = torch.randn(2, 1, 4, 9, generator=draw, dtype=torch.float64)
    ids = torch.tensor([[0, 8, 3, 3]])
    close(
        cdpo.contrastive_scores(positive, negative, ids, 0.0), positive.softmax(-1).gather(-1, ids[..., None])[..., 0]
    )
    close(
        cdpo.contrastive_scores(positive, positive, ids, 2.0), positive.softmax(-1).gather(-1, ids[..., None])[..., 0]
    )
    everything = torch.arange(9).expand(1, 9)
    sums = cdpo.contrastive_scores(positive[:, :1].expand(1, 9, 9), negative[:, :1].expand(1, 9, 9), everything)
    assert sums.sum().item() == pytest.approx(1.0)


def test_weights_of_cdpo_by_hand() -> None:
    mask = torch.tensor([[[0, 1, 1, 1], [0, 1, 1, 0]]], dtype=torch.float64)
    scores = torch.tensor([[0.9, 0.25, 0.5, 0.7]], dtype=torch.float64)
    assert cdpo.weights(scores, mask).tolist() == [[[0, 1, 1, 1], [0, 0.75, 1, 0]]]
    assert cdpo.weights(scores, mask, scores).tolist() == [[[0, 0.25, 0.5, 1], [0, 0.75, 1, 0]]]


@pytest.mark.parametrize("exponent", [-700, -40, -2, -0.7, -0.6, -1e-3, -1e-12])
def test_log_odds_are_exact_at_both_ends(exponent: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(60):
        exact = mpmath.mpf(exponent) - mpmath.log(1 - mpmath.e ** mpmath.mpf(exponent))
    ours = orpo.log_odds(torch.tensor(exponent, dtype=torch.float64)).item()
    assert ours == pytest.approx(float(exact), rel=1e-14, abs=1e-14)
