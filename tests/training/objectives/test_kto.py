"""KTO's reference point: of the whole batch, never negative, without a gradient."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives import given, kto
from tests.training.objectives.offline_batches import losses_and_gradient, random_case


def test_the_reference_point_is_the_mean_over_mismatched_rows_and_not_below_zero() -> None:
    case = random_case("kto")
    for sign in (1.0, -1.0):
        others = case.batch.mismatched
        logp = others.ref_logp + sign * 0.25
        expected = max(0.0, sign * 0.25 * others.mask.sum().item() / 6)
        targets = kto.measure(logp, kto.prepare(case.batch))
        assert targets["reference_point"].tolist() == pytest.approx([expected] * 6)


def test_the_opposite_rows_give_each_label_its_point() -> None:
    logp = torch.tensor([[-1.0], [-2.0], [-0.5], [-3.0]], dtype=torch.float64)
    batch = given.Given(torch.ones_like(logp), torch.full_like(logp, -2.5), torch.tensor([1, 0, 0, 1]))
    targets = kto.measure(logp, kto.prepare(batch, "opposite"), "opposite")
    assert targets["reference_point"].tolist() == [1.25, 0.5, 0.5, 1.25]


def test_the_reference_point_has_no_gradient() -> None:
    case = random_case("kto")
    logp = case.logp.clone().requires_grad_()
    targets = kto.measure(logp, kto.prepare(case.batch, "opposite"), "opposite")
    assert not targets["reference_point"].requires_grad


def test_weights_scale_their_own_rows() -> None:
    case = random_case("kto")
    plain, _ = losses_and_gradient("kto", case)
    scaled, _ = losses_and_gradient("kto", case, desirable=1.5, undesirable=0.5)
    assert (scaled / plain).tolist() == pytest.approx([1.5 if label else 0.5 for label in case.batch.labels])


def test_what_is_missing_is_named() -> None:
    case = random_case("kto")
    with pytest.raises(UsageError, match=r"reference point of the whole batch[\s\S]*kto\.measure"):
        kto.loss(case.logp, kto.prepare(case.batch))
    with pytest.raises(DataError, match="mismatched completion for each row"):
        kto.prepare(replace(case.batch, mismatched=None))
    with pytest.raises(UsageError, match="unknown reference point 'oposite'"):
        kto.prepare(case.batch, "oposite")
    with pytest.raises(DataError, match="expected one label for each of 6 rows, got the shape"):
        kto.prepare(replace(case.batch, labels=torch.ones(5)))
    with pytest.raises(DataError, match=r"labels is 2 at \[0\]"):
        kto.prepare(replace(case.batch, labels=torch.full((6,), 2)))
