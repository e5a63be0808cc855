"""How often right answers are found among k of n samples, of which c are right; unbiased, over all k-subsets of the n.

- pass@k, at least one of k is right: 1 - C(n - c, k) / C(n, k). Chen et al. 2021 (arXiv 2107.03374, equation 1).
- pass^k, all k are right: C(c, k) / C(n, k). Yao et al. 2024 (arXiv 2406.12045).
- G-Pass@k_τ, at least ⌈τk⌉ of k are right: P(X ≥ max(1, ⌈τk⌉)) with X hypergeometric. Liu et al. 2024
  (arXiv 2412.13147).
- mG-Pass@k, the mean of G-Pass@k over τ from ½ to 1: (2/k) Σ_{i=⌈k/2⌉+1..k} P(X ≥ i) (the same paper). For an
  odd k it stays below 1 even where all samples are right.

Each takes whole numbers or arrays of them that broadcast, one element a problem, so that problems may have different n;
the figure of a set of problems is the mean. A k above n is refused: there is no unbiased estimate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError

Floats = NDArray[np.float64]


def pass_at_k(n: ArrayLike, c: ArrayLike, k: ArrayLike) -> Floats:
    """P(at least one of k is right), in the broadcast shape of the arguments; a numpy float for three numbers.

    Args:
        n: samples of each problem.
        c: right ones among them, 0 ≤ c ≤ n.
        k: samples drawn without replacement, 1 ≤ k ≤ n.

    Raises:
        UsageError: values that are not whole numbers or lie outside these ranges.
    """
    n, c, k = checked_counts(n, c, k)
    return _result(1 - share_without(n, c, k))


def pass_hat_k(n: ArrayLike, c: ArrayLike, k: ArrayLike) -> Floats:
    """P(all k are right), called pass^k; arguments and errors as for `pass_at_k`."""
    n, c, k = checked_counts(n, c, k)
    return _result(share_without(n, n - c, k))


def g_pass_at_k(n: ArrayLike, c: ArrayLike, k: ArrayLike, tau: float) -> Floats:
    """P(at least the share tau of k is right, and at least one); arguments and errors as for `pass_at_k`.

    Raises:
        UsageError: also for a tau outside [0, 1].
    """
    n, c, k = checked_counts(n, c, k)
    if not 0 <= tau <= 1:
        raise UsageError(f"expected a share 0 <= tau <= 1, got {tau}", hint="0.5, 0.75 and 1.0 are usual")
    # 0.55 · 100 is 55.00000000000001 in binary: 55 right ones are enough.
    needed = np.maximum(1, np.ceil(tau * k - 1e-9))
    return _result(_at_least(needed, n, c, k))


def mg_pass_at_k(n: ArrayLike, c: ArrayLike, k: ArrayLike) -> Floats:
    """Mean of G-Pass@k_τ over τ in (½, 1], called mG-Pass@k; arguments and errors as for `pass_at_k`."""
    n, c, k = (values[..., np.newaxis] for values in checked_counts(n, c, k))
    needed = np.arange(1, k.max() + 1)
    return _result((2 / k * _at_least(needed, n, c, k)).sum(axis=-1, where=needed > (k + 1) // 2))


def checked_counts(n: ArrayLike, c: ArrayLike, k: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The three as whole-number arrays of one shape.

    Raises:
        UsageError: values that are not whole numbers, or not 0 ≤ c ≤ n and 1 ≤ k ≤ n, or no values at all.
    """
    arrays = [np.asarray(values) for values in (n, c, k)]
    for name, values in zip("nck", arrays, strict=True):
        if values.dtype.kind not in "iu" or values.size == 0:
            raise UsageError(
                f"expected whole numbers for {name}, got {values.size} values of type {values.dtype}",
                hint="count the samples and the right ones of each problem; a missing sample is not a zero",
            )
    try:
        samples, right, drawn = np.broadcast_arrays(*(values.astype(np.int64) for values in arrays))
    except ValueError as error:
        shapes = ", ".join(str(values.shape) for values in arrays)
        raise UsageError(
            f"expected shapes of n, c, k that broadcast, got {shapes}", hint="one n and c a problem"
        ) from error
    bad = (right < 0) | (right > samples) | (drawn < 1) | (drawn > samples)
    if bad.any():
        n_, c_, k_ = (int(values[bad][0]) for values in (samples, right, drawn))
        raise UsageError(
            f"expected 0 <= c <= n and 1 <= k <= n, got n={n_}, c={c_}, k={k_} ({int(bad.sum())} such problems)",
            hint="draw at least k samples of every problem, or ask for a smaller k",
        )
    return samples, right, drawn


def share_without(n: NDArray[Any], marked: NDArray[Any], k: NDArray[Any]) -> Floats:
    """C(n - marked, k) / C(n, k), the share of the k-subsets of n that hold none of the marked; arrays of one shape."""
    # The ratio is the same with k and marked exchanged; the shorter product of (n - many - j) / (n - j) is taken.
    few, many = np.minimum(marked, k), np.maximum(marked, k)
    share = np.ones(few.shape)
    for j in range(int(few.max())):
        factor = np.maximum(n - many - j, 0) / np.maximum(n - j, 1)
        share *= np.where(j < few, factor, 1.0)
    return share


def _at_least(needed: NDArray[Any], n: NDArray[Any], c: NDArray[Any], k: NDArray[Any]) -> Floats:
    """P(X ≥ needed) of a hypergeometric X: the right ones among k."""
    from scipy.stats import hypergeom  # heavy

    tail: Floats = hypergeom.sf(needed - 1, n, c, k)
    return np.clip(tail, 0.0, 1.0)


def _result(values: Floats) -> Floats:
    number: Floats = values[()]  # an array without dimensions becomes a number
    return number
