from __future__ import annotations

from itertools import islice
from random import Random
from statistics import median

import pytest

from reasoning_toolkit.grading import extract_answer
from reasoning_toolkit.problems.pocket import check_trace, demonstration, pocket_problems
from reasoning_toolkit.problems.pocket.demonstration import NO_SLIPS, Slips, place_values, slip
from reasoning_toolkit.problems.pocket.program import from_json
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.subthought import segment

PROBLEMS = list(islice(pocket_problems("mixed", "train"), 900))


def demonstrations(slips: Slips, seed: int = 0) -> list[tuple[Problem, str]]:
    rng = Random(seed)
    return [(p, demonstration(rng, from_json(p.extra["program"]), slips)) for p in PROBLEMS]


def test_without_slips_all_are_right_and_sound() -> None:
    for problem, text in demonstrations(NO_SLIPS):
        found = check_trace(problem, text)
        assert found.right, text
        assert found.sound, text
        assert extract_answer(text) == problem.answer


def test_a_wrong_answer_always_has_a_wrong_step_and_nothing_is_unread() -> None:
    for problem, text in demonstrations(Slips()):
        found = check_trace(problem, text)
        assert found.complete, text
        kinds = {step.kind for step in found.steps}
        assert "unjustified jump" not in kinds, text
        if not found.right:
            assert "wrong equation" in kinds, text
        if found.sound:
            assert found.right, text


def test_all_slips_noticed_ends_right() -> None:
    for problem, text in demonstrations(Slips(rate=0.2, noticed=1.0, cancelled=0.0)):
        found = check_trace(problem, text)
        assert found.right, text
        assert found.sound, text


def test_cancelled_slips_are_false_positives() -> None:
    checks = [check_trace(p, text) for p, text in demonstrations(Slips(rate=0.15, noticed=0.0, cancelled=1.0))]
    cancelled = [c for c in checks if any(s.kind == "wrong equation" for s in c.steps) and c.right]
    assert len(cancelled) > 100
    assert all(c.false_positive for c in cancelled)


def test_rates_are_kept() -> None:
    """Wrong equations, standing or repaired, among all but the checks: the rate, within 4 standard errors."""
    rate = 0.1
    steps = [s for p, text in demonstrations(Slips(rate=rate, cancelled=0.0)) for s in check_trace(p, text).steps]
    made = [s for s in steps if s.kind != "check"]
    wrong = sum(s.kind in ("wrong equation", "repaired") for s in made)
    # repairs are always right and dilute the rate a little
    assert 0.8 * rate < wrong / len(made) < rate + 4 * (rate * (1 - rate) / len(made)) ** 0.5


def test_about_one_subthought_a_step() -> None:
    sizes = [len(segment(text)) for _, text in demonstrations(Slips())]
    assert median(sizes) >= 8


def test_same_seed_same_text() -> None:
    assert demonstrations(Slips(), 3)[:50] == demonstrations(Slips(), 3)[:50]


@pytest.mark.parametrize(
    ("left", "right", "parts"), [(85, 36, (30, 6)), (36, 850, (30, 6)), (85, 30, None), (85, 6, None), (850, 120, None)]
)
def test_place_values(left: int, right: int, parts: tuple[int, int] | None) -> None:
    assert place_values(left, right) == parts


def test_a_slip_is_wrong_and_not_negative() -> None:
    rng = Random(0)
    for result in range(2_000):
        for _ in range(5):
            wrong = slip(rng, result)
            assert wrong != result
            assert wrong >= 0
