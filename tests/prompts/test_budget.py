"""Budgets: calls never overspent, tokens and seconds by one batch at most, and a race that still names a pick."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.selection import Pairs
from reasoning_toolkit.prompts.allocation.table import ALLOCATORS, find_allocator
from reasoning_toolkit.prompts.budget import Cost, limits, race
from reasoning_toolkit.prompts.latent import latent

GRID = [(i // 5, i % 5) for i in range(20)]
TABLE = latent(0, np.linspace(-0.2, 0.2, 20), 200).scores


def runner(price: Cost, batches: list[int] | None = None):
    def evaluate(pairs: Pairs):
        if batches is not None:
            batches.append(len(pairs))
        rows, columns = zip(*pairs, strict=True)
        size = len(pairs)
        return TABLE[rows, columns], Cost(
            size, size * price.prompt_tokens, size * price.output_tokens, size * price.seconds
        )

    return evaluate


def allocation(name: str = "halving"):
    row, settings = find_allocator(name)
    return row.allocate(20, 200, **settings, **({"factors": GRID} if row.factors else {}))


@pytest.mark.parametrize("name", ALLOCATORS)
@pytest.mark.parametrize("calls", [1, 19, 20, 333, 1500])
def test_calls_are_never_overspent(name: str, calls: int) -> None:
    selection, spent = race(allocation(name), runner(Cost()), limits(calls=calls))
    assert selection.evaluations == spent.calls == (~np.isnan(selection.scores)).sum() <= calls
    assert calls - spent.calls < 20 or "budget" not in selection.stopped
    assert selection.finalists


@given(st.integers(1, 200_000), st.integers(1, 3000), st.floats(0.1, 50))
def test_tokens_of_a_constant_price_are_overspent_by_one_item_at_most(tokens: int, each: int, seconds: float) -> None:
    price = Cost(prompt_tokens=each, output_tokens=2 * each, seconds=seconds)
    budget = limits(output_tokens=tokens, seconds=1000)
    spent = race(allocation(), runner(price), budget)[1]
    first = 20  # until costs are known: one item
    assert spent.output_tokens <= max(tokens, first * 2 * each) + 1e-6
    assert spent.seconds <= max(1000, first * seconds) + 1e-6


def test_an_evaluation_of_nine_calls_costs_nine() -> None:
    def evaluate(pairs: Pairs):
        return np.zeros(len(pairs)), Cost(calls=9 * len(pairs))

    selection, spent = race(allocation("uniform"), evaluate, limits(calls=1000))
    assert (selection.evaluations, spent.calls) == (100, 900)


@pytest.mark.parametrize("limit", [1, 40, 99, 100, 777, 2000])
@pytest.mark.parametrize("name", ALLOCATORS)
def test_arms_of_different_calls_are_never_overspent(name: str, limit: int) -> None:
    """Most arms take one call, some up to nine; what each takes in truth is known afterwards alone."""
    rng = np.random.default_rng(0)
    most = [9 if arm % 5 == 4 else 1 for arm in range(20)]

    def evaluate(pairs: Pairs):
        return np.zeros(len(pairs)), Cost(calls=float(sum(rng.integers(1, most[arm] + 1) for arm, _ in pairs)))

    selection, spent = race(allocation(name), evaluate, limits(calls=limit), most)
    assert spent.calls <= limit
    assert limit - spent.calls < sum(most) or "budget" not in selection.stopped


def test_tokens_that_grow_dearer_are_overspent_by_one_batch_at_most() -> None:
    sizes: list[int] = []
    made: list[float] = []

    def evaluate(pairs: Pairs):
        sizes.append(len(pairs))
        rows, columns = zip(*pairs, strict=True)
        cost = float(sum(10 * (1 + item) for item in columns))
        made.append(cost)
        return TABLE[rows, columns], Cost(calls=len(pairs), output_tokens=cost)

    spent = race(allocation(), evaluate, limits(output_tokens=30_000))[1]
    assert spent.output_tokens == sum(made)
    assert spent.output_tokens - made[-1] < 30_000


def test_all_arms_share_the_items_that_a_short_budget_buys() -> None:
    row, settings = find_allocator("uniform")
    selection, spent = race(row.allocate(20, 200, **settings), runner(Cost()), limits(calls=107))
    assert spent.calls == 100
    assert (~np.isnan(selection.scores)).sum(axis=1).tolist() == [5] * 20
    assert selection.stopped == "the budget of 107 calls is spent"
    means = TABLE[:, :5].mean(axis=1)
    assert means[selection.finalists[0]] == means.max()


def test_without_limits_it_is_the_allocator_alone_in_whole_batches() -> None:
    batches: list[int] = []
    selection, spent = race(allocation("uniform"), runner(Cost(), batches), limits())
    assert batches == [2000] and spent.calls == 2000
    assert selection.stopped == "all arms scored on 100 items"


def test_costs_unknown_one_item_goes_first() -> None:
    batches: list[int] = []
    race(allocation("uniform"), runner(Cost(seconds=0.01), batches), limits(seconds=1000))
    assert batches == [20, 1980]


def test_a_batch_is_run_candidate_by_candidate() -> None:
    asked: list[Pairs] = []

    def evaluate(pairs: Pairs):
        asked.append(pairs)
        return np.zeros(len(pairs)), Cost(calls=len(pairs))

    race(allocation(), evaluate, limits(calls=500))
    assert all(pairs == sorted(pairs) for pairs in asked)


@pytest.mark.parametrize("limit", [0, -1, math.nan])
def test_a_budget_of_nothing_is_refused(limit: float) -> None:
    with pytest.raises(UsageError, match="a budget of calls above 0"):
        limits(calls=limit)
