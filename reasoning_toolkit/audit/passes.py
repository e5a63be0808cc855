"""Audited pass@k of one problem: at least one of k is accepted and sound, when few of the accepted solutions were read.

Of n samples c are accepted and t ≤ c of these sound. Of a random k-subset J are accepted, J ~ Hypergeometric(n, c, k) with
h_j = P(J = j). Then audited pass@k is Σ_j h_j (1 - q_j) with q_j = C(c - t, j) / C(c, j), the chance that j random accepted
solutions are all flawed. q_j is what readings estimate, without bias, as a random j-subset of what was read at random is a
random j-subset of all:

- a random sample of m, y of them flawed: C(y, j) / C(m, j) for j ≤ m;
- a random order until the r-th sound one at position T: C(T - 1 - j, r - 1) / C(T - 1, r - 1) for j ≤ T - r, else 0. For
  r = 1 this says whether the first j were flawed, so audited pass@k is P(J ≥ T) for all k at once;
- everything read: q_j itself.

Where J can exceed what was read there is no unbiased estimate: its mean would be a polynomial in t of degree m, and audited
pass@k has degree min(k, c). Such figures are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.audit.hypergeometric import accepted_among, marked_among
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.passes import checked_counts, share_without

Floats = NDArray[np.float64]
_VERDICTS: dict[Any, bool] = {"sound": True, "flawed": False, True: True, False: False}


def audited_pass_at_k(
    n: int, c: int, k: int, verdicts: Sequence[str | bool], stop_at: int = 1, cap: int | None = None
) -> Estimate:
    """Audited pass@k from verdicts in a random reading order that ended at the `stop_at`-th sound one, or when all c were read.

    Args:
        n: samples.
        c: accepted ones.
        k: samples drawn, 1 ≤ k ≤ n.
        verdicts: "sound" or "flawed" (or True and False), in the order of reading; those after the last one needed count for
            nothing.
        stop_at: sound ones at which reading ends, fixed beforehand.
        cap: readings at which it ends in any case, fixed beforehand; at least min(k, c).

    Raises:
        UsageError: counts out of range, an unknown verdict, reading that ended too early, a cap below min(k, c).
    """
    return Estimate(float(audited_curve(n, c, [k], verdicts, stop_at, cap)[0]), "stop" if cap is None else "capped")


def audited_curve(
    n: int, c: int, ks: Sequence[int], verdicts: Sequence[str | bool], stop_at: int = 1, cap: int | None = None
) -> Floats:
    """`audited_pass_at_k` for several k, from the same readings: shape (len(ks),)."""
    flawed_first = read_in_order(c, sound_of(verdicts), stop_at, cap)
    return np.array([_reached(n, c, k, flawed_first, c if cap is None else cap) for k in ks])


def audited_pass_at_k_from_sample(n: int, c: int, k: int, m: int, flawed: int) -> Estimate:
    """Audited pass@k from a random sample of m of the c accepted solutions, `flawed` of which are flawed.

    Raises:
        UsageError: counts out of range, or m below min(k, c), for which no unbiased estimate exists.
    """
    return Estimate(_reached(n, c, k, _flawed_first(c, m, flawed), m), "sample")


def audited_pass_at_k_truncated(
    n: int, c: int, k: int, verdicts: Sequence[str | bool], survival: ArrayLike
) -> Estimate:
    """Audited pass@k from reading up to the first sound one, left earlier at a random draw L: P(J ≥ D) / P(L ≥ D).

    Args:
        verdicts: in a random reading order, up to the first sound one, to L, or all c.
        survival: P(L ≥ d) for d = 1…c, fixed beforehand, shape (c,); a constant is the draw of the problem as a whole.

    Raises:
        UsageError: counts out of range, or a survival that is not above 0, at most 1 and never rising.
    """
    _checked(n, c, k)
    kept = np.asarray(survival, dtype=np.float64)
    if kept.shape != (c,) or not ((kept > 0) & (kept <= 1)).all() or (np.diff(kept) > 0).any():
        raise UsageError(
            f"expected {c} chances above 0 and at most 1 that never rise, got {kept.size} values",
            hint="where the chance to be read is 0, nothing unbiased can be said",
        )
    sound = sound_of(verdicts)
    if not any(sound):
        return Estimate(0.0, "truncated")
    first = sound.index(True) + 1
    return Estimate(float(accepted_among(n, c, k)[first:].sum() / kept[first - 1]), "truncated")


def audited_g_pass_at_k(n: int, c: int, k: int, tau: float, m: int, flawed: int) -> Estimate:
    """Audited G-Pass@k_τ, at least max(1, ⌈τk⌉) of k accepted and sound, from a random sample of m of the c.

    Raises:
        UsageError: as `audited_pass_at_k_from_sample`, or a tau outside [0, 1].
    """
    if not 0 <= tau <= 1:
        raise UsageError(f"expected a share 0 <= tau <= 1, got {tau}", hint="0.5, 0.75 and 1.0 are usual")
    _checked_sample(n, c, k, m, flawed)
    needed = max(1, int(np.ceil(tau * k - 1e-9)))
    drawn, sound = np.arange(min(k, c) + 1)[:, np.newaxis], np.arange(needed, m - flawed + 1)
    enough = marked_among(m, m - flawed, drawn, sound).sum(axis=1)
    return Estimate(float(accepted_among(n, c, k) @ np.minimum(enough, 1.0)), "sample")


def audited_pass_hat_k(n: int, c: int, k: int, m: int, flawed: int) -> Estimate:
    """Audited pass^k, all k accepted and sound, from a random sample of m of the c.

    Raises:
        UsageError: as `audited_pass_at_k_from_sample`.
    """
    _checked_sample(n, c, k, m, flawed)
    if k > c:
        return Estimate(0.0, "sample")
    accepted = share_without(*_arrays(n, n - c, k))
    return Estimate(float(accepted[0] * share_without(*_arrays(m, flawed, k))[0]), "sample")


def read_in_order(c: int, sound: Sequence[bool], stop_at: int = 1, cap: int | None = None) -> Floats:
    """The estimate of q_j for j = 0…c (to `cap` where there is one), from verdicts in reading order.

    Raises:
        UsageError: more verdicts than c, a cap or stop below 1, reading that ended before any of its ends.
    """
    end = c if cap is None else min(cap, c)
    if stop_at < 1 or len(sound) > c or (cap is not None and cap < 1):
        raise UsageError(
            f"expected stop_at >= 1, cap >= 1 and at most c={c} verdicts, got stop_at={stop_at}, cap={cap}, {len(sound)} verdicts",
            hint="pass the verdicts of accepted solutions alone",
        )
    places = np.flatnonzero(sound[:end])
    if places.size >= stop_at:
        before = int(places[stop_at - 1])  # readings before the one that ended it
        j = np.arange(end + 1)
        fits = j <= before + 1 - stop_at
        return np.where(fits, share_without(*_arrays(before, np.where(fits, j, 0), stop_at - 1)), 0.0)
    if len(sound) < end:
        raise UsageError(
            f"expected reading to end at sound verdict {stop_at} or at {end} readings, got {len(sound)} verdicts, "
            f"{places.size} of them sound",
            hint="read on, or show audit.closing_band meanwhile",
        )
    return _flawed_first(c, end, end - places.size)


def sound_of(verdicts: Sequence[str | bool]) -> list[bool]:
    """Verdicts as booleans, True for sound.

    Raises:
        UsageError: a verdict that is neither "sound" nor "flawed".
    """
    for verdict in verdicts:
        if verdict not in _VERDICTS:
            raise UsageError(f"expected verdicts 'sound' and 'flawed', got {verdict!r}", hint="settle open items first")
    return [_VERDICTS[verdict] for verdict in verdicts]


def reached(n: int, c: int, k: int, flawed_first: Floats) -> float:
    """Σ_j P(J = j) (1 - q_j) for estimates of q_j, j = 0…min(k, c) at least."""
    chances = accepted_among(n, c, k)
    return float(chances @ (1 - flawed_first[: chances.size]))


def require_enough(c: int, k: int, m: int) -> None:
    """Refuse m readings for which no unbiased estimate of a figure at k exists.

    Raises:
        UsageError: m below min(k, c).
    """
    if m < min(k, c):
        raise UsageError(
            f"no unbiased estimate at k={k} exists from m={m} of c={c} readings: it needs min(k, c) = {min(k, c)}",
            hint=f"read {min(k, c)} of them, ask for k <= {m}, or read in random order up to the first sound one",
        )


def _reached(n: int, c: int, k: int, flawed_first: Floats, m: int) -> float:
    _checked(n, c, k)
    require_enough(c, k, m)
    return reached(n, c, k, flawed_first)


def _flawed_first(c: int, m: int, flawed: int) -> Floats:
    if not 0 <= flawed <= m <= c:
        raise UsageError(
            f"expected 0 <= flawed <= m <= c, got flawed={flawed}, m={m}, c={c}",
            hint="m counts the accepted solutions that were read",
        )
    return share_without(*_arrays(m, m - flawed, np.arange(m + 1)))


def _checked(n: int, c: int, k: int) -> None:
    checked_counts(n, c, k)


def _checked_sample(n: int, c: int, k: int, m: int, flawed: int) -> None:
    _checked(n, c, k)
    _flawed_first(c, m, flawed)
    require_enough(c, k, m)


def _arrays(*counts: ArrayLike) -> list[NDArray[Any]]:
    return list(np.broadcast_arrays(*(np.atleast_1d(np.asarray(count)) for count in counts)))
