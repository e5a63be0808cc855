"""REDI has no lower bound: its monitor must see a collapse, and only that."""

from __future__ import annotations

import math

import pytest
import torch

from reasoning_toolkit.training.objectives import given, redi
from reasoning_toolkit.training.objectives.shapes import take
from tests.training.objectives.offline_batches import losses_and_gradient, random_case


def test_likelihoods_of_micro_batches_add_up() -> None:
    case = random_case("redi")
    targets = given.prepare(case.batch)
    whole = redi.likelihoods(case.logp, targets)
    parts = [redi.likelihoods(case.logp[rows], take(targets, rows)) for rows in (slice(0, 2), slice(2, 6))]
    for side in (0, 1):
        assert sum(part[side].item() for part in parts) == pytest.approx(whole[side].item())


@pytest.mark.parametrize(
    ("chosen", "fallen"),
    [
        ([], False),
        ([-0.4], False),
        ([-0.6, -0.4, -0.5, -0.9], False),
        ([-0.6, -0.4, -1.41], True),
        ([-0.6, -3.0, -0.5], False),
        ([-0.4, math.nan], True),
        ([-0.4, -math.inf], True),
    ],
)
def test_a_collapse_is_a_fall_from_the_best(chosen: list[float], fallen: bool) -> None:
    assert redi.collapsed(chosen) == fallen


@pytest.mark.parametrize(
    ("rate", "alpha", "fallen"), [(1.0, 1.0, True), (0.01, 1.0, False), (1.0, 0.0, False), (0.1, 0.2, False)]
)
def test_pushing_too_hard_is_seen(rate: float, alpha: float, fallen: bool) -> None:
    """A third token gains most by what tells the chosen one from the rejected one: pushed far, it takes all probability."""
    features = torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, -1.0]], dtype=torch.float64)
    targets = given.prepare(given.Given(torch.ones(1, 2, 1, dtype=torch.float64)))
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    history = []
    for _ in range(20):
        logp = (features @ weights).log_softmax(-1)[:2].view(1, 2, 1)
        history.append(redi.likelihoods(logp, targets)[0].item())
        (gradient,) = torch.autograd.grad(redi.loss(logp, targets, alpha=alpha).sum(), weights)
        weights = (weights - rate * gradient).detach().requires_grad_()
    assert redi.collapsed(history) == fallen


def test_below_the_floor_nothing_is_pushed() -> None:
    case = random_case("redi")
    mean = given.mean_log_probability(case.logp, given.prepare(case.batch))[:, 1]
    floor = mean.median().item()
    _, gradient = losses_and_gradient("redi", case, floor=floor)
    pushed = gradient[:, 1].abs().sum(-1) > 0
    assert pushed.tolist() == (mean >= floor).tolist()
    assert pushed.any() and not pushed.all()
