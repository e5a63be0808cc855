"""Curves of several methods: what they hold, and why there are none."""

from __future__ import annotations

import pytest

from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.subthought.equal_tokens import token_curves

RIGHT = Pool([1] * 8, [True] * 8, [10] * 8)
WRONG = Pool([2] * 8, [False] * 8, [10] * 8)
LONG = Pool([1], [True], [900], fixed=600)


def arm(name: str, *pools: Pool) -> Arm:
    return Arm(name, {str(i): [pool] for i, pool in enumerate(pools)})


def test_a_difference_that_is_there_is_named_and_one_that_is_not_is_not() -> None:
    found = token_curves([arm("a", *[RIGHT, WRONG] * 6), arm("b", *[RIGHT] * 12), arm("c", *[WRONG, RIGHT] * 6)])
    b, c = found["comparisons"]
    assert (b["gained"], b["lost"], b["p_value"]) == (6, 0, 2 / 64)
    assert b["p_holm"] == 4 / 64  # of two
    assert "the difference between a and b is not significant" in b["sentence"]
    assert (c["difference"], c["p_holm"]) == (0, 1)
    alone = token_curves([arm("a", *[RIGHT, WRONG] * 6), arm("b", *[RIGHT] * 12)])["comparisons"][0]
    assert alone["p_holm"] is None
    assert alone["sentence"].startswith("With at most 80 tokens a problem (80 and 80 spent): b is better than a: ")


def test_seeds_stay_within_their_problem() -> None:
    several = Arm("several", {str(i): [RIGHT, WRONG, RIGHT] for i in range(10)})
    found = token_curves([several, arm("one", *[RIGHT] * 10)])
    assert found["arms"][0]["accuracy"][-1] == pytest.approx(2 / 3)
    assert found["comparisons"][0]["n"] == 10


@pytest.mark.parametrize(
    ("arms", "reason"),
    [
        ([], "no method drew more than one answer"),
        ([arm("last", Pool([], [], [], fixed=100))] * 2, "no method drew more than one answer"),
        ([arm("short", RIGHT), arm("long", LONG)], "no token budget is common to these methods"),
    ],
)
def test_without_a_common_budget_there_is_a_reason(arms: list[Arm], reason: str) -> None:
    assert token_curves(arms) == {"reason": reason}
