"""The false-positive share: how many of the accepted solutions are flawed, from a random sample of each stratum.

Σ_h W_h ȳ_h with W_h the stratum's known share of the accepted solutions is unbiased, and its variance is estimated by
Σ_h W_h² (1 - m_h / N_h) s_h² / m_h (Cochran 1977, chapter 5). It counts solutions: problems that accept many weigh more. The share
of the solved problems without a single sound solution is another figure, 1 - audited pass@n / pass@n, and may be twice as large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.fill import fill
from reasoning_toolkit.errors import UsageError


class Stratum(NamedTuple):
    """Accepted solutions of a stratum, how many of them were read at random, and how many of those are flawed."""

    accepted: int
    read: int
    flawed: int


def false_positive_share(strata: Sequence[Stratum]) -> Estimate:
    """Flawed share of all accepted solutions, with its standard error.

    Raises:
        UsageError: no accepted solutions, counts out of range, or fewer than two readings in a stratum that was not read whole.
    """
    total = sum(stratum.accepted for stratum in strata)
    for number, (accepted, read, flawed) in enumerate(strata):
        if not 0 <= flawed <= read <= accepted or read < min(2, accepted):
            raise UsageError(
                f"stratum {number}: expected 0 <= flawed <= read <= accepted and two readings, got {strata[number]}",
                hint="read at least two solutions of every stratum, or join small strata beforehand",
            )
    if total == 0:
        raise UsageError("expected at least one accepted solution", hint="there is nothing to audit")
    value = variance = 0.0
    for accepted, read, flawed in strata:
        if accepted == 0:
            continue
        weight, share = accepted / total, flawed / read
        spread = share * (1 - share) * read / (read - 1) if read > 1 else 0.0
        value += weight * share
        variance += weight**2 * (1 - read / accepted) * spread / read
    return Estimate(value, "stratified", math.sqrt(variance))


def neyman_allocation(
    accepted: ArrayLike, deviations: ArrayLike, costs: ArrayLike, budget: float, floor: int = 2
) -> NDArray[np.int64]:
    """Readings of each stratum with the smallest variance for their cost: m_h ∝ W_h S_h / √cost_h (Neyman 1934).

    Args:
        accepted: accepted solutions of each stratum, shape (strata,).
        deviations: predicted standard deviation of "flawed", √(p(1 - p)) for a detector's chance p.
        costs: minutes of one reading.
        budget: minutes in all.
        floor: the fewest readings of a stratum; a smaller stratum is read whole.

    Raises:
        UsageError: negative numbers, or a budget below the floors.
    """
    sizes = np.asarray(accepted, dtype=np.int64)
    spread, price = (
        np.broadcast_to(np.asarray(values, dtype=np.float64), sizes.shape) for values in (deviations, costs)
    )
    least = np.minimum(floor, sizes)
    if (sizes < 0).any() or (spread < 0).any() or (price <= 0).any() or least @ price > budget:
        raise UsageError(
            f"expected sizes, deviations >= 0, costs > 0 and a budget of at least {float(least @ price):g}, got {budget:g}",
            hint=f"{floor} readings of every stratum are the least that gives an error: raise the budget or join strata",
        )
    wanted = sizes * spread / np.sqrt(price)
    return np.floor(fill(wanted, least, sizes, price, budget) + 1e-9).astype(np.int64)
