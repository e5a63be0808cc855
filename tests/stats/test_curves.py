"""Curves of accuracy against tokens: their ends, their intervals, comparisons at one budget."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm, accuracy_curve, common_budgets, compare_at
from reasoning_toolkit.stats.intervals import wilson_interval


def arm(name: str, skill: float, problems: int = 60, seeds: int = 1, draws: int = 12, seed: int = 0) -> Arm:
    """Draws of 40 to 60 tokens that are right with a chance around `skill`."""
    rng = np.random.default_rng(seed)
    pools = {}
    for number in range(problems):
        chance = np.clip(skill + rng.normal(scale=0.25), 0.02, 0.98)
        right = rng.random((seeds, draws)) < chance
        classes = np.where(right, 0, rng.integers(1, 5, size=right.shape))
        tokens = rng.integers(40, 61, size=right.shape)
        pools[f"p{number}"] = [
            Pool(c.tolist(), r.tolist(), t.tolist()) for c, r, t in zip(classes, right, tokens, strict=True)
        ]
    return Arm(name, pools)


def test_a_vote_gains_from_tokens_and_its_ends_are_known() -> None:
    votes = arm("vote", 0.55)
    curve = accuracy_curve(votes, [30, 100, 300, 800])
    single = np.mean([np.mean(pool.right) for (pool,) in votes.pools.values()])
    assert curve.accuracy[0] == 0  # no draw fits
    assert accuracy_curve(votes, [61]).accuracy[0] == pytest.approx(single, abs=0.01)
    assert curve.accuracy[1] < curve.accuracy[2] <= curve.accuracy[3] + 0.01
    for value, (low, high) in zip(curve.accuracy, curve.intervals, strict=True):
        assert low <= value <= high
    assert curve.spent[:3].tolist() == [30, 100, 300]
    assert 500 < curve.spent[3] < 700  # twelve draws of about 50


def test_seeds_count_within_their_problem() -> None:
    one = arm("vote", 0.5, seeds=1)
    same = Arm("vote", {problem: pools * 4 for problem, pools in one.pools.items()})
    narrow, wide = (accuracy_curve(a, [200]).intervals[0] for a in (one, same))
    assert narrow == pytest.approx(wide, abs=0.02)


def test_scores_that_are_all_alike_still_leave_doubt() -> None:
    right = Arm("right", {str(i): [Pool([1], [True], [10])] for i in range(20)})
    none, all_right = accuracy_curve(right, [5, 10]).intervals
    assert (none, all_right) == (wilson_interval(0, 20), wilson_interval(20, 20))
    halves = Arm("half", {"a": [Pool([1, 2], [True, False], [10, 10])]})
    low, high = accuracy_curve(halves, [10]).intervals[0]
    assert low < 0.2 and high > 0.8


def test_comparisons_at_one_budget() -> None:
    budgets = [120, 400]
    a, close, far = (accuracy_curve(arm(str(s), s, seed=seed), budgets) for s, seed in ((0.4, 0), (0.42, 1), (0.7, 2)))
    found = compare_at(a, far, 400)
    assert found.sentence.startswith("0.7 is better than 0.4: ")
    assert found.n == 60
    assert "not significant" in compare_at(a, close, 400).sentence
    with pytest.raises(UsageError, match="a budget of both curves") as refused:
        compare_at(a, far, 121)
    assert "120, 400" in str(refused.value.hint)


def test_only_problems_that_both_have_are_compared() -> None:
    a, b = accuracy_curve(arm("a", 0.5), [400]), accuracy_curve(arm("b", 0.5, problems=25), [400])
    assert compare_at(a, b, 400).n == 25


def test_a_problem_s_figure_does_not_depend_on_the_others() -> None:
    whole = arm("a", 0.5)
    part = Arm("a", {"p7": whole.pools["p7"]})
    assert (accuracy_curve(part, [200]).scores["p7"] == accuracy_curve(whole, [200]).scores["p7"]).all()


def test_budgets_that_all_arms_can_be_asked_about() -> None:
    pool = Pool([1] * 10, [True] * 10, [50] * 10)
    traced = Pool([1] * 4, [True] * 4, [50] * 4, fixed=100)
    last = Pool([], [], [], fixed=100, otherwise=True)
    arms = [Arm("sampled", {"a": [pool]}), Arm("continued", {"a": [traced]}), Arm("last", {"a": [last]})]
    found = common_budgets(arms, points=3)
    assert found == (100, 170, 300)
    assert common_budgets(arms[2:]) == (100,)
    assert common_budgets([arms[0], Arm("long", {"a": [Pool([1], [True], [900], fixed=600)]})]) == ()


@pytest.mark.parametrize(("pools", "budgets"), [({}, [10]), ({"a": []}, [10]), ({"a": [Pool([1], [True], [3])]}, [])])
def test_nothing_to_draw_is_refused(pools: dict, budgets: list[int]) -> None:
    with pytest.raises(UsageError, match="expected budgets and a pool"):
        accuracy_curve(Arm("a", pools), budgets)
