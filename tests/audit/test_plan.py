from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from reasoning_toolkit.audit.plan import expected_cost, make_plan
from reasoning_toolkit.audit.pools import Pool, Sample
from reasoning_toolkit.errors import UsageError


def pool(name: str, n: int, c: int) -> Pool:
    return Pool(name, f"q {name}", "7", tuple(Sample(f"{name} {i}", "7", i < c) for i in range(n)))


POOLS = [pool("a", 8, 1), pool("b", 8, 2), pool("c", 8, 8), pool("d", 8, 0), pool("e", 8, 5)]


def test_equal_settings_give_equal_plans_and_a_seed_or_revision_another() -> None:
    plan = make_plan(POOLS, budget=100, seed=3)
    assert plan == make_plan(POOLS, budget=100, seed=3)
    assert plan.hash == make_plan(POOLS, budget=100, seed=3).hash
    others = [make_plan(POOLS, budget=100, seed=4), make_plan(POOLS, budget=100, seed=3, revision=2)]
    assert all([p.order for p in other.problems] != [p.order for p in plan.problems] for other in others)


def test_one_problem_more_leaves_the_orders_of_the_others() -> None:
    plans = [make_plan(pools, budget=100) for pools in (POOLS, [pool("z", 8, 3), *POOLS])]
    assert plans[0].problems == plans[1].problems[1:]


def test_only_accepted_samples_are_read_each_once() -> None:
    plan = make_plan(POOLS, budget=100)
    assert plan.design == "stop"
    for p, c in zip(plan.problems, (1, 2, 8, 0, 5), strict=True):
        assert (p.n, p.c, p.probability, p.drawn) == (8, c, 1.0, True)
        assert sorted(p.order) == list(range(c))


def test_every_order_is_as_likely() -> None:
    seen = Counter(make_plan([pool("a", 5, 3)], budget=9, seed=seed).problems[0].order for seed in range(600))
    assert set(seen) == set(permutations(range(3)))
    chi_square = sum((count - 100) ** 2 / 100 for count in seen.values())
    assert chi_square < 25.7  # p = 1e-4 at 5 degrees of freedom


def test_a_small_budget_draws_problems_with_the_probability_it_notes() -> None:
    plans = [make_plan(POOLS, budget=8, seed=seed) for seed in range(400)]
    assert {p.design for p in plans} == {"two-phase"}
    for number, planned in enumerate(plans[0].problems):
        share = np.mean([p.problems[number].drawn for p in plans])
        spread = (planned.probability * (1 - planned.probability) / len(plans)) ** 0.5
        assert abs(share - planned.probability) <= 4 * spread
        assert 0.05 <= planned.probability <= 1
    chances = {p.c: p.probability for p in plans[0].problems}
    assert chances[1] > chances[2] > chances[5] > chances[8]  # rarely solved problems are where readings teach most
    assert chances[0] == 1  # nothing to read: that none is sound is known
    assert plans[0].expected_readings == pytest.approx(8, abs=0.01)


def test_audited_pass_at_k_under_the_plan_is_unbiased() -> None:
    """Draw, read in the planned order up to the first sound sample, divide by the probability: the mean is the truth."""
    k = 3
    sound = {"a": {0}, "b": set(), "c": {1, 4}, "d": set(), "e": {0, 1, 2, 3}}
    truth = np.mean([1 - hypergeom.pmf(0, 8, len(s), k) for s in sound.values()])
    figures = []
    for seed in range(800):
        plan = make_plan(POOLS, budget=8, seed=seed)
        total = 0.0
        for p in plan.problems:
            found = next((d for d, i in enumerate(p.order, 1) if i in sound[p.problem]), None)
            total += hypergeom.sf(found - 1, p.n, p.c, k) / p.probability if found else 0.0
        figures.append(total / len(POOLS))
    z = (np.mean(figures) - truth) / (np.std(figures) / len(figures) ** 0.5)
    assert abs(z) < 4


@pytest.mark.parametrize("c", [1, 2, 5])
def test_expected_cost_by_enumeration(c: int) -> None:
    """Every number of sound samples alike, every order alike; 1.5 readings of a flawed one, 2 of the sound one."""
    costs = [
        np.mean(
            [
                sum(1.5 for _ in range(first)) + 2 if (first := row.index(1) if 1 in row else c) < c else 1.5 * c
                for row in rows
            ]
        )
        for t in range(c + 1)
        for rows in [list(permutations([1] * t + [0] * (c - t)))]
    ]
    assert expected_cost(c, 2, 0.5) == pytest.approx(np.mean(costs))


def test_equal_texts_are_one_item() -> None:
    twins = Pool("a", "q", "7", tuple(Sample(text, "7", True) for text in ("x", "x ", "y")))
    (planned,) = make_plan([twins], budget=9).problems
    assert (len(planned.items), len(set(planned.items))) == (3, 2)


def test_items_to_be_read_twice_are_a_random_fifth_and_none_for_one_reader_alone() -> None:
    pools = [pool(str(i), 50, 50) for i in range(20)]
    plan = make_plan(pools, budget=10_000)
    assert abs(len(plan.twice) - 200) < 4 * (1000 * 0.2 * 0.8) ** 0.5
    assert make_plan(pools, budget=10_000, confirmations=1).twice == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"design": "stopp"}, "did you mean stop"),
        ({"budget": 0}, "at least 1 reading"),
        ({"confirmations": 3}, "1 or 2 confirmations"),
    ],
)
def test_settings_that_do_not_fit_are_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_plan(POOLS, **{"budget": 9} | change)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="nothing to read"):
        make_plan([pool("a", 4, 0)], budget=9)
    with pytest.raises(UsageError, match="raise the budget"):
        make_plan([pool(str(i), 20, 20) for i in range(100)], budget=5)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=30), st.integers(20, 500))
def test_no_plan_breaks_its_promises(counts: list[tuple[int, int]], budget: int) -> None:
    pools = [pool(str(i), max(n, c), c) for i, (n, c) in enumerate(counts)]
    if not any(c for _, c in counts):
        return
    plan = make_plan(pools, budget=budget)
    for p in plan.problems:
        assert 0.05 <= p.probability <= 1
        assert p.drawn or not p.order
        assert len(p.order) == len(p.items) == (p.c if p.drawn else 0)
    assert set(plan.twice) <= {item for p in plan.problems for item in p.items}
