"""Matrices of scores: samples of one item count once, holes stay holes."""

from __future__ import annotations

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_set import best_p_values
from reasoning_toolkit.stats.max_t import max_t
from reasoning_toolkit.stats.score_matrix import complete_items, score_matrix
from reasoning_toolkit.stats.two_way import two_way

NAN = np.nan


def test_samples_are_averaged_over_those_that_are_there() -> None:
    found = score_matrix([[[1, 0, NAN], [NAN, NAN, NAN]], [[1, 1, 1], [0, 0, 1]]])
    np.testing.assert_allclose(found, [[0.5, NAN], [1, 1 / 3]])


def test_repeating_every_sample_adds_no_evidence() -> None:
    """Ten identical samples an item are ten looks at one item, not ten items."""
    scores = (np.random.default_rng(0).random((4, 30)) < 0.5).astype(float)
    repeated = np.repeat(scores[:, :, np.newaxis], 10, axis=2)
    np.testing.assert_array_equal(max_t(scores[1:], scores[0]), max_t(repeated[1:], repeated[0]))
    np.testing.assert_array_equal(best_p_values(scores), best_p_values(repeated))
    assert two_way(scores).noise == two_way(repeated).noise


def test_complete_items_leaves_out_holes() -> None:
    np.testing.assert_array_equal(complete_items([[1, NAN, 0, 1], [0, 1, 1, 1]]), [[1, 0, 1], [0, 1, 1]])
    with pytest.raises(UsageError, match="at least 2 items on which all 2 arms were scored, got 1"):
        complete_items([[1, NAN, 0], [0, 1, NAN]])


@pytest.mark.parametrize("scores", [[1, 0], [[1, 0]], [[], []], [[np.inf, 0], [1, 0]]])
def test_other_shapes_are_refused(scores: list[object]) -> None:
    with pytest.raises(UsageError, match="one row an arm"):
        score_matrix(scores)
