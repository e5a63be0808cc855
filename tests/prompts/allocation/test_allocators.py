"""What every allocator promises: evaluations, order, pairing, repeatability, and an end whatever comes back."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.prompts.allocation.estimate import replay
from reasoning_toolkit.prompts.allocation.selection import Pairs, Selection
from reasoning_toolkit.prompts.allocation.table import ALLOCATORS, Setting, find_allocator
from reasoning_toolkit.prompts.latent import latent

SETTINGS: dict[str, dict[str, Setting]] = {  # small races
    "halving": {"n0": 4, "cap": 60},
    "uniform": {"n": 20},
    "erace": {"cap": 60, "step": 7},
    "thompson": {"evaluations": 300, "n0": 5, "step": 3},
    "factor-screen": {"n0": 6, "cap": 60},
}
GRID = [(i // 3, i % 3) for i in range(12)]
every = pytest.mark.parametrize("name", ALLOCATORS)


def run(name: str, table: np.ndarray, arms: int = 12) -> tuple[Selection, list[Pairs]]:
    row, chosen = find_allocator(name, SETTINGS[name])
    told = {"factors": GRID[:arms]} if row.factors else {}
    asked: list[Pairs] = []

    def spy():
        allocation, scores = row.allocate(arms, table.shape[1], **chosen, **told), None
        while True:
            try:
                pairs = allocation.send(scores)
            except StopIteration as end:
                return end.value
            asked.append(pairs)
            scores = yield pairs

    return replay(spy(), table), asked


def promise(name: str, items: int, arms: int = 12) -> int:
    row, chosen = find_allocator(name, SETTINGS[name])
    return row.most(arms, items, **chosen, **({"factors": GRID[:arms]} if row.factors else {}))


def test_every_row_is_tried() -> None:
    assert set(SETTINGS) == set(ALLOCATORS)


@every
@settings(max_examples=40)
@given(seed=st.integers(0, 1000), items=st.integers(1, 90), missing=st.sampled_from([0.0, 0.2, 1.0]))
def test_an_allocator_keeps_its_promises(name: str, seed: int, items: int, missing: float) -> None:
    table = latent(seed, np.linspace(-0.2, 0.2, 12), items).scores
    table[np.random.default_rng(seed).random(table.shape) < missing] = np.nan
    selection, asked = run(name, table)
    pairs = [pair for batch in asked for pair in batch]
    assert selection.evaluations == len(pairs) <= promise(name, items)
    assert len(set(pairs)) == len(pairs), "asked twice"
    assert all(batch and batch == sorted(batch) for batch in asked), "candidate by candidate, items in order"
    assert len(set(selection.finalists)) == len(selection.finalists) > 0
    seen = np.full(table.shape, np.nan)
    seen[tuple(zip(*pairs, strict=True))] = table[tuple(zip(*pairs, strict=True))]
    np.testing.assert_array_equal(selection.scores, seen)
    assert selection.stopped


@every
def test_the_same_scores_give_the_same_race(name: str) -> None:
    table = latent(3, np.linspace(-0.1, 0.1, 12), 80).scores
    (first, asked), (second, again) = run(name, table), run(name, table)
    assert first.finalists == second.finalists and asked == again


@every
def test_an_arm_that_is_always_right_wins(name: str) -> None:
    table = latent(4, np.zeros(12), 80).scores * 0.9
    table[7] = 1
    assert run(name, table)[0].finalists[0] == 7


@every
def test_an_arm_that_cannot_be_scored_is_no_pick(name: str) -> None:
    table = latent(5, np.zeros(12), 80).scores
    table[0] = np.nan
    assert run(name, table)[0].finalists[0] != 0


@every
def test_arms_are_judged_by_their_scores_not_by_their_numbers(name: str) -> None:
    """The pick is right more often than the mean arm, whichever place the good arms are in."""
    effects = np.repeat([0.3, 0.0, -0.3], 4)
    for shift in (0, 4, 8):
        table = latent(6, np.roll(effects, shift), 90)
        assert table.truth[run(name, table.scores)[0].finalists[0]] > 0.6


@every
def test_a_wrong_number_of_scores_is_refused(name: str) -> None:
    row, chosen = find_allocator(name, SETTINGS[name])
    allocation = row.allocate(12, 30, **chosen, **({"factors": GRID} if row.factors else {}))
    next(allocation)
    with pytest.raises(UsageError, match="one score for each"):
        allocation.send(np.zeros(1))


@every
@pytest.mark.parametrize(("arms", "items"), [(1, 10), (0, 10), (3, 0)])
def test_a_race_needs_two_arms_and_an_item(name: str, arms: int, items: int) -> None:
    row, chosen = find_allocator(name, SETTINGS[name])
    with pytest.raises(UsageError, match="two arms and one item"):
        next(row.allocate(arms, items, **chosen, **({"factors": GRID[:arms]} if row.factors else {})))


@every
def test_the_table_and_the_function_have_the_same_defaults(name: str) -> None:
    row = ALLOCATORS[name]
    told = {"arms", "items", "factors"}
    parameters = signature(row.allocate).parameters.values()
    assert {p.name: p.default for p in parameters if p.name not in told} == row.settings


def test_unknown_names_and_wrong_kinds_are_refused() -> None:
    with pytest.raises(UsageError) as refusal:
        find_allocator("halfing")
    assert refusal.value.hint is not None and "did you mean halving" in refusal.value.hint
    with pytest.raises(UsageError, match="unknown setting of halving 'n'"):
        find_allocator("halving", {"n": 3})
    for value in (3.5, True, float("nan")):
        with pytest.raises(UsageError, match="a whole number for n0"):
            find_allocator("halving", {"n0": value})
    assert find_allocator("halving", {"eta": 2})[1]["eta"] == 2


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("halving", {"eta": 1.0}),
        ("halving", {"n0": 0}),
        ("erace", {"step": 0}),
        ("erace", {"delta": 1.5}),
        ("thompson", {"plays": 0}),
        ("uniform", {"n": 0}),
    ],
)
def test_settings_out_of_range_are_refused(name: str, settings: dict[str, Setting]) -> None:
    row, chosen = find_allocator(name, settings)
    with pytest.raises(UsageError):
        replay(row.allocate(4, 20, **chosen), np.zeros((4, 20)))
