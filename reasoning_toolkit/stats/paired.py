"""Compare two systems on the same problems.

- Test: exact two-sided McNemar (1947) on the discordant problems, p = min(1, 2 P[Bin(gained + lost, ½) ≤ min]).
- Interval of a difference of two shares: Newcombe (1998), "Improved confidence intervals for the difference between
  binomial proportions based on paired data", method 10: the two Wilson intervals joined, with the correlation of the
  two systems corrected for continuity. It needs no seed and has a width even when no problem is discordant.
- Several comparisons: the p-values of Holm (1979), "A simple sequentially rejective multiple test procedure".

Scores other than right and wrong: `paired_scores`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, wilson_interval

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """System B against system A on the same problems.

    Attributes:
        a: name of A.
        b: name of B.
        n: problems.
        score_a: accuracy of A.
        score_b: accuracy of B.
        difference: `score_b` minus `score_a`.
        interval: 95 % confidence interval of the difference.
        p_value: exact two-sided McNemar, or of random sign flips where scores are not right and wrong.
        gained: problems that B has right and A wrong; None where scores are not right and wrong.
        lost: problems that A has right and B wrong; None likewise.
        p_holm: `p_value` adjusted for several comparisons; None where there is one alone.
    """

    a: str
    b: str
    n: int
    score_a: float
    score_b: float
    difference: float
    interval: Interval
    p_value: float
    gained: int | None = None
    lost: int | None = None
    p_holm: float | None = None

    @property
    def sentence(self) -> str:
        """The outcome in words; it names a winner only where p, adjusted if there are several comparisons, is below 0.05."""
        low, high = (100 * end for end in self.interval)
        scores = f"{self._share(self.a, self.score_a)}, {self._share(self.b, self.score_b)}"
        return (
            f"{self._verdict()}: {scores}, {self.b} minus {self.a} {100 * self.difference:+.1f} points "
            f"(95% interval {low:+.1f} to {high:+.1f}); {self._test()}."
        )

    def _verdict(self) -> str:
        if (self.p_value if self.p_holm is None else self.p_holm) >= ALPHA:
            return f"The difference between {self.a} and {self.b} is not significant"
        return f"{self.b} is better than {self.a}" if self.difference > 0 else f"{self.a} is better than {self.b}"

    def _share(self, name: str, score: float) -> str:
        percent = f"{100 * score:.1f}%"
        return f"{name} {percent}" if self.gained is None else f"{name} {round(score * self.n)}/{self.n} ({percent})"

    def _test(self) -> str:
        holm = "" if self.p_holm is None else f", Holm-adjusted p = {self.p_holm:.4g}"
        if self.gained is None or self.lost is None:
            return f"{self.n} problems, sign flips p = {self.p_value:.4g}{holm}"
        discordant = self.gained + self.lost
        few = f". With so few discordant problems ({discordant}) no outcome could have been significant"
        powerless = mcnemar_exact(discordant, 0) >= ALPHA
        test = f"{self.gained} gained, {self.lost} lost, exact McNemar p = {self.p_value:.4g}"
        return test + holm + (few if powerless else "")


def compare_paired(name_a: str, right_a: Sequence[bool], name_b: str, right_b: Sequence[bool]) -> PairedComparison:
    """Compare two systems' right and wrong answers, problem by problem in the same order.

    Raises:
        UsageError: no problems, lengths that differ, or values other than true and false.
    """
    check_pairs(right_a, right_b)
    if any(value not in (0, 1) for value in (*right_a, *right_b)):
        raise UsageError("expected true or false for each problem", hint="for graded scores use compare_scores")
    pairs = list(zip(right_a, right_b, strict=True))
    n, both = len(pairs), sum(1 for a, b in pairs if a and b)
    gained, lost = sum(1 for a, b in pairs if b and not a), sum(1 for a, b in pairs if a and not b)
    return PairedComparison(
        a=name_a,
        b=name_b,
        n=n,
        score_a=(both + lost) / n,
        score_b=(both + gained) / n,
        difference=(gained - lost) / n,
        interval=_newcombe_interval(both, gained, lost, n),
        p_value=mcnemar_exact(gained, lost),
        gained=gained,
        lost=lost,
    )


def holm(comparisons: Sequence[PairedComparison]) -> tuple[PairedComparison, ...]:
    """The same comparisons, their p-values adjusted for one another; one alone is left as it is.

    Adjusted p of rank i of m, smallest first: the largest (m - j) p_j, at most 1, over the ranks j ≤ i, counted from 0.
    """
    if len(comparisons) < 2:
        return tuple(comparisons)
    adjusted, highest = list(comparisons), 0.0
    order = sorted(range(len(comparisons)), key=lambda i: comparisons[i].p_value)
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * comparisons[i].p_value))
        adjusted[i] = replace(comparisons[i], p_holm=highest)
    return tuple(adjusted)


def mcnemar_exact(gained: int, lost: int) -> float:
    """Two-sided p-value of the exact McNemar test; 1 where no problem is discordant.

    Raises:
        UsageError: a negative count.
    """
    if gained < 0 or lost < 0:
        raise UsageError(f"expected counts >= 0, got gained={gained}, lost={lost}", hint="count discordant problems")
    discordant = gained + lost
    term = tail = 1  # whole numbers: ways to choose i of the discordant problems, and their sum up to min(gained, lost)
    for i in range(min(gained, lost)):
        term = term * (discordant - i) // (i + 1)
        tail += term
    return min(1.0, 2 * tail / (1 << discordant))


def check_pairs(a: Sequence[object], b: Sequence[object]) -> None:
    """Refuse lists that do not pair.

    Raises:
        UsageError: no problems, or lengths that differ.
    """
    if len(a) != len(b) or len(a) == 0:
        raise UsageError(
            f"expected two lists over the same problems, got {len(a)} and {len(b)} values",
            hint="join the two systems by problem id and drop problems that only one of them has",
        )


def _newcombe_interval(both: int, gained: int, lost: int, n: int) -> Interval:
    right_a, right_b = both + lost, both + gained
    share_a, share_b = right_a / n, right_b / n
    interval_a, interval_b = wilson_interval(right_a, n), wilson_interval(right_b, n)
    correlation = _correlation(both, gained, lost, n)
    difference = (gained - lost) / n
    below = _joined(share_b - interval_b.low, interval_a.high - share_a, correlation)
    above = _joined(interval_b.high - share_b, share_a - interval_a.low, correlation)
    return Interval(max(-1.0, difference - below), min(1.0, difference + above))


def _correlation(both: int, gained: int, lost: int, n: int) -> float:
    right_a, right_b = both + lost, both + gained
    margins = right_a * (n - right_a) * right_b * (n - right_b)
    excess = float(both * (n - both - gained - lost) - gained * lost)
    if excess > 0:
        excess = max(excess - n / 2, 0.0)
    return excess / math.sqrt(margins) if margins else 0.0


def _joined(x: float, y: float, correlation: float) -> float:
    return math.sqrt(max(x * x - 2 * correlation * x * y + y * y, 0.0))
