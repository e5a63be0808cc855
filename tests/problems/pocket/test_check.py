"""Traces written by hand, every label known."""

from __future__ import annotations

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.pocket import TraceCheck, check_trace
from reasoning_toolkit.problems.problem import Problem

# (47 + 38) * 36 - 129 = 85 * 36 - 129 = 3060 - 129 = 2931
CHAIN = Problem("p", "", "2931", "hand", {"program": [["+", 47, 38], ["*", "#0", 36], ["-", "#1", 129]]})
# 11 x + 7 = 4 x + 70, then 5 x + 1: 11 - 4 = 7, 70 - 7 = 63, 63 / 7 = 9, 45, 46
EQUATION = Problem(
    "q", "", "46", "hand", {"program": [["-", 11, 4], ["-", 70, 7], ["/", "#1", "#0"], ["*", 5, "#2"], ["+", "#3", 1]]}
)
# (47 + 38) mod 5 = 0
REMAINDER = Problem("r", "", "0", "hand", {"program": [["+", 47, 38], ["mod", "#0", 5]]})


def check(problem: Problem, thinking: str, answer: int | None) -> TraceCheck:
    box = "" if answer is None else f"\\boxed{{{answer}}}"
    return check_trace(problem, f"{thinking}\n</think>\n\n{box}")


def kinds(found: TraceCheck) -> list[str]:
    return [step.kind for step in found.steps]


def test_right_steps() -> None:
    found = check(CHAIN, "First 47 + 38 = 85.\nNow 85 * 36 = 3060.\nSo 3060 - 129 = 2931.", 2931)
    assert kinds(found) == ["right"] * 3
    assert [step.step for step in found.steps] == [0, 1, 2]
    assert found.sound
    assert not found.false_positive


def test_partial_products() -> None:
    text = "First 38 + 47 = 85.\nNow 85 * 36: 85 * 30 = 2550, 85 * 6 = 510.\nSo 2550 + 510 = 3060.\nThen 3060 - 129 = 2931."
    found = check(CHAIN, text, 2931)
    assert kinds(found) == ["right"] * 5
    assert found.sound


def test_wrong_partial_products_that_cancel() -> None:
    text = "First 47 + 38 = 85.\nNow 85 * 36: 85 * 30 = 2540, 85 * 6 = 520.\nSo 2540 + 520 = 3060.\nThen 3060 - 129 = 2931."
    found = check(CHAIN, text, 2931)
    assert kinds(found) == ["right", "wrong equation", "wrong equation", "right", "right"]
    assert found.false_positive


def test_a_slip_carried_on_is_one_wrong_step() -> None:
    found = check(CHAIN, "First 47 + 38 = 75.\nNow 75 * 36 = 2700.\nSo 2700 - 129 = 2571.", 2571)
    assert kinds(found) == ["wrong equation", "right", "right"]
    assert not found.right
    assert not found.sound


def test_a_slip_repaired_at_once() -> None:
    text = "First 47 + 38 = 75.\nWait, 47 + 38 is not 75. 47 + 38 = 85.\nNow 85 * 36 = 3060.\nSo 3060 - 129 = 2931."
    found = check(CHAIN, text, 2931)
    assert kinds(found) == ["repaired", "right", "right", "right"]
    assert found.sound


def test_a_slip_repaired_late_takes_back_what_rested_on_it() -> None:
    text = (
        "First 47 + 38 = 75.\nNow 75 * 36 = 2701.\nWait, 47 + 38 is not 75. 47 + 38 = 85.\n"
        "Now 85 * 36 = 3060.\nSo 3060 - 129 = 2931."
    )
    found = check(CHAIN, text, 2931)
    assert kinds(found) == ["repaired", "repaired", "right", "right", "right"]
    assert found.sound


def test_a_repair_that_is_not_carried_on_is_no_solution() -> None:
    text = "First 47 + 38 = 75.\nNow 75 * 36 = 2700.\nSo 2700 - 129 = 2571.\nWait, 47 + 38 = 85."
    found = check(CHAIN, text, 2931)
    assert found.right
    assert not found.complete
    assert found.false_positive


