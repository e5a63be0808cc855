"""The rows of the table, and the shapes that their functions say they take and give."""

from __future__ import annotations

import inspect
import typing
from collections import Counter
from dataclasses import replace

import pytest
import torch

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.training.objectives import objective as objectives
from reasoning_toolkit.training.objectives.objective import load
from reasoning_toolkit.training.objectives.online import ONLINE
from reasoning_toolkit.training.objectives.table import OBJECTIVES, find_objective
from tests.training.objectives.batches import bound, make


@pytest.mark.parametrize("name", ONLINE)
def test_every_setting_is_taken_and_every_function_documented(name):
    row = ONLINE[name]
    functions = [load(text) for text in (row.prepare, row.loss, row.advantage, row.measure) if text]
    taken = {parameter for function in functions for parameter in inspect.signature(function).parameters}
    assert set(row.settings) <= taken
    assert all(inspect.getdoc(function) for function in functions)
    assert row.note and row.paper.title and row.paper.equation
    assert all(setting.source for setting in row.settings.values())
    for setting in row.settings.values():
        assert not setting.choices or setting.default in setting.choices


@pytest.mark.parametrize("name", ONLINE)
def test_every_choice_of_a_setting_works(name):
    for setting, row in ONLINE[name].settings.items():
        for choice in row.choices:
            logp, batch = make(name)
            objective = bound(name, **{setting: choice})
            assert objective.loss(logp, objective.prepare(batch)).isfinite().all()


def test_a_name_or_a_word_that_is_none_is_answered_with_the_nearest():
    assert find_objective("grpo") is OBJECTIVES["grpo"]
    with pytest.raises(UsageError, match="did you mean grpo or grpo-n"):
        find_objective("gropo")
    with pytest.raises(UsageError, match="did you mean clip_high"):
        ONLINE["grpo"].bind(clip_hight=0.2)
    with pytest.raises(UsageError, match="did you mean token-mean"):
        ONLINE["dapo"].bind(aggregation="tokens-mean")
    with pytest.raises(UsageError, match="divides by a length"):
        ONLINE["dr-grpo"].bind().prepare(make()[1])


def test_a_penalty_needs_a_reference_only_where_it_is_on():
    assert ONLINE["grpo"].bind().needs == ("ref_logp",)
    assert ONLINE["grpo"].bind(kl=0.0).needs == ()


@pytest.mark.parametrize("name", ONLINE)
def test_shapes_are_those_of_the_signatures(name, monkeypatch):
    seen = Counter()
    monkeypatch.setattr(objectives, "load", lambda row: checked(load(row), seen))
    logp, batch = make(name)
    batch = replace(batch, token_scores=batch.token_scores.requires_grad_())
    objective = bound(name)
    targets = objective.measure(logp, objective.prepare(batch))
    assert objective.loss(logp, targets).shape == (len(logp),)
    assert all(len(values) == len(logp) for values in targets.values())
    assert not any(values.requires_grad for values in targets.values())
    assert seen["loss"] == 2  # logp, and what comes of it


def checked(function, seen):
    """The function, which fails where a tensor has not the dimensions of its annotation: one name, one size in a call."""
    hints = typing.get_type_hints(function, include_extras=True)

    def call(*arguments, **settings):
        given = inspect.signature(function).bind(*arguments, **settings).arguments
        result = function(*arguments, **settings)
        sizes: dict[str, int] = {}
        for name, value in {**given, "return": result}.items():
            dimensions = getattr(hints.get(name), "__metadata__", (None,))[0]
            if dimensions is not None:
                assert isinstance(value, torch.Tensor), name
                expected, shape = dimensions.split(), value.shape
                if expected[0] == "...":
                    expected = expected[1:]
                    shape = shape[len(shape) - len(expected) :]
                assert len(shape) == len(expected), name
                for dimension, size in zip(expected, shape, strict=True):
                    fixed = int(dimension) if dimension.isdigit() else size
                    assert sizes.setdefault(dimension, fixed) == size, (name, dimension)
                seen[function.__name__] += 1
        return result

    call.__signature__ = inspect.signature(function)
    return call
