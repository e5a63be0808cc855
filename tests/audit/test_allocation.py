"""What to read: the best chances for a budget, what follows from them, and the readings for a width."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit import audit, stats
from reasoning_toolkit.audit.allocation import inclusion_probabilities, plan_readings, readings_for, solved_from_pilot
from reasoning_toolkit.errors import UsageError

N = 64
C = np.array([0, 0, 1, 2, 3, 5, 9, 16, 40, 63, 64])
SOLVED = np.array([0, 0, 0.2, 0.3, 0.3, 0.6, 0.8, 0.9, 0.98, 0.99, 0.99])


def test_chances_are_in_proportion_and_pay_the_budget() -> None:
    found = inclusion_probabilities([0.04, 0.16, 0.16], [1, 1, 4], budget=1.2)
    assert found == pytest.approx(np.array([1, 2, 1]) * 1.2 / 7)
    capped = inclusion_probabilities([0.01, 1.0, 0.0], [1, 1, 1], budget=1.5)
    assert capped == pytest.approx([0.45, 1.0, 0.05])


def test_no_other_chances_of_the_same_cost_are_better() -> None:
    rng = np.random.default_rng(0)
    spread, cost = rng.random(8), rng.uniform(1, 5, 8)
    best = inclusion_probabilities(spread, cost, budget=10.0)
    for _ in range(200):
        step = rng.normal(size=8) * 0.02
        step -= cost * (step @ cost) / (cost @ cost)  # costs the same
        other = best + step
        if other.min() >= 0.05 and other.max() <= 1:
            assert np.sum(spread / other) >= np.sum(spread / best) - 1e-9


def test_consequences() -> None:
    plan = plan_readings(N, C, N, SOLVED, budget=12)
    assert plan.cost == pytest.approx(12)
    assert plan.inclusion[:2].tolist() == [1, 1]  # known to be 0 without reading
    assert plan.proxies[:2].tolist() == [0, 0]
    assert plan.inclusion[-1] < 0.5 * plan.inclusion[2:6].min()  # effort goes to the rarely solved ones
    enough = plan_readings(N, C, N, SOLVED, budget=1000)
    assert enough.inclusion.tolist() == [1] * C.size
    assert enough.standard_error == pytest.approx(0, abs=1e-6)


def test_the_expected_error_is_the_one_that_comes() -> None:
    """Where beliefs are right: problems drawn from them, then drawn to be read, then read to the first sound one."""
    rng = np.random.default_rng(4)
    k = 16
    plan = plan_readings(N, C, k, SOLVED, budget=20, sound_share=0.8)
    sound = np.maximum(np.rint(0.8 * C).astype(int), np.minimum(1, C))
    errors = []
    for _ in range(3000):
        t = np.where(rng.random(C.size) < SOLVED, sound, 0)
        values = np.full(C.size, np.nan)
        for i, (c, found) in enumerate(zip(C.tolist(), t.tolist(), strict=True)):
            if rng.random() < plan.inclusion[i] or plan.inclusion[i] == 1:
                order = rng.permuted(np.arange(c) < found)
                values[i] = figure(c, k, int(order.argmax()) + 1 if found else 0)
        errors.append(audit.two_phase(values, plan.inclusion, plan.proxies) - np.mean(stats.pass_at_k(N, t, k)))
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(len(errors))
    assert np.std(errors) == pytest.approx(plan.standard_error, rel=0.08)


_SEEN: dict[tuple[int, int, int], float] = {}


def figure(c: int, k: int, position: int) -> float:
    """Audited pass@k with the first sound one at this position, 0 for none."""
    if position and (c, k, position) not in _SEEN:
        _SEEN[c, k, position] = audit.audited_pass_at_k(N, c, k, ["flawed"] * (position - 1) + ["sound"])
    return _SEEN[c, k, position] if position else 0.0


def test_readings_for_a_width() -> None:
    plan = readings_for(0.1, N, C, N, SOLVED)
    assert plan.standard_error * 1.959964 == pytest.approx(0.1, rel=1e-3)
    assert readings_for(0.05, N, C, N, SOLVED).readings > plan.readings
    with pytest.raises(UsageError, match="cannot be reached"):
        readings_for(1e-4, N, C, 1, SOLVED)


def test_a_pilot_gives_rising_beliefs_that_are_never_certain() -> None:
    found = solved_from_pilot([1, 2, 3, 10, 64], [1, 1, 2, 3, 9, 40], [False, False, False, True, False, True])
    assert (np.diff(found) >= 0).all()
    assert 0 < found.min() < found.max() < 1
    with pytest.raises(UsageError, match="one outcome a pilot problem"):
        solved_from_pilot([1], [], [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 0.1}, "budget of at least"),
        ({"floor": 0.0}, "floor in"),
        ({"solved": 1.2}, "believed shares"),
        ({"minutes": 0.0}, "minutes above 0"),
        ({"k": 65}, "1 <= k <= n"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, float], message: str) -> None:
    arguments = {"n": N, "c": C, "k": N, "solved": 0.5, "budget": 100.0, **change}
    with pytest.raises(UsageError, match=message):
        plan_readings(**arguments)
