"""A simulated table of scores: what prompts of known quality would score on shared items.

An arm is right on an item where item + arm + noise is above 0, all normal: items differ in difficulty, arms a little in quality, and
the noise makes two equally good arms disagree on a given share of the items. It serves estimates before a run, the benchmark and
tests; real prompts are nowhere near normal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """A simulated table.

    Attributes:
        scores: 0 or 1, shape (arms, items).
        truth: expected score of each arm on an item drawn at random, shape (arms,).
    """

    scores: Floats
    truth: Floats


def latent(seed: int, effects: Floats, items: int, disagreement: float = 0.2, accuracy: float = 0.5) -> Latent:
    """Draw a table.

    Args:
        effects: of each arm, about by how much its expected score differs from `accuracy`, shape (arms,).
        items: columns.
        disagreement: share of the items on which two arms without an effect disagree, at an accuracy of one half.
        accuracy: expected score of an arm without an effect.
    """
    rng = np.random.default_rng((seed, 0))
    middle = _NORMAL.inv_cdf(accuracy)
    levels = middle + effects / _NORMAL.pdf(middle)
    common = math.cos(math.pi * disagreement)  # correlation of two arms: P(disagree) = arccos(ρ) / π (Sheppard 1899)
    items_drawn = rng.normal(size=items) * math.sqrt(common)
    noise = rng.normal(size=(effects.size, items)) * math.sqrt(1 - common)
    scores = (levels[:, np.newaxis] + items_drawn + noise > 0).astype(np.float64)
    return Latent(scores, np.array([_NORMAL.cdf(float(level)) for level in levels]))


def drawn_effects(seed: int, factors: Sequence[Sequence[int]], spread: float, additive: float) -> Floats:
    """Effects of the arms of a grid, with this standard deviation in expectation, shape (arms,).

    Args:
        factors: of each arm its level of every factor, counted from 0, shape (arms, factors).
        spread: standard deviation of the effects.
        additive: share of their variance that is main effects, equally of every factor; the rest is each arm's own.
    """
    rng = np.random.default_rng((seed, 1))
    levels = np.asarray(factors)
    mains = [rng.normal(size=factor.max() + 1)[factor] for factor in levels.T]
    own = rng.normal(size=len(levels))
    effects: Floats = spread * (math.sqrt(additive / len(mains)) * sum(mains) + math.sqrt(1 - additive) * own)
    return effects