def test_a_repair_of_one_branch_leaves_the_other() -> None:
    text = (
        "First 11 - 4 = 8.\nNow 70 - 7 = 63.\nWait, 11 - 4 is not 8. 11 - 4 = 7.\n"
        "Then 63 / 7 = 9.\nSo 5 * 9 = 45.\nNow 45 + 1 = 46."
    )
    found = check(EQUATION, text, 46)
    assert kinds(found) == ["repaired", "right", "right", "right", "right", "right"]
    assert found.sound


def test_a_silent_correction_leaves_the_wrong_equation_standing() -> None:
    """The next step goes on from the true number although the solution said another."""
    found = check(CHAIN, "First 47 + 38 = 75.\nNow 85 * 36 = 3060.\nSo 3060 - 129 = 2931.", 2931)
    assert kinds(found) == ["wrong equation", "unjustified jump", "right"]
    assert found.false_positive


def test_two_slips_that_cancel() -> None:
    found = check(CHAIN, "First 47 + 38 = 75.\nNow 75 * 36 = 3060.\nSo 3060 - 129 = 2931.", 2931)
    assert kinds(found) == ["wrong equation", "wrong equation", "right"]
    assert found.false_positive


def test_a_wrong_number_with_the_right_remainder() -> None:
    found = check(REMAINDER, "First 47 + 38 = 75.\nNow 75 mod 5 = 0.", 0)
    assert kinds(found) == ["wrong equation", "right"]
    assert found.false_positive


def test_double_checks() -> None:
    text = (
        "First 47 + 38 = 85.\nLet me double-check: 85 - 38 = 47. That's correct.\n"
        "Alternatively 38 + 47 = 85.\nNow 85 mod 5 = 0."
    )
    found = check(REMAINDER, text, 0)
    assert kinds(found) == ["right", "check", "check", "right"]
    assert found.sound


def test_a_false_double_check_is_a_wrong_step_and_goes_with_the_step_it_confirms() -> None:
    slip = "First 47 + 38 = 75.\nLet me double-check: 75 - 38 = 47. That's correct.\n"
    assert kinds(check(REMAINDER, slip + "Now 75 mod 5 = 0.", 0)) == ["wrong equation", "wrong equation", "right"]
    repaired = check(REMAINDER, slip + "Wait, 47 + 38 = 85.\nNow 85 mod 5 = 0.", 0)
    assert kinds(repaired) == ["repaired", "repaired", "right", "right"]
    assert repaired.sound


def test_a_missing_step_or_answer() -> None:
    skipped = check(CHAIN, "First 47 + 38 = 85.\nSo 3060 - 129 = 2931.", 2931)
    assert kinds(skipped) == ["right", "unjustified jump"]
    assert skipped.false_positive
    guessed = check(CHAIN, "Therefore the answer is 2931.", 2931)
    assert guessed.false_positive
    unanswered = check(CHAIN, "First 47 + 38 = 85.", None)
    assert (unanswered.answer, unanswered.right, unanswered.sound) == (None, False, False)


def test_another_answer_than_the_steps_give() -> None:
    found = check(CHAIN, "First 47 + 38 = 85.\nNow 85 * 36 = 3060.\nSo 3060 - 129 = 2930.", 2931)
    assert found.right
    assert found.false_positive


def test_a_number_from_nowhere() -> None:
    found = check(REMAINDER, "First 47 + 38 = 85.\nSo 12 * 12 = 144.\nNow 85 mod 5 = 0.", 0)
    assert kinds(found) == ["right", "unjustified jump", "right"]
    assert found.false_positive


@pytest.mark.parametrize(
    "text", ["", "47 + = 85", "\\boxed{}", "1" * 5_000, "3 / 0 = 4", "9" * 400 + " + 1 = 2", "\\boxed{" * 999]
)
def test_any_text_is_survived(text: str) -> None:
    assert not check_trace(REMAINDER, text).sound


def test_a_step_taken_back_over_and_over_costs_no_more_each_time() -> None:
    """Going through all lines at each of these would take longer than a test may."""
    found = check_trace(REMAINDER, "47 + 38 = 84. 47 + 38 = 86. " * 40_000)
    assert [step.kind for step in found.steps[-2:]] == ["repaired", "wrong equation"]
    assert len(found.steps) == 80_000


def test_only_pocket_problems() -> None:
    with pytest.raises(UsageError, match="no program"):
        check_trace(Problem("x", "q", "1", "s"), "1 + 1 = 2")
