"""Foreseeing a race: exact where it is fixed, near where it is not, and a warning where the budget is short."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.prompts.allocation.estimate import Expected, expected_cost, floor_warning, replay, sized
from reasoning_toolkit.prompts.allocation.table import ALLOCATORS, find_allocator
from reasoning_toolkit.prompts.latent import latent

GRID = [(a, b, c) for a in range(5) for b in range(3) for c in range(4)]


def test_a_grid_costs_what_it_says() -> None:
    assert expected_cost("uniform", 60, 1319) == Expected(6000, 6000)
    assert expected_cost("uniform", 60, 30) == Expected(1800, 1800)
    published = {"n0": 32, "eta": 2.0, "keep": 4, "cap": 800, "panel": 0}
    assert expected_cost("halving", 60, 1319, published) == Expected(5888, 5888)


@pytest.mark.parametrize("name", sorted(ALLOCATORS.keys() - {"erace"}))
def test_the_estimate_is_near_what_another_table_costs(name: str) -> None:
    row, settings = find_allocator(name)
    told = {"factors": GRID} if row.factors else {}
    expected = expected_cost(name, 60, 1319, factors=told.get("factors", ()))
    table = latent(99, np.random.default_rng(99).normal(scale=0.02, size=60), 1319).scores
    cost = replay(row.allocate(60, 1319, **settings, **told), table).evaluations
    assert cost == pytest.approx(expected.evaluations, rel=0.15)
    assert cost <= expected.most


def test_a_short_budget_is_said_before_the_run() -> None:
    expected = Expected(5900, 9000)
    assert floor_warning(5900, 60, expected) is None
    assert floor_warning(3000, 60, expected) == (
        "3,000 calls end a race early that is expected to take 5,900: they are 50 items for each of 60 prompts, "
        "which show differences of 17 points"
    )
    assert "show no difference at all" in str(floor_warning(59, 60, expected))


@pytest.mark.parametrize(("name", "scale"), [("halving", "n0"), ("uniform", "n"), ("thompson", "evaluations")])
def test_a_race_is_sized_to_its_budget(name: str, scale: str) -> None:
    small, large = (sized(name, 20, 300, calls) for calls in (400, 1600))
    assert small[scale] < large[scale]
    for calls, settings in ((400, small), (1600, large)):
        assert 0.8 * calls < expected_cost(name, 20, 300, settings).evaluations <= 1.05 * calls
        assert settings | {scale: 0} == find_allocator(name)[1] | {scale: 0}


def test_a_race_by_proof_has_no_size_and_a_budget_of_nearly_nothing_leaves_one_item() -> None:
    assert sized("erace", 20, 300, 400) == find_allocator("erace")[1]
    assert sized("halving", 20, 300, 5)["n0"] == 1
