from __future__ import annotations

import json
from collections import Counter
from itertools import islice

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems import list_problem_sets, load_problems
from reasoning_toolkit.problems.pocket import pocket_problems
from reasoning_toolkit.problems.pocket.program import SPLITS
from reasoning_toolkit.problems.pocket.sets import POCKET_COUNT, pocket_sets


def programs(kind: str, split: str, count: int, seed: int = 0) -> set[str]:
    return {json.dumps(p.extra["program"]) for p in islice(pocket_problems(kind, split, seed), count)}  # type: ignore[arg-type]


def test_splits_share_no_program() -> None:
    found = {split: programs("mixed", split, 600) | programs("chain", split, 200, seed=1) for split in SPLITS}
    assert not found["train"] & found["test"]
    assert not found["train"] & found["validation"]
    assert not found["validation"] & found["test"]


def test_no_program_comes_twice() -> None:
    assert len(programs("equation", "test", 800)) == 800


def test_the_same_seed_gives_the_same_problems_and_another_others() -> None:
    assert list(islice(pocket_problems(), 50)) == list(islice(pocket_problems(), 50))
    assert not programs("mixed", "test", 100) & programs("mixed", "test", 100, seed=1)


def test_the_first_problems_never_change() -> None:
    """Golden: results are told of these."""
    first = load_problems("pocket:mixed", limit=3)
    assert [(p.id, p.question, p.answer) for p in first] == GOLDEN


GOLDEN = [
    ("mixed-test-0", "Compute (17 + 6) * 4 mod 5.", "2"),
    ("mixed-test-1", "Solve x + 23 = 32. What is 7 x + 22?", "85"),
    (
        "mixed-test-2",
        "Ana has 17 stones. A friend brings 13 more. Ana loses 9. Ana packs them in bags of 3. How many are left over?",
        "0",
    ),
]


def test_each_kind_and_level_in_turn() -> None:
    counts = Counter((p.extra["kind"], p.extra["level"]) for p in load_problems("pocket:mixed", limit=45))
    assert len(counts) == 15
    assert set(counts.values()) == {3}


def test_as_many_as_asked_for() -> None:
    assert len(load_problems("pocket:chain")) == POCKET_COUNT
    more = load_problems("pocket:chain", limit=POCKET_COUNT + 20)
    assert len(more) == POCKET_COUNT + 20
    assert more[:POCKET_COUNT] == load_problems("pocket:chain")


def test_by_id_level_and_shuffled() -> None:
    (chosen,) = load_problems("pocket:story", ids=["story-test-7"])
    assert chosen.extra["kind"] == "story"
    hard = load_problems("pocket:mixed", where={"level": "5"}, limit=10)
    assert {p.extra["level"] for p in hard} == {5}
    assert load_problems("pocket:mixed", shuffle=1, limit=5) != load_problems("pocket:mixed", limit=5)


def test_every_name_loads_and_the_kinds_are_listed() -> None:
    for name in pocket_sets():
        (problem,) = load_problems(f"pocket:{name}", limit=1)
        assert problem.source == (f"pocket:{name}" if "-" in name else f"pocket:{name}-test")
    assert "pocket:mixed" in {row["name"] for row in list_problem_sets()}


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(UsageError, match="chian") as caught:
        load_problems("pocket:chian")
    assert "chain" in str(caught.value)
    with pytest.raises(UsageError, match="kind"):
        pocket_problems("chains")
    with pytest.raises(UsageError, match="split"):
        pocket_problems("chain", "dev")  # type: ignore[arg-type]
