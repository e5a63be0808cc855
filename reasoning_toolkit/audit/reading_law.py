"""What stopping at the r-th sound solution costs and how far its figure spreads, when t of c accepted solutions are sound.

Reading ends at position T with chance P(T = d) = C(d - 1, r - 1) C(c - d, t - r) / C(c, t), the negative hypergeometric law,
or after all c where t < r. So the spread of the figure is known for every t.

Of the true t, which is not known, it has an unbiased estimate from the same readings. With q_j the chance that j random
accepted solutions are all flawed, f = 1 - E q_J, and (1 - f)² is the chance that two independent k-subsets both hold no sound
one, E q_U with U the accepted ones of their union. Readings estimate every q_j without bias, so (1 - f̂)² - E q̂_U is unbiased for
the variance of f̂. For r = 1 it is P(J < D)² - P(U < D), which is never negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.hypergeometric import accepted_among, accepted_in_two, log_choose
from reasoning_toolkit.audit.passes import reached, read_in_order, sound_of
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.passes import pass_at_k

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
    """Unbiased estimate of the variance of audited pass@k over reading orders.

    Args and errors as for `passes.audited_pass_at_k`.
    """
    flawed_first = read_in_order(c, sound_of(verdicts), stop_at)
    missed = 1 - reached(n, c, k, flawed_first)
    return float(missed**2 - accepted_in_two(n, c, k) @ flawed_first)


@lru_cache(maxsize=65536)
def believed(n: int, c: int, k: int) -> tuple[float, float, float]:
    """Mean and mean square of pass@k of the sound ones, and its mean reading variance, where each t = 0…c is as likely."""
    figures = pass_at_k(n, np.arange(c + 1), k)
    return float(figures.mean()), float((figures**2).mean()), float(reading_variances(n, c, k).mean())


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
