"""Rules of the literature that stop without a guarantee for a population drawn in any fixed order."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import comb


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


def unanimous_window(answers: Sequence[Hashable | None], window: int = 5) -> int | None:
    """ESC (Li et al. 2024, arXiv 2401.10480): draws after which the first full window of equal answers ends, None without one.

    Windows do not overlap. A missing answer is equal to nothing (in the official code a window of them counts).
    """
    for end in range(window, len(answers) + 1, window):
        part = answers[end - window : end]
        if part[0] is not None and len(set(part)) == 1:
            return end
    return None
