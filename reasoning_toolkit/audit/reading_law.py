"""What stopping at the r-th sound solution costs and how far its figure spreads, when t of c accepted solutions are sound.

Reading ends at position T with chance P(T = d) = C(d - 1, r - 1) C(c - d, t - r) / C(c, t), the negative hypergeometric law,
or after all c where t < r. So the spread of the figure is known for every t. An estimate of it for the true t has to weigh
the t that could have led to what was read: here all of 0…c alike. That is a model, and it bears on widths alone; the figure
itself stays unbiased. It is cautious: where every problem is read and most of what is accepted is sound, intervals of 95 % cover
99 to 100 % (simulated). A prior fitted to the readings would cover too little, 81 to 92 %: few readings say little about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.hypergeometric import accepted_among, log_choose
from reasoning_toolkit.audit.passes import read_in_order, sound_of
from reasoning_toolkit.errors import UsageError

Floats = NDArray[np.float64]


def expected_readings(c: int, sound: float, stop_at: int = 1) -> float:
    """Readings up to the `stop_at`-th sound one of `sound` (may be an expectation) among c: r (c + 1) / (t + 1), at most c.

    Raises:
        UsageError: counts out of range.
    """
    if not 0 <= sound <= c or stop_at < 1:
        raise UsageError(
            f"expected 0 <= sound <= c and stop_at >= 1, got sound={sound}, c={c}, stop_at={stop_at}",
            hint="sound counts accepted solutions with sound reasoning",
        )
    return float(c) if sound < stop_at else min(float(c), stop_at * (c + 1) / (sound + 1))


@lru_cache(maxsize=4096)
def reading_variances(n: int, c: int, k: int, stop_at: int = 1) -> Floats:
    """Variance of audited pass@k over reading orders for t = 0…c sound ones, shape (c + 1,); read-only.

    Raises:
        UsageError: counts out of range.
    """
    law, figures = stopping_law(c, stop_at), _figures(n, c, k, stop_at)
    means = law @ figures
    variances: Floats = np.maximum(law @ figures**2 - means**2, 0.0)
    variances.setflags(write=False)
    return variances


def estimated_reading_variance(n: int, c: int, k: int, verdicts: Sequence[str | bool], stop_at: int = 1) -> float:
    """Variance of audited pass@k over reading orders: its mean over the t that could have led to these verdicts.

    Args and errors as for `passes.audited_pass_at_k`.
    """
    sound = sound_of(verdicts)
    read_in_order(c, sound, stop_at)  # refuses what did not end
    places = np.flatnonzero(sound)
    if places.size < stop_at:
        return 0.0  # all were read
    chances = stopping_law(c, stop_at)[:, places[stop_at - 1]]
    return float(chances @ reading_variances(n, c, k, stop_at) / chances.sum())


@lru_cache(maxsize=16)  # a law of c solutions has c² numbers
def stopping_law(c: int, stop_at: int = 1) -> Floats:
    """P(reading ends so) for t = 0…c in rows; columns: at position 1…c, then all c read; read-only."""
    t, d = np.arange(c + 1)[:, np.newaxis], np.arange(1, c + 1)
    ways = log_choose(d - 1, np.full(c, stop_at - 1)) + log_choose(c - d, t - stop_at)
    stops = np.exp(ways - log_choose(np.array(c), t))
    law = np.hstack([stops, (t < stop_at).astype(np.float64)])
    law.setflags(write=False)
    return law


def _figures(n: int, c: int, k: int, stop_at: int) -> Floats:
    """The figure at each end of reading, the last for all read with no sound one (fewer than `stop_at` leave no spread)."""
    chances = accepted_among(n, c, k)
    ends = [
        float(chances @ (1 - read_in_order(c, _order(place, stop_at), stop_at)[: chances.size]))
        for place in range(stop_at, c + 1)
    ]
    return np.array([0.0] * min(stop_at - 1, c) + ends + [0.0])


def _order(place: int, stop_at: int) -> list[bool]:
    """Verdicts whose `stop_at`-th sound one is at `place`; where the others lie does not matter."""
    return [False] * (place - stop_at) + [True] * stop_at
