"""What a paired comparison can show: items needed for a difference, and the smallest difference that items can show.

Two systems that disagree on a share ψ of the items differ by at most ψ. Under the normal approximation of the sign test
of a true difference d (Connor 1987, "Sample size for testing differences in proportions for the paired-sample design")

    n = ((z_{1-α/2} √ψ + z_power √(ψ - d²)) / d)².
"""

from __future__ import annotations

import math
from statistics import NormalDist

from reasoning_toolkit.errors import UsageError

_QUANTILE = NormalDist().inv_cdf


def sample_size(difference: float, disagreement: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Items at which a two-sided paired test of level α finds this difference with this power.

    Args:
        difference: of the two accuracies, a share (0.02: two points).
        disagreement: share of the items that one system has right and the other wrong.

    Raises:
        UsageError: not 0 < difference ≤ disagreement ≤ 1, a power outside [0.5, 1) or an α outside (0, 1).
    """
    two_sided, one_sided = _quantiles(disagreement, power, alpha)
    if not 0 < difference <= disagreement:
        raise UsageError(
            f"expected 0 < difference <= disagreement, got {difference} and {disagreement}",
            hint="two systems cannot differ by more than the share of items on which they disagree",
        )
    spread = two_sided * math.sqrt(disagreement) + one_sided * math.sqrt(disagreement - difference**2)
    return math.ceil((spread / difference) ** 2)


def smallest_difference(items: int, disagreement: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """The smallest difference, a share, that these items show with this power; infinite where the largest possible one is too small.

    Raises:
        UsageError: items < 1, a disagreement outside (0, 1], a power outside [0.5, 1) or an α outside (0, 1).
    """
    two_sided, one_sided = _quantiles(disagreement, power, alpha)
    if items < 1:
        raise UsageError(f"expected items >= 1, got {items}", hint="nothing can be seen without items")
    # The equation of `sample_size`, squared once, is quadratic in the difference.
    known, square = two_sided * math.sqrt(disagreement), one_sided**2
    root = math.sqrt(max(0.0, known**2 * items - (items + square) * (known**2 - square * disagreement)))
    found = (known * math.sqrt(items) + root) / (items + square)
    return found if found <= disagreement else math.inf


def _quantiles(disagreement: float, power: float, alpha: float) -> tuple[float, float]:
    if not (0 < disagreement <= 1 and 0.5 <= power < 1 and 0 < alpha < 1):
        raise UsageError(
            f"expected 0 < disagreement <= 1, 0.5 <= power < 1 and 0 < alpha < 1, got {disagreement}, {power} and {alpha}",
            hint="0.2, 0.8 and 0.05 are usual",
        )
    return _QUANTILE(1 - alpha / 2), _QUANTILE(power)
