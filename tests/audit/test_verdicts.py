from __future__ import annotations

import pytest

from reasoning_toolkit.audit.verdicts import Reading, reading_from_json, settle
from reasoning_toolkit.errors import UsageError

S, F, W, D = "sound", "flawed", "grader wrong", "defective"


@pytest.mark.parametrize(
    ("verdicts", "settled", "settled_twice"),
    [
        ([], None, None),
        ([F], F, None),
        ([S], None, None),
        ([W], None, None),
        ([S, S], S, S),
        ([S, F], None, None),
        ([S, F, F], F, F),
        ([S, F, S], S, S),
        ([F, F], F, F),
        ([F, S], F, None),
        ([F, S, S], F, S),
        ([S, F, W], None, None),
        ([S, F, W, W], W, W),
        ([D, S], None, None),
        ([D, S, D], D, D),
    ],
)
def test_two_who_agree_settle_an_item(verdicts: list[str], settled: str | None, settled_twice: str | None) -> None:
    assert settle(verdicts, 2, False) == settled
    assert settle(verdicts, 2, True) == settled_twice


@pytest.mark.parametrize("verdict", [S, F, W, D])
def test_one_confirmation_takes_the_first_verdict(verdict: str) -> None:
    assert settle([verdict], 1, False) == verdict


def test_a_flaw_has_its_step_and_type_and_nothing_else_has() -> None:
    body = {"verdict": F, "step": 2, "type": "jump", "note": "n", "seconds": 3}
    assert reading_from_json(body, 3) == Reading(F, 2, "jump", "n", 3.0)
    assert reading_from_json(body | {"verdict": S}, 3) == Reading(S, None, None, "n", 3.0)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "fine"},
        {"verdict": None},
        {"verdict": ["sound"]},
        {"step": 3},
        {"step": -1},
        {"step": None},
        {"step": True},
        {"step": "0"},
        {"type": "typo"},
        {"type": None},
        {"type": {}},
        {"note": "x" * 10_001},
        {"note": 5},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"seconds": "9"},
        {"seconds": True},
    ],
)
def test_a_reading_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        reading_from_json({"verdict": F, "step": 0, "type": "jump"} | change, 3)
