"""Rules of the literature that stop without a guarantee: the posterior of Adaptive-Consistency, the cost of ESC."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from reasoning_toolkit.errors import UsageError


def beta_probability(most: int, second: int) -> float:
    """Adaptive-Consistency (Aggarwal et al. 2023, arXiv 2305.11860): the probability that the leading answer is the likelier of two.

    Under a uniform prior P = 1 - I(1/2; most + 1, second + 1) = Pr[Bin(most + second + 1, 1/2) ≤ most], computed in integers.
    It takes draws as independent and looks at every draw, so it is not a bound on the error.

    Args:
        most: votes of the leading answer.
        second: votes of the next.
    """
    tosses = most + second + 1
    return sum(comb(tosses, k) for k in range(most + 1)) / (1 << tosses)


def expected_draws(probabilities: Sequence[float], window: int = 5, most: int = 40) -> float:
    """Samples that ESC draws on average (Li et al. 2024, arXiv 2401.10480, the cost model of its control scheme).

    A window is unanimous with probability q = Σ p_t^w. Window j + 1 is drawn if none before it was, so of m = ⌊L/w⌋ windows
    w Σ_{j<m} (1 - q)^j samples are drawn: the paper's sum over the window that stops, in another order. The L - m w samples after the
    last full window are drawn where none was unanimous.

    Args:
        probabilities: of each answer; what they lack of 1 is the chance of no answer.
        window: w, samples of a window.
        most: L, the most samples.

    Raises:
        UsageError: probabilities outside 0 to 1 or of more than 1 together, a window below 1 or above the most samples.
    """
    if min(probabilities, default=0) < 0 or sum(probabilities) > 1 + 1e-9:
        raise UsageError(f"expected probabilities of at most 1 together, got {list(probabilities)}")
    if not 1 <= window <= most:
        raise UsageError(f"expected a window of 1 to {most} samples, got {window}")
    missed = 1 - sum(p**window for p in probabilities)
    windows, rest = divmod(most, window)
    return window * sum(missed**j for j in range(windows)) + rest * missed**windows
