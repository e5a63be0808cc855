"""The heuristics: the posterior against a numerical integral and the published table, ESC's cost over all sequences."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from scipy.special import betainc

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.stopping.heuristics import beta_probability, expected_draws
from reasoning_toolkit.subthought.stopping.sequential import replay_samples

# First number of leading votes that stops, for 0 to 12 votes of the runner-up (official code of Adaptive-Consistency).
STOPS = {
    0.90: (3, 5, 6, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20),
    0.95: (4, 6, 8, 9, 11, 12, 14, 15, 17, 18, 19, 21, 22),
    0.99: (6, 9, 11, 13, 14, 16, 18, 19, 21, 23, 24, 26, 27),
}


def test_the_posterior_is_the_incomplete_beta_integral() -> None:
    for most in range(60):
        for second in range(most + 1):
            assert beta_probability(most, second) == pytest.approx(1 - betainc(most + 1, second + 1, 0.5), abs=1e-10)


@pytest.mark.parametrize("confidence", STOPS)
def test_the_table_of_first_stops(confidence: float) -> None:
    first = [next(m for m in range(s, 99) if beta_probability(m, s) >= confidence) for s in range(13)]
    assert tuple(first) == STOPS[confidence]


@pytest.mark.parametrize(("window", "most"), [(1, 3), (2, 6), (2, 5), (3, 6), (5, 6), (6, 6)])
@pytest.mark.parametrize("probabilities", [(0.5, 0.3), (0.2, 0.2, 0.2), (1.0,), ()])
def test_expected_draws_over_all_sequences(probabilities: tuple[float, ...], window: int, most: int) -> None:
    chances = {**dict(enumerate(probabilities)), None: 1 - sum(probabilities)}
    expected = 0.0
    for answers in product(chances, repeat=most):
        windows = [answers[end - window : end] for end in range(window, most + 1, window)]
        stops = [i for i, part in enumerate(windows, 1) if part[0] is not None and len(set(part)) == 1]
        expected += prod(chances[a] for a in answers) * (stops[0] * window if stops else most)
    assert expected_draws(probabilities, window, most) == pytest.approx(expected)


def test_expected_draws_is_the_papers_sum_and_what_a_simulation_draws() -> None:
    probabilities, w, most = (0.6, 0.3, 0.05), 5, 40
    q, m = sum(p**w for p in probabilities), most // w
    paper = w * (sum((j + 1) * q * (1 - q) ** j for j in range(m - 1)) + m * (1 - q) ** (m - 1))
    assert expected_draws(probabilities) == pytest.approx(paper)
    rng = np.random.default_rng(0)
    answers = rng.choice(4, (3000, most), p=[*probabilities, 1 - sum(probabilities)])
    draws = [replay_samples([None if a == 3 else a for a in row], "esc").draws for row in answers.tolist()]
    assert abs(np.mean(draws) - paper) < 4 * np.std(draws) / 3000**0.5


@pytest.mark.parametrize("wrong", [((0.7, 0.7), 5, 40), ((-0.1,), 5, 40), ((0.5,), 0, 40), ((0.5,), 41, 40)])
def test_expected_draws_of_what_cannot_be_is_refused(wrong: tuple[tuple[float, ...], int, int]) -> None:
    with pytest.raises(UsageError, match="expected"):
        expected_draws(*wrong)
