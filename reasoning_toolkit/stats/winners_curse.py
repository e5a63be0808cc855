"""What the best of many arms is worth when choosing it is taken into account: estimates from the scores that chose it.

The best score of many is too high by what chance added to it. A fresh confirm set is the remedy; without one:

- `bbc`: bootstrap with out-of-bag re-selection (Tsamardinos, Greasidou and Borboudakis 2018, "Bootstrapping the out-of-sample
  predictions", arXiv 1708.07180): items are resampled, the best arm of the resample is scored on the items outside it.
- `split_half`: the best arm of one half of the items, scored on the other; the mean over many splits and both directions.
- `shrinkage.shrink`: empirical Bayes.

All of them estimate how good choosing the best of this grid on items like these is; `bbc` and `split_half` choose on fewer
items than there are, so they are a little too low.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.score_matrix import complete_items

Floats = NDArray[np.float64]


def bbc(scores: ArrayLike, resamples: int = 1000, seed: int = 0) -> float:
    """Mean out-of-bag score of the arm that each resample of the items chooses.

    Args:
        scores: shape (arms, items) or (arms, items, samples); items on which an arm is missing are left out for all.
        resamples: of the items; one that holds all of them has nothing out of the bag and is left out.
        seed: the same seed gives the same figure.

    Raises:
        UsageError: fewer than two arms or complete items, or resamples < 1.
    """
    values = complete_items(scores)
    items = values.shape[1]
    drawn = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), size=_positive(resamples))
    drawn = drawn[(drawn == 0).any(axis=1)]
    if not len(drawn):
        raise UsageError(f"every resample of {items} items held all of them", hint="use more items or resamples")
    chosen = (drawn @ values.T).argmax(axis=1)
    return _outside(values, chosen, drawn == 0)


def split_half(scores: ArrayLike, splits: int = 200, seed: int = 0) -> float:
    """Mean score, on the half that did not choose it, of the best arm of the other half; arguments and errors as for `bbc`."""
    values = complete_items(scores)
    items = values.shape[1]
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(items), (_positive(splits), 1)), axis=1)
    first = order < items // 2
    halves = np.concatenate([first, ~first])
    chosen = (halves @ values.T).argmax(axis=1)
    return _outside(values, chosen, ~halves)


def _outside(values: Floats, chosen: NDArray[np.int64], outside: NDArray[np.bool_]) -> float:
    return float(((values[chosen] * outside).sum(axis=1) / outside.sum(axis=1)).mean())


def _positive(resamples: int) -> int:
    if resamples < 1:
        raise UsageError(f"expected resamples or splits >= 1, got {resamples}", hint="1000 are usual")
    return resamples
