"""Drawing tokens against a slow reference in numpy, and against the distribution itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.engines import Sampling

torch = pytest.importorskip("torch")

from reasoning_toolkit.engines.sampling import CANDIDATES, draw  # noqa: E402


def kept_by_definition(logits: np.ndarray, row: Sampling) -> np.ndarray:
    """Probability of every token after temperature, top-k, top-p, min-p, one after the other, in double precision."""
    scaled = logits.astype(np.float64) / row.temperature
    probs = np.exp(scaled - scaled.max())
    probs /= probs.sum()
    order = np.argsort(-probs, kind="stable")
    if row.top_k:
        probs[order[row.top_k :]] = 0
        probs /= probs.sum()
    if row.top_p < 1:
        mass = 0.0
        for token in order:
            if mass >= row.top_p:
                probs[token] = 0
            mass += probs[token]
        probs /= probs.sum()
    probs[probs < row.min_p * probs.max()] = 0
    return probs / probs.sum()


def reference(logits: np.ndarray, row: Sampling, uniform: float) -> tuple[int, float]:
    """The drawn token, and how near the uniform number lies to an edge of its cell."""
    probs = kept_by_definition(logits, row)
    edges = np.cumsum(probs)
    cell = int(np.searchsorted(edges, uniform, side="right"))
    return min(cell, int(np.flatnonzero(probs)[-1])), float(np.abs(edges - uniform).min())


def one(logits: np.ndarray, row: Sampling, uniform: float) -> int:
    return int(draw(torch.tensor(logits[None], dtype=torch.float32), [row], [uniform])[0])


@pytest.mark.parametrize("row", [Sampling(top_p=0.95), Sampling(top_k=3), Sampling(min_p=0.1), Sampling()])
def test_the_last_digits_of_a_logit_do_not_change_what_a_number_means(row: Sampling) -> None:
    """Two tokens of one probability, a batch of other neighbours: only numbers at the very edge may draw another token."""
    first = np.array([-9.0, 2.0, 1.0, 2.0 + 1e-5, -9.0])
    second = np.array([-9.0, 2.0 + 1e-5, 1.0, 2.0, -9.0])
    numbers = np.linspace(0.001, 0.999, 500)
    changed = sum(one(first, row, number) != one(second, row, number) for number in numbers)
    assert changed <= 2


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([5, 50, 3000]),
    st.floats(0.2, 3),
    st.sampled_from([1.0, 0.95, 0.5, 0.01]),
    st.sampled_from([0, 1, 3, 40, 2000]),
    st.sampled_from([0.0, 0.0, 1e-7, 0.05, 0.9]),
    st.floats(0, 1, exclude_max=True),
)
def test_draws_agree_with_the_reference(
    seed: int, size: int, temperature: float, top_p: float, top_k: int, min_p: float, uniform: float
) -> None:
    logits = np.random.default_rng(seed).normal(0, 2, size).astype(np.float32)
    row = Sampling(temperature=temperature, top_p=top_p, top_k=top_k, min_p=min_p)
    expected, margin = reference(logits, row, uniform)
    if margin > 1e-5:  # float32 may fall on either side of an edge
        assert one(logits, row, uniform) == expected


@pytest.mark.parametrize(
    "row",
    [
        Sampling(temperature=100.0, top_p=0.99),
        Sampling(temperature=100.0, min_p=1e-6),
        Sampling(temperature=100.0, top_k=2500),
        Sampling(temperature=100.0, top_k=2500, top_p=0.999, min_p=1e-6),
    ],
)
def test_a_nucleus_wider_than_the_candidates_is_not_cut(row: Sampling) -> None:
    logits = np.random.default_rng(0).normal(0, 1, 3000).astype(np.float32)
    kept = int((kept_by_definition(logits, row) > 0).sum())
    assert kept > 2 * CANDIDATES
    rank = np.argsort(np.argsort(-logits))
    drawn = [int(rank[one(logits, row, number)]) for number in np.linspace(0.001, 0.999, 300)]
    assert max(drawn) == pytest.approx(kept, abs=0.03 * kept)
    assert np.mean(drawn) == pytest.approx(kept / 2, abs=0.1 * kept)  # nearly uniform at this temperature


@pytest.mark.parametrize(
    "row",
    [
        Sampling(),
        Sampling(temperature=0.7, top_p=0.8),
        Sampling(top_k=4),
        Sampling(min_p=0.1),
        Sampling(temperature=2.0),
    ],
)
def test_frequencies_are_the_distribution(row: Sampling) -> None:
    from scipy.stats import chisquare

    draws = 20_000
    logits = np.random.default_rng(1).normal(0, 1.5, 12).astype(np.float32)
    uniforms = np.random.default_rng(2).random(draws).tolist()
    batch = torch.tensor(logits).expand(draws, -1)
    counts = np.bincount(draw(batch, [row] * draws, uniforms).numpy(), minlength=12)
    expected = kept_by_definition(logits, row)
    assert counts[expected == 0].sum() == 0
    kept = expected > 0
    assert chisquare(counts[kept], draws * expected[kept]).pvalue > 1e-3


def test_greedy_rows_ignore_their_uniform_and_their_filters() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [5.0, 3.0, 1.0]])
    rows = [Sampling(temperature=0), Sampling(temperature=0, top_k=1, top_p=0.1, min_p=0.9)]
    for uniform in (0.0, 0.5, 0.999999):
        assert draw(logits, rows, [uniform] * 2).tolist() == [1, 0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_a_row_does_not_depend_on_its_neighbours(seed: int, others: int) -> None:
    make = np.random.default_rng(seed)
    table = [Sampling(), Sampling(temperature=0), Sampling(top_p=0.7), Sampling(top_k=3), Sampling(min_p=0.2)]
    logits = torch.tensor(make.normal(0, 2, (others + 1, 60)), dtype=torch.float32)
    rows = [table[i] for i in make.integers(0, len(table), others + 1)]
    uniforms = make.random(others + 1).tolist()
    together = draw(logits, rows, uniforms).tolist()
    alone = [int(draw(logits[i : i + 1], [rows[i]], [uniforms[i]])[0]) for i in range(others + 1)]
    assert together == alone


@pytest.mark.parametrize("uniform", [0.0, 5e-324, 0.5, 1 - 2**-53])
@pytest.mark.parametrize("row", [Sampling(), Sampling(top_p=0.99), Sampling(top_k=4), Sampling(min_p=1e-9)])
def test_tokens_of_no_probability_are_never_drawn(row: Sampling, uniform: float) -> None:
    logits = np.array([-np.inf, 0.0, -np.inf, -200.0, 1.0, -np.inf], dtype=np.float32)
    assert one(logits, row, uniform) in (1, 4)


def test_the_ends_of_the_unit_interval_are_the_first_and_last_cell() -> None:
    logits = np.log(np.array([0.1, 0.6, 0.3], dtype=np.float32))
    assert [one(logits, Sampling(), u) for u in (0.0, 0.05, 0.15, 0.65, 0.75, 1 - 2**-53)] == [0, 0, 1, 1, 2, 2]
    # a filtered row goes through its tokens from the most to the least probable
    assert [one(logits, Sampling(top_k=2), u) for u in (0.0, 0.6, 0.7, 1 - 2**-53)] == [1, 1, 2, 2]
