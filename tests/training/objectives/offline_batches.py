"""A random batch for each offline objective, and a bandit; for tests that run over the whole table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from reasoning_toolkit.training.objectives import cdpo
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.offline import OFFLINE

LABELLED = {"rft", "kto", "implicit-prm-ce", "implicit-prm-kto"}
ALONE = {"sft", "dft"} | LABELLED  # the others compare two completions
NAMES = sorted(OFFLINE)
PER_TOKEN = ("mask", "ref_logp", "token_weights", "step_ids")


@dataclass(frozen=True)
class Case:
    """A batch, log-probabilities for its loss, and those that `measure` reads, if it reads any."""

    logp: Tensor
    batch: Given
    measured: Tensor | None = None

    def rows(self, index: Any) -> Case:
        return Case(self.logp[index], each(self.batch, lambda v: v[index]), pick(self.measured, index))


def pick(values: Tensor | None, index: Any) -> Tensor | None:
    return None if values is None else values[index]


def each(batch: Given, change: Callable[[Tensor], Tensor], names: tuple[str, ...] = ()) -> Given:
    """The batch with its tensors changed: those of these names, or all, those of the mismatched completions too."""
    values = {f.name: getattr(batch, f.name) for f in fields(batch)}
    changed = {
        name: each(value, change) if isinstance(value, Given) else change(value)
        for name, value in values.items()
        if value is not None and (name in names or not names)
    }
    return replace(batch, **changed)


def random_case(name: str, rows: int = 6, tokens: int = 5, seed: int = 0) -> Case:
    """Completions of 1 to `tokens` tokens, behind a prompt position that the mask leaves out."""
    draw = torch.Generator().manual_seed(seed)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=draw, dtype=torch.float64)

    shape = (rows, tokens + 1) if name in ALONE else (rows, 2, tokens + 1)
    lengths = torch.randint(1, tokens + 1, shape[:-1], generator=draw).unsqueeze(-1)
    place = torch.arange(tokens + 1)
    mask = ((place > 0) & (place <= lengths)).double()
    logp, ref_logp = -0.05 - 2.0 * uniform(*shape), -0.05 - 2.0 * uniform(*shape)
    batch = Given(mask, ref_logp)
    if name in LABELLED:
        batch = replace(batch, labels=(torch.arange(rows) % 3 != 1).long())
    if name == "cdpo":
        batch = replace(batch, token_weights=cdpo.weights(uniform(rows, tokens + 1), mask))
    if name == "per-step-dpo":
        step_ids = ((place + 1) // 2).expand(rows, -1)
        last = step_ids.gather(1, lengths[:, 1]).squeeze(1)
        batch = replace(batch, step_ids=step_ids, pits=(last - 1).clamp(min=1))
    if not name.endswith("kto"):
        return Case(logp, batch)
    others = random_case("sft", rows, tokens, seed + 1)
    return Case(logp, replace(batch, mismatched=others.batch), others.logp)


def targets_of(name: str, case: Case, **settings: Any) -> dict[str, Tensor]:
    objective = OFFLINE[name].bind(**settings)
    return objective.measure(case.measured, objective.prepare(case.batch))


def losses_and_gradient(name: str, case: Case, **settings: Any) -> tuple[Tensor, Tensor]:
    """(rows,) what each row adds to the loss, and the gradient of their sum."""
    leaf = case.logp.clone().requires_grad_()
    rows = OFFLINE[name].bind(**settings).loss(leaf, targets_of(name, case, **settings))
    rows.sum().backward()
    assert leaf.grad is not None
    return rows.detach(), leaf.grad


def bandit(name: str, answers: int, right: int) -> tuple[Callable[[Tensor], Tensor], Case]:
    """One token an answer, the reference uniform: log-probabilities of the rows from those of the answers, and the batch."""
    wrong = [a for a in range(answers) if a != right]
    if name in {"sft", "dft"}:
        chosen = torch.tensor([right])
    elif name in LABELLED:
        chosen = torch.arange(answers)
    else:
        chosen = torch.tensor([[right, other] for other in wrong])
    mask = torch.ones(*chosen.shape, 1, dtype=torch.float64)
    batch = Given(mask, -torch.log(torch.tensor(float(answers))).double().expand_as(mask))
    if name in LABELLED:
        batch = replace(batch, labels=(chosen == right).long(), mismatched=Given(mask, batch.ref_logp))
    if name == "cdpo":
        batch = replace(batch, token_weights=torch.full_like(mask, 0.5))
    if name == "per-step-dpo":
        batch = replace(batch, step_ids=torch.ones(len(chosen), 1, dtype=torch.long), pits=torch.ones(len(chosen)))
    measured = batch.ref_logp if name in LABELLED else None
    return lambda logp: logp[chosen].unsqueeze(-1), Case(mask, batch, measured)
