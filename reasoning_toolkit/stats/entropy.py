"""Shannon entropy of counted answers, in bits; over classes of equal meaning it is the discrete semantic entropy of
Farquhar et al. (2024, "Detecting hallucinations in large language models using semantic entropy").

H = -Σ p log2 p with p = count / n, the estimate plugged in by Hammoud et al. (arXiv 2504.20708, section 3.3), and the
correction of its downward bias by Miller (1955) and Madow: H + (K - 1) / (2 n ln 2) for K classes seen n times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reasoning_toolkit.errors import UsageError


def entropy_bits(counts: Sequence[int]) -> float:
    """Plug-in entropy in bits; 0 for no counts at all. Zero counts are classes not seen and change nothing.

    Raises:
        UsageError: a negative count.
    """
    seen, total = _seen(counts)
    return math.fsum(count / total * math.log2(total / count) for count in seen)


def miller_madow_bits(counts: Sequence[int]) -> float:
    """Entropy in bits with the Miller-Madow bias correction; 0 for no counts at all.

    Raises:
        UsageError: a negative count.
    """
    seen, total = _seen(counts)
    return entropy_bits(seen) + (len(seen) - 1) / (2 * total * math.log(2)) if seen else 0.0


def rarefied_bits(counts: Sequence[int], m: int) -> float:
    """Expected plug-in entropy in bits of m answers drawn without replacement: comparable between unequal totals.

    E H = Σ_classes Σ_j P(j of the m are of the class) · (j/m) log2(m/j), exact, the probabilities hypergeometric.

    Raises:
        UsageError: a negative count, or m outside 1..total.
    """
    seen, total = _seen(counts)
    if not 1 <= m <= total:
        raise UsageError(
            f"expected 1 <= m <= {total} answers, got m={m}", hint="use the smallest total of the traces compared"
        )
    return math.fsum(
        math.comb(count, j) * math.comb(total - count, m - j) / math.comb(total, m) * (j / m) * math.log2(m / j)
        for count in seen
        for j in range(1, min(count, m) + 1)
    )


def _seen(counts: Sequence[int]) -> tuple[list[int], int]:
    if any(count < 0 for count in counts):
        raise UsageError(f"expected counts >= 0, got {list(counts)}", hint="count how often each class occurred")
    return [count for count in counts if count], sum(counts)
