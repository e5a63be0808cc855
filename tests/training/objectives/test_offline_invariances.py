"""What holds for every offline objective: padding, order, micro-batches, edges, gradients; and that each raises the right answer."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import torch

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives import objective as objectives
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.objective import load
from reasoning_toolkit.training.objectives.offline import OFFLINE
from reasoning_toolkit.training.objectives.shapes import take
from tests.training.objectives.offline_batches import (
    ALONE,
    LABELLED,
    NAMES,
    PER_TOKEN,
    Case,
    bandit,
    each,
    losses_and_gradient,
    pick,
    random_case,
    targets_of,
)
from tests.training.objectives.test_online_table import checked

every_objective = pytest.mark.parametrize("name", NAMES)


def close(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@every_objective
def test_what_stands_in_padding_does_not_matter(name: str) -> None:
    case = random_case(name)
    wide = torch.cat([case.logp, torch.full_like(case.logp[..., :2], torch.nan)], -1)

    def widen(values: torch.Tensor) -> torch.Tensor:
        junk = (
            torch.zeros_like(values[..., :2])
            if bool(((values == 0) | (values == 1)).all())
            else torch.full_like(values[..., :2], -9 if not values.is_floating_point() else -torch.inf)
        )
        return torch.cat([values, junk], -1)

    losses, gradient = losses_and_gradient(name, case)
    padded, padded_gradient = losses_and_gradient(name, Case(wide, each(case.batch, widen, PER_TOKEN), case.measured))
    close(padded, losses)
    close(padded_gradient[..., :-2], gradient)
    assert not padded_gradient[..., -2:].any()


@every_objective
def test_rows_without_tokens_count_for_nothing(name: str) -> None:
    case = random_case(name)
    losses, gradient = losses_and_gradient(name, case)
    doubled = case.rows(torch.arange(6).repeat(2))
    emptied = torch.arange(12).view(-1, *[1] * (case.logp.dim() - 1)) < 6
    batch = each(doubled.batch, lambda mask: mask * emptied, ("mask",))
    if batch.mismatched is not None:
        theirs = each(batch.mismatched, lambda mask: mask * emptied, ("mask",))
        batch = type(batch)(batch.mask, batch.ref_logp, batch.labels, mismatched=theirs)
    more, more_gradient = losses_and_gradient(name, Case(doubled.logp, batch, doubled.measured))
    close(more, torch.cat([losses, torch.zeros_like(losses)]))
    close(more_gradient, torch.cat([gradient, torch.zeros_like(gradient)]))


@every_objective
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    case, order = random_case(name), torch.tensor([3, 0, 5, 1, 4, 2])
    losses, gradient = losses_and_gradient(name, case)
    permuted, permuted_gradient = losses_and_gradient(name, case.rows(order))
    close(permuted, losses[order])
    close(permuted_gradient, gradient[order])


@every_objective
@pytest.mark.parametrize("sizes", [[1] * 6, [4, 2], [1, 5]])
def test_micro_batches_add_up(name: str, sizes: list[int]) -> None:
    case = random_case(name)
    losses, gradient = losses_and_gradient(name, case)
    targets, objective = targets_of(name, case), OFFLINE[name].bind()
    leaf = case.logp.clone().requires_grad_()
    parts = [objective.loss(leaf[rows], take(targets, rows)) for rows in torch.randperm(6).split(sizes)]
    for part in parts:
        part.sum().backward(retain_graph=True)
    close(torch.cat(parts).sum().detach(), losses.sum())
    close(leaf.grad, gradient)


VARIANTS = [
    ("sft", {"aggregation": "sequence-mean"}),
    ("orpo", {"aggregation": "token-mean"}),
    ("ipo", {"form": "trl"}),
    ("cdpo", {"form": "code"}),
    ("kto", {"reference_point": "opposite"}),
    ("redi", {"gamma": 1.0}),
    ("redi", {"floor": -1.0}),
    ("nca", {"alpha": 0.5}),  # of rewards
]


@pytest.mark.parametrize(("name", "settings"), VARIANTS)
def test_variants_add_up_and_have_their_values_gradient(name: str, settings: dict[str, Any]) -> None:
    case = random_case(name)
    if name == "kto":
        case = Case(case.logp, case.batch, case.logp)
    if name == "nca":
        case = Case(case.logp, replace(case.batch, rewards=torch.arange(12.0, dtype=torch.float64).view(6, 2) / 7))
    losses, gradient = losses_and_gradient(name, case, **settings)
    targets, objective = targets_of(name, case, **settings), OFFLINE[name].bind(**settings)
    leaf = case.logp.clone().requires_grad_()
    for rows in torch.tensor([4, 0, 5, 2, 1, 3]).split([1, 3, 2]):
        part = objective.loss(leaf[rows], take(targets, rows))
        close(part.detach(), losses[rows])
        part.sum().backward()
    close(leaf.grad, gradient)
    assert torch.autograd.gradcheck(lambda logp: objective.loss(logp, targets), leaf)
    plain = Case(case.logp, replace(case.batch, rewards=None), random_case(name).measured)
    assert not torch.allclose(losses, losses_and_gradient(name, plain)[0])  # the setting does something


@pytest.mark.parametrize("name", sorted(set(NAMES) - ALONE))
@pytest.mark.parametrize("side", [0, 1])
def test_a_pair_with_an_empty_side_counts_for_nothing(name: str, side: int) -> None:
    case = random_case(name)
    full = torch.ones(6, 2, 1, dtype=torch.float64)
    full[2, side] = 0
    losses, gradient = losses_and_gradient(
        name, Case(case.logp, each(case.batch, lambda mask: mask * full, ("mask",)), case.measured)
    )
    others = [0, 1, 3, 4, 5]
    alone, alone_gradient = losses_and_gradient(name, case.rows(others))
    close(losses[others], alone)
    close(gradient[others], alone_gradient)
    assert not losses[2].any() and not gradient[2].any()


def test_words_and_rewards_that_do_not_fit_are_named() -> None:
    for name in ("ipo", "cdpo"):
        with pytest.raises(UsageError, match="papr"):
            losses_and_gradient(name, random_case(name), form="papr")
        case = random_case(name)
        with pytest.raises(UsageError, match=r"unknown form of .* 'papr'"):
            load(OFFLINE[name].loss)(case.logp, targets_of(name, case), form="papr")
    case = random_case("nca")
    for rewards, said in [
        (torch.full((6, 2), torch.inf), "rewards must be finite"),
        (torch.zeros(6, 3), "expected one a completion"),
    ]:
        with pytest.raises(DataError, match=said):
            targets_of("nca", Case(case.logp, replace(case.batch, rewards=rewards)))
    with pytest.raises(DataError, match="expected pairs, or rewards"):
        targets_of("nca", Case(case.logp[:, :1], Given(case.batch.mask[:, :1], case.batch.ref_logp[:, :1])))


@pytest.mark.parametrize("name", [n for n in NAMES if n != "dft"])  # dft holds its weight: see test_offline_identities
def test_the_gradient_is_that_of_the_value(name: str) -> None:
    case = random_case(name, rows=3, tokens=3, seed=7)
    targets, objective = targets_of(name, case), OFFLINE[name].bind()
    assert torch.autograd.gradcheck(lambda logp: objective.loss(logp, targets), case.logp.clone().requires_grad_())


@every_objective
def test_a_batch_without_tokens_is_zero(name: str) -> None:
    case = random_case(name)
    batch = each(case.batch, torch.zeros_like, ("mask",))
    losses, gradient = losses_and_gradient(name, Case(case.logp, batch, case.measured))
    assert not losses.any()
    assert not gradient.any()


@every_objective
def test_one_row_is_enough(name: str) -> None:
    losses, gradient = losses_and_gradient(name, random_case(name).rows(slice(0, 1)))
    assert torch.isfinite(losses).all() and torch.isfinite(gradient).all()


@pytest.mark.parametrize("name", sorted(LABELLED))
@pytest.mark.parametrize("label", [0, 1])
def test_all_right_and_all_wrong_are_finite(name: str, label: int) -> None:
    case = random_case(name)
    batch = each(case.batch, lambda labels: torch.full_like(labels, label), ("labels",))
    losses, gradient = losses_and_gradient(name, Case(case.logp, batch, case.measured))
    assert torch.isfinite(losses).all() and torch.isfinite(gradient).all()
    assert bool(gradient.any()) == (label == 1 or name != "rft")  # nothing is kept of a batch that is all wrong


@every_objective
@pytest.mark.parametrize("extreme", [0.0, -1e4])
def test_certain_and_hopeless_tokens_are_finite(name: str, extreme: float) -> None:
    case = random_case(name)
    losses, gradient = losses_and_gradient(name, Case(torch.full_like(case.logp, extreme), case.batch, case.measured))
    assert torch.isfinite(losses).all() and torch.isfinite(gradient).all()


@every_objective
@pytest.mark.parametrize("value", [torch.nan, -torch.inf])
def test_a_log_probability_that_is_not_finite_is_named(name: str, value: float) -> None:
    case = random_case(name)
    logp = torch.where(case.batch.mask.bool(), value, case.logp)
    with pytest.raises(DataError, match=r"logp is .* expected a finite number"):
        losses_and_gradient(name, Case(logp, case.batch, case.measured))


@every_objective
def test_another_shape_is_named(name: str) -> None:
    case = random_case(name)
    with pytest.raises(DataError, match="logp has the shape"):
        losses_and_gradient(name, Case(case.logp[..., :-1], case.batch, case.measured))


@every_objective
def test_a_mask_of_other_values_is_named(name: str) -> None:
    case = random_case(name)
    batch = each(case.batch, lambda mask: mask * 2, ("mask",))
    with pytest.raises(DataError, match=r"mask is 2\.0 at"):
        losses_and_gradient(name, Case(case.logp, batch, case.measured))


@every_objective
def test_masks_of_whole_numbers_and_truth_values_will_do(name: str) -> None:
    case = random_case(name)
    losses, _ = losses_and_gradient(name, case)
    for kind in (torch.bool, torch.int64):
        batch = each(case.batch, lambda mask, kind=kind: mask.to(kind), ("mask",))
        torch.testing.assert_close(losses_and_gradient(name, Case(case.logp, batch, case.measured))[0], losses)


@every_objective
def test_what_is_missing_is_named(name: str) -> None:
    case, objective = random_case(name), OFFLINE[name]
    for need in objective.needs:
        batch = each(case.batch, lambda _: None, (need,))
        with pytest.raises(UsageError, match=need):
            losses_and_gradient(name, Case(case.logp, batch, case.measured))
    bare = Case(case.logp, replace(case.batch, ref_logp=None), case.measured)
    assert ("ref_logp" not in objective.needs) == (name in {"sft", "rft", "dft", "simpo", "orpo", "redi"})
    if "ref_logp" not in objective.needs:
        close(losses_and_gradient(name, bare)[0], losses_and_gradient(name, case)[0])
        return
    targets = {key: values for key, values in targets_of(name, case).items() if key != "ref_logp"}
    with pytest.raises(UsageError, match="the batch has no ref_logp"):
        load(objective.loss)(case.logp, targets)


@every_objective
def test_the_right_answer_rises(name: str) -> None:
    """A softmax over eight answers: the right one must gain from the first step on, and win."""
    of_rows, case = bandit(name, answers=8, right=3)
    objective, targets = OFFLINE[name].bind(), targets_of(name, case)
    logits = torch.zeros(8, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.1)
    seen = []
    for _ in range(60):
        logp = logits.log_softmax(-1)
        seen.append(logp[3].exp().item())
        optimizer.zero_grad()
        objective.loss(of_rows(logp), targets).sum().backward()
        optimizer.step()
    assert seen[1] > seen[0] == pytest.approx(1 / 8)
    assert seen[-1] > 3 / 8  # DPO's kind stay near the reference
    assert pick(logits.detach(), 3) == logits.max()


@every_objective
def test_settings_reach_their_functions(name: str) -> None:
    """Each setting is a parameter of one of the row's functions, and its default is that function's unless the row is a variant."""
    objective = OFFLINE[name]
    functions = [load(row) for row in (objective.prepare, objective.loss, objective.measure) if row]
    parameters = [inspect.signature(f).parameters for f in functions]
    taken = {n: p.default for each_function in parameters for n, p in each_function.items() if p.default is not p.empty}
    assert set(objective.settings) == set(taken)
    if not name.startswith("implicit-prm-"):
        assert {n: s.default for n, s in objective.settings.items()} == taken
    assert all(setting.source for setting in objective.settings.values())
    assert objective.kind == "offline" and objective.note and objective.paper.title


@every_objective
def test_shapes_are_those_of_the_signatures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    monkeypatch.setattr(objectives, "load", lambda row: checked(load(row), seen))
    case = random_case(name)
    losses, _ = losses_and_gradient(name, case)
    assert losses.shape == (6,)
    assert seen["loss"] == 2  # logp, and what comes of it
    for values in targets_of(name, case).values():
        assert len(values) == 6 and not values.requires_grad


def test_a_batch_of_another_form_does_not_pass_the_check() -> None:
    case = random_case("dpo")
    with pytest.raises((AssertionError, ValueError)):
        checked(load(OFFLINE["sft"].loss), Counter())(case.logp, targets_of("dpo", case) | {"weight": case.batch.mask})
