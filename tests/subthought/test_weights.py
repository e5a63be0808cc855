"""Weighted votes: weights by hand, what every row keeps to, and what is refused."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.engines.types import TokenLogprobs
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.weighted_vote import weighted_vote_at_k
from reasoning_toolkit.subthought.election import Cast, elect
from reasoning_toolkit.subthought.voting import WEIGHTS, find_weighting
from reasoning_toolkit.subthought.weights import plurality, reproduced


def trace(
    confidence: float, probability: float = 0.5, tokens: int = 3, alternatives: int = 20
) -> tuple[TokenLogprobs, ...]:
    """A trace whose tokens all have this confidence and this probability of the drawn token."""
    return (TokenLogprobs(math.log(probability), dict.fromkeys(range(alternatives), -confidence)),) * tokens


def cast(answer: int | None, confidence: float = 1.0, probability: float = 0.5, **more: float) -> Cast:
    return Cast(
        answer,
        logprobs=trace(confidence, probability),
        p_true=more.pop("p_true", 0.5),
        weight=more.pop("weight", 1.0),
        scores=(confidence, 1.0),
        **more,
    )  # type: ignore[arg-type]


def winner(name: str, casts: list[Cast]) -> int | None:
    return elect(casts, WEIGHTS[name].weigh(casts)).winner


def test_late_draws_count_for_more() -> None:
    casts = [Cast(0, position=0.1), Cast(0, position=0.4), Cast(1, position=0.6)]
    assert elect(casts, plurality(casts)).winner == 0
    found = elect(casts, WEIGHTS["late"].weigh(casts))
    assert found.winner == 1
    assert found.totals == pytest.approx({0: 0.5, 1: 0.6})


def test_cisc_by_hand() -> None:
    # Against one draw of probability .9: two of .7 have 2 exp(3.5) = 66.2 against exp(4.5) = 90.0, two of .8 have 109.2.
    assert winner("cisc", [cast(1, probability=0.7), cast(1, probability=0.7), cast(0, probability=0.9)]) == 0
    assert winner("cisc", [cast(1, probability=0.8), cast(1, probability=0.8), cast(0, probability=0.9)]) == 1
    assert winner("cisc-p-true", [cast(1, p_true=0.7), cast(1, p_true=0.7), cast(0, p_true=0.9)]) == 0
    assert winner("cisc-p-true", [cast(1, p_true=0.8), cast(1, p_true=0.8), cast(0, p_true=0.9)]) == 1
    weights = WEIGHTS["cisc-p-true"].weigh([cast(0, p_true=0.9), cast(1, p_true=0.4), cast(None, p_true=1.0)])
    assert weights == pytest.approx([1, math.exp(-0.5 / 0.2), 0])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), min_size=1, max_size=9))
def test_cisc_sees_only_differences_within_the_problem(draws: list[tuple[int, int]]) -> None:
    low = [cast(a, p_true=p / 100) for a, p in draws]
    high = [cast(a, p_true=p / 100 + 0.5) for a, p in draws]
    weigh = WEIGHTS["cisc-p-true"].weigh
    assert weigh(low) == pytest.approx(weigh(high), rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 100)), min_size=2, max_size=9))
def test_cisc_is_the_softmax_of_weighted_vote_at_k(draws: list[tuple[int, int]]) -> None:
    classes, scores = [a for a, _ in draws], [p / 100 / 0.2 for _, p in draws]
    casts = [cast(a, p_true=p / 100) for a, p in draws]
    right = [a == 0 for a in classes]
    of_all = weighted_vote_at_k(classes, scores, right, len(casts), "softmax", subsets=2).value
    elected = winner("cisc-p-true", casts)
    assert of_all in (float(elected == 0), pytest.approx(1 / 2), pytest.approx(1 / 3))  # there ties share


def test_deepconf_weighs_by_confidence_and_keeps_the_surest() -> None:
    casts = [cast(0, 1.0), cast(0, 1.5), cast(1, 3.0), cast(0, 2.0), cast(None, 9.0)]
    assert WEIGHTS["deepconf-tail"].weigh(casts).tolist() == [1.0, 1.5, 3.0, 2.0, 0.0]
    assert winner("deepconf-tail", casts) == 0
    # The trace without an answer is in no percentile: P90 of 1, 1.5, 2, 3 is 2.7, P10 is 1.15.
    assert WEIGHTS["deepconf-tail-top10"].weigh(casts).tolist() == [0.0, 0.0, 3.0, 0.0, 0.0]
    assert WEIGHTS["deepconf-tail-top90"].weigh(casts).tolist() == [0.0, 1.5, 3.0, 2.0, 0.0]
    assert winner("deepconf-tail-top10", casts) == 1


def test_the_confidence_vote_is_not_overwritten_by_the_majority() -> None:
    casts = [cast(0, 1.0), cast(0, 1.0), cast(1, 3.0)]
    assert (winner("plurality", casts), winner("deepconf-mean", casts)) == (0, 1)


@pytest.mark.parametrize("kept", [10, 90])
def test_of_sixteen_traces_the_filter_keeps_the_published_share(kept: int) -> None:
    weights = WEIGHTS[f"deepconf-lowest-top{kept}"].weigh([cast(0, 1 + i / 16) for i in range(16)])
    assert (
        np.count_nonzero(weights) == {10: 2, 90: 14}[kept]
    )  # P90 lies between the 14th and 15th, P10 between 2nd and 3rd
    assert weights[-1] > 0
    equal = WEIGHTS[f"deepconf-lowest-top{kept}"].weigh([cast(0, 2.0)] * 16)
    assert np.count_nonzero(equal) == 16  # equal scores are all kept


def test_a_reproduced_answer_counts_for_eight_single_ones() -> None:
    casts = [Cast(0, pair=0), Cast(0, pair=0), *(Cast(a, pair=i) for i in range(1, 9) for a in (1, i + 1))]
    found = elect(casts, reproduced(casts))
    assert found.totals[0] == 1
    assert found.totals[1] == 8 / 8
    assert found.winner == 0  # equal: the first
    more = [*casts, Cast(1, pair=9), Cast(None, pair=9)]
    assert elect(more, reproduced(more)).winner == 1


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 2)), st.integers(0, 3)), min_size=1, max_size=14))
def test_reproduced_is_the_sum_of_cubed_shares(draws: list[tuple[int | None, int]]) -> None:
    casts = [Cast(answer, pair=pair) for answer, pair in draws]
    groups = defaultdict(list)
    for answer, pair in draws:
        groups[pair].append(answer)
    expected: dict[int, float] = defaultdict(float)
    for answers in groups.values():
        for answer, count in Counter(answers).items():
            if answer is not None:
                expected[answer] += (count / len(answers)) ** 3
    assert elect(casts, reproduced(casts)).totals == pytest.approx(dict(expected))


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_row_needs_what_it_says_and_no_more(name: str) -> None:
    row = find_weighting(name)
    logprobs = None if row.logprobs is None else trace(1.0, alternatives=row.logprobs)
    casts = [
        Cast(a, logprobs=logprobs, p_true=0.5 if row.p_true else None, weight=1.0, scores=(1.0,)) for a in (0, 0, 1)
    ]
    assert elect(casts, row.weigh(casts)).winner == 0
    if row.logprobs is not None or row.p_true or row.scored:
        with pytest.raises(UsageError, match="lacks") as error:
            row.weigh([Cast(0)])
        assert ("P(True)" in str(error.value)) == row.p_true


@pytest.mark.parametrize("name", WEIGHTS)
@settings(max_examples=40)
@given(draws=st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(1, 9)), min_size=1, max_size=9))
def test_every_row_weighs_the_draw_and_not_its_place(name: str, draws: list[tuple[int | None, int]]) -> None:
    casts = [cast(a, s, s / 10, p_true=s / 10, position=s / 9, pair=s % 3) for a, s in draws]
    weights = WEIGHTS[name].weigh(casts)
    assert all(
        (w > 0) == (c.answer is not None) or "top" in name or "window" in name or find_weighting(name).scored
        for w, c in zip(weights, casts, strict=True)
    )
    assert all(w == 0 for w, c in zip(weights, casts, strict=True) if c.answer is None)
    if name != "last-window" and "best" not in name:  # the order of drawing counts, or breaks ties
        assert WEIGHTS[name].weigh(casts[::-1])[::-1] == pytest.approx(weights)
    renamed = [replace(c, answer=None if c.answer is None else 9 - c.answer) for c in casts]
    assert WEIGHTS[name].weigh(renamed) == pytest.approx(weights)


@pytest.mark.parametrize("name", [name for name, row in WEIGHTS.items() if "-top" not in name and not row.scored])
def test_weights_hold_in_every_part_of_the_population(name: str) -> None:
    casts = [
        cast(i % 4, 1 + i % 5, 0.1 + 0.05 * i, p_true=i / 16, position=(i + 1) / 16, pair=i // 2) for i in range(16)
    ]
    weights = WEIGHTS[name].weigh(casts)
    for part in (slice(4), slice(6, 12), slice(2, 16)):
        ratio = WEIGHTS[name].weigh(casts[part]) / weights[part]
        assert ratio == pytest.approx(ratio[0])


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_population_without_answers_elects_nobody(name: str) -> None:
    casts = [Cast(None), Cast(None)]
    assert winner(name, casts) is None
    assert WEIGHTS[name].weigh([]).size == 0


@pytest.mark.parametrize(
    ("answers", "elected"),
    [
        ([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0], 0),  # the third window agrees, against eight votes to seven
        ([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0], 1),  # not whole
        ([1, 1, 1, 0, 0, 1, None, None, None, None], 1),
        ([1, 0, 0, 0, 1, None, None, None, None, None], 0),  # a window of missing answers agrees on nothing
    ],
)
def test_the_last_window_of_esc(answers: list[int | None], elected: int) -> None:
    assert winner("last-window", [Cast(answer) for answer in answers]) == elected


def test_the_weight_that_a_method_gave() -> None:
    assert winner("given", [Cast(0, weight=1.0), Cast(1, weight=0.6), Cast(1, weight=0.5), Cast(None)]) == 1
    with pytest.raises(UsageError, match="lacks"):
        WEIGHTS["given"].weigh([Cast(0)])


def test_best_of_n_and_scaled_scores_by_hand() -> None:
    casts = [
        Cast(0, scores=(0.9, 0.1)),
        Cast(1, scores=(0.6, 0.6)),
        Cast(1, scores=(0.8, 0.2)),
        Cast(2, scores=(0.7, 0.7)),
        Cast(None, scores=(1.0,)),
    ]
    assert WEIGHTS["best-of-n"].weigh(casts).tolist() == [0, 0, 0, 1, 0]
    assert WEIGHTS["best-of-n-last"].weigh(casts).tolist() == [0, 0, 0, 1, 0]
    # Means .5, .6, .5, .7: of 0 to 1 they are 0, 1/2, 0, 1. Products .09, .36, .16, .49: 0, .675, .175, 1.
    assert WEIGHTS["weighted"].weigh(casts) == pytest.approx([0, 0.5, 0, 1, 0])
    assert WEIGHTS["weighted-product"].weigh(casts) == pytest.approx([0, 0.675, 0.175, 1, 0])
    assert winner("weighted", [Cast(0, scores=(0.9,)), *(Cast(1, scores=(s,)) for s in (0.7, 0.8, 0.1))]) == 1
    assert winner("best-of-n", [Cast(0, scores=(0.9,)), *(Cast(1, scores=(s,)) for s in (0.7, 0.8, 0.1))]) == 0
    equal = [Cast(a, scores=(-2.0,)) for a in (0, 1, 1)]
    assert (winner("weighted", equal), winner("best-of-n", equal)) == (1, 0)


def test_unknown_rows_are_named() -> None:
    with pytest.raises(UsageError, match="unknown vote 'deepconf-tail10'") as error:
        find_weighting("deepconf-tail10")
    assert "deepconf-tail-top10" in str(error.value)
