"""How strongly the items so far say that two arms differ, valid however often one looks: the e-value of a sign test.

Of w + l items on which two arms differ, w went to the first. Under H0 each is as likely as not, so the mean over p of the
likelihood ratios p^w (1-p)^l 2^(w+l), with p ~ Beta(½, ½) (Jeffreys), is a martingale that starts at 1:

    E = B(w + ½, l + ½) / B(½, ½) · 2^(w+l),

and by Ville's inequality it ever exceeds 1/δ with probability at most δ. Where the first arm is truly the better one, the chance
that E ever exceeds x while the first is behind is at most 1/(2x - 1): behind it, the half of the mean over p ≥ ½ is at most 1, so the
other half, a supermartingale, is above 2x - 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.score_matrix import score_matrix

Floats = NDArray[np.float64]
_LEVELS = 8  # distinct scores up to which products of matrices are faster than comparing arm by arm


def log_sign_e_value(wins: ArrayLike, losses: ArrayLike) -> Floats:
    """Natural logarithm of E, of the broadcast shape of the counts.

    Raises:
        UsageError: a negative count.
    """
    from scipy.special import betaln  # heavy

    w, l = np.broadcast_arrays(np.asarray(wins, dtype=np.float64), np.asarray(losses, dtype=np.float64))  # noqa: E741
    if not ((w >= 0) & (l >= 0)).all():
        raise UsageError("expected counts >= 0 of wins and losses", hint="count the items on which the two arms differ")
    found: Floats = betaln(w + 0.5, l + 0.5) - betaln(0.5, 0.5) + (w + l) * math.log(2)
    return found


def wins(scores: ArrayLike) -> Floats:
    """On how many shared items arm a scored above arm b, shape (a, b); scores of shape (arms, items), NaN where there is none."""
    values = score_matrix(scores)
    levels = np.unique(values[~np.isnan(values)])
    # Above(a, b) = Σ over levels of [a at this level] · [b below it]: two products of matrices for right and wrong.
    counts = np.zeros((len(values), len(values)))
    if levels.size > _LEVELS:
        for arm, row in enumerate(values):
            counts[arm] = (row > values).sum(axis=1)
        return counts
    for level in levels[1:]:
        counts += (values == level).astype(np.float64) @ (values < level).astype(np.float64).T
    return counts


def proven_worse(scores: ArrayLike, delta: float = 0.05) -> NDArray[np.bool_]:
    """The arms that some other arm beats with E > K/δ, shape (arms,).

    Whenever this is asked, and whatever earlier items had to do with which arms were scored on the next: the truly best of K arms
    is among them with a chance of at most δ, over items drawn at random. It does not hold where an item's own scores decided who
    else was scored on it, as a panel's do (`prompts.allocation.unanimity`).

    Args:
        scores: shape (arms, items), NaN where an arm was not scored.
        delta: that chance.

    Raises:
        UsageError: no two arms, or a δ outside (0, 1).
    """
    if not 0 < delta < 1:
        raise UsageError(f"expected 0 < delta < 1, got {delta}", hint="0.05 or 0.1 is usual")
    won = wins(scores)
    beaten = (won < won.T) & (log_sign_e_value(won, won.T) > math.log(len(won) / delta))
    return np.asarray(beaten.any(axis=1))
