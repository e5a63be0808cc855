"""How far raters agree beyond chance, on classes without an order such as sound and flawed.

- Cohen's κ (1960), two raters: (p_o - p_e) / (1 - p_e), p_e from each rater's own shares of the classes.
- Fleiss' κ (1971), any number of raters, the same for every item: p_e from the shares of all ratings together.
- Krippendorff's α (nominal; 2004, "Content Analysis", chapter 11): ratings may be missing; 1 - D_o / D_e over items with at
  least two.
- Gwet's AC1 (2008, "Computing inter-rater reliability and its variance in the presence of high agreement"): p_e from how
  mixed the classes are, Σ π_c (1 - π_c) / (q - 1). It does not collapse where nearly all items are of one class, as κ does.
- Agreement on a class (Cicchetti and Feinstein 1990): of a random rater's ratings of this class, the share that another
  rater of the item gives too.

Intervals: BCa bootstrap over items, without resamples in which a coefficient has no value. Where all ratings are of one
class the chance-corrected coefficients have no value (None), except AC1, which is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, bca_interval, normal_quantile

Floats = NDArray[np.float64]
Ratings = Sequence[Sequence[Hashable | None]]
RESAMPLES = 2000


class Agreement(NamedTuple):
    """A coefficient with its interval (None where it has no value, or less than two items) and the agreement as counted."""

    value: float | None
    interval: Interval | None
    raw: float


def cohen_kappa(
    first: Sequence[Hashable], second: Sequence[Hashable], confidence: float = 0.95, seed: int = 0
) -> Agreement:
    """Cohen's κ of two raters' classes of the same items, in the same order.

    Raises:
        UsageError: no items, lengths that differ, or a missing rating.
    """
    if len(first) != len(second):
        raise UsageError(
            f"expected two ratings of the same items, got {len(first)} and {len(second)}", hint="join them by item"
        )
    counts, classes = _counted([list(pair) for pair in zip(first, second, strict=True)], equal=True)
    place = {name: i for i, name in enumerate(classes)}
    marks = np.zeros((len(first), 2, len(classes)))
    for item, pair in enumerate(zip(first, second, strict=True)):
        marks[item, [0, 1], [place[pair[0]], place[pair[1]]]] = 1.0
    same = (counts == 2).any(axis=1).astype(np.float64)
    rows = np.hstack([same[:, np.newaxis], marks[:, 0], marks[:, 1]])
    q = len(classes)

    def kappa(sums: Floats, items: float) -> Floats:
        chance = (sums[..., 1 : 1 + q] * sums[..., 1 + q :]).sum(axis=-1) / items**2
        return _beyond(sums[..., 0] / items, chance)

    return _estimated(rows, kappa, float(same.mean()), confidence, seed)


def fleiss_kappa(ratings: Ratings, confidence: float = 0.95, seed: int = 0) -> Agreement:
    """Fleiss' κ of items in rows and their ratings in columns; which rater gave which does not matter.

    Raises:
        UsageError: no items, fewer than two ratings, or not the same number for every item.
    """
    counts, _ = _counted(ratings, equal=True)
    raters = counts.sum(axis=1)
    pairs = _agreeing(counts)

    def kappa(sums: Floats, items: float) -> Floats:
        shares = sums[..., 1:] / items
        return _beyond(sums[..., 0] / items, (shares**2).sum(axis=-1))

    return _estimated(
        np.hstack([pairs[:, np.newaxis], counts / raters[:, np.newaxis]]), kappa, float(pairs.mean()), confidence, seed
    )


def krippendorff_alpha(ratings: Ratings, confidence: float = 0.95, seed: int = 0) -> Agreement:
    """Krippendorff's α for classes without an order; None is a missing rating, and items with one rating do not count.

    Raises:
        UsageError: no item with two ratings.
    """
    counts, _ = _counted(ratings)
    total = counts.sum(axis=1)
    split = (counts * (total[:, np.newaxis] - counts)).sum(axis=1) / (total - 1)

    def alpha(sums: Floats, items: float) -> Floats:
        classes = sums[..., 1:]
        n = classes.sum(axis=-1)
        expected = n**2 - (classes**2).sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            value: Floats = 1 - (n - 1) * sums[..., 0] / expected
        return np.where(expected > 0, value, np.nan)

    raw = float(_agreeing(counts).mean())
    return _estimated(np.hstack([split[:, np.newaxis], counts]), alpha, raw, confidence, seed)


def gwet_ac1(ratings: Ratings, confidence: float = 0.95, seed: int = 0) -> Agreement:
    """Gwet's AC1; None is a missing rating, and items with one rating do not count.

    Raises:
        UsageError: no item with two ratings.
    """
    counts, classes = _counted(ratings)
    pairs = _agreeing(counts)
    others = max(1, len(classes) - 1)

    def ac1(sums: Floats, items: float) -> Floats:
        shares = sums[..., 1:] / items
        return _beyond(sums[..., 0] / items, (shares * (1 - shares)).sum(axis=-1) / others)

    rows = np.hstack([pairs[:, np.newaxis], counts / counts.sum(axis=1, keepdims=True)])
    return _estimated(rows, ac1, float(pairs.mean()), confidence, seed)


def class_agreement(ratings: Ratings) -> dict[Hashable, float]:
    """Agreement on each class: 1 where whoever gives it is always joined by the others.

    Raises:
        UsageError: no item with two ratings.
    """
    counts, classes = _counted(ratings)
    total = counts.sum(axis=1, keepdims=True)
    joined = (counts * (counts - 1)).sum(axis=0) / (counts * (total - 1)).sum(axis=0)
    return dict(zip(classes, joined.tolist(), strict=True))


def _counted(ratings: Ratings, equal: bool = False) -> tuple[Floats, list[Hashable]]:
    """Ratings of each class, shape (items with two ratings, classes), and the classes."""
    kept = [[rating for rating in row if rating is not None] for row in ratings]
    sizes = {len(row) for row in kept}
    if equal and (len(sizes) != 1 or min(sizes) < 2):
        raise UsageError(
            f"expected the same number of ratings, at least two, of every item, got {sorted(sizes)} of {len(kept)} items",
            hint="krippendorff_alpha and gwet_ac1 take missing ratings",
        )
    pairable = [row for row in kept if len(row) > 1]
    if not pairable:
        raise UsageError(
            "expected an item with two ratings, got none", hint="let two readers read some of the same items"
        )
    classes = sorted({rating for row in pairable for rating in row}, key=str)
    place = {name: i for i, name in enumerate(classes)}
    counts = np.zeros((len(pairable), len(classes)))
    for item, row in enumerate(pairable):
        np.add.at(counts[item], [place[rating] for rating in row], 1.0)
    return counts, classes


def _agreeing(counts: Floats) -> Floats:
    """Share of the pairs of ratings of each item that agree."""
    total = counts.sum(axis=1)
    shares: Floats = (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
    return shares


def _beyond(observed: Floats, chance: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1 - 1e-12, (observed - chance) / (1 - chance), np.nan)


def _estimated(
    rows: Floats, coefficient: Callable[[Floats, float], Floats], raw: float, confidence: float, seed: int
) -> Agreement:
    """A coefficient of sums over items, of all items, of resamples and with each left out."""
    normal_quantile(confidence)  # refuses what is no confidence
    items = len(rows)
    value = float(coefficient(rows.sum(axis=0), items))
    if np.isnan(value):
        return Agreement(None, None, raw)
    if items < 2:
        return Agreement(value, None, raw)
    times = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), size=RESAMPLES)
    drawn = coefficient(times @ rows, items)
    without = coefficient(rows.sum(axis=0) - rows, items - 1)
    influences = np.nan_to_num(np.nanmean(without) - without) if np.isfinite(without).any() else np.zeros(items)
    return Agreement(value, bca_interval(value, drawn[np.isfinite(drawn)], influences, confidence), raw)
