from __future__ import annotations

import pytest

from reasoning_toolkit.problems.pocket.program import Step, apply, from_json, sources, split_of, to_json, values

PROGRAM = (Step("-", 262, 38), Step("/", "#0", 7), Step("*", 5, "#1"), Step("mod", "#2", 9))


def test_values_by_hand() -> None:
    assert values(PROGRAM) == [224, 32, 160, 7]  # 262 - 38, / 7, 5 * 32, 160 = 17 * 9 + 7


@pytest.mark.parametrize(
    ("operator", "left", "right", "result"),
    [("+", 2, 3, 5), ("-", 2, 3, -1), ("*", 12, 12, 144), ("/", 12, 4, 3), ("/", 12, 5, None), ("mod", 12, 5, 2)],
)
def test_apply(operator: str, left: int, right: int, result: int | None) -> None:
    assert apply(operator, left, right) == result


@pytest.mark.parametrize("operator", ["/", "mod"])
def test_division_by_zero_has_no_result(operator: str) -> None:
    assert apply(operator, 3, 0) is None


def test_json_and_back() -> None:
    assert from_json(to_json(PROGRAM)) == PROGRAM
    assert [sources(step) for step in PROGRAM] == [[], [0], [1], [2]]


def test_a_program_keeps_its_split() -> None:
    """Golden: the packaged model was trained on what these hashes call train; they must never change."""
    splits = [split_of((Step("+", n, 1),)) for n in range(400)]
    assert splits.count("test") == 19
    assert [n for n, split in enumerate(splits) if split == "validation"][:5] == [15, 29, 55, 59, 62]
