"""The closing band: where an audited figure must lie whatever the unread solutions are, at any stage and with no assumption."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval
from reasoning_toolkit.stats.passes import pass_at_k


def closing_band(n: ArrayLike, c: ArrayLike, k: int, sound: Sequence[int], flawed: Sequence[int]) -> Interval:
    """Mean audited pass@k of a set of problems: every unread accepted solution flawed, and every one of them sound.

    It closes as the queue drains: with all read both ends are the figure itself.

    Args:
        n: samples of each problem.
        c: accepted ones.
        k: samples drawn.
        sound: of each problem the accepted solutions read so far and found sound.
        flawed: and found flawed.

    Raises:
        UsageError: counts out of range, or more readings than accepted solutions.
    """
    found, rejected, accepted = np.broadcast_arrays(sound, flawed, np.asarray(c))
    if (found < 0).any() or (rejected < 0).any() or (found + rejected > accepted).any():
        raise UsageError(
            "expected counts of sound and flawed readings that add up to at most c in every problem",
            hint="count solutions, not readings: two readers of one solution are one",
        )
    return Interval(float(np.mean(pass_at_k(n, found, k))), float(np.mean(pass_at_k(n, accepted - rejected, k))))
