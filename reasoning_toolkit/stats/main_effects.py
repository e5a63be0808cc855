"""Main effects of a grid of arms, and whether they explain it.

Each arm has a level of every factor (opener, task, closer). With arm means m of equal noise variance v the fit is
additive: the mean and the effects of each factor's levels, which sum to 0 over the levels. Sums of squares over K arms give

    F = (SS_additive / df_additive) / (SS_rest / df_rest)

and the variance of the true scores splits into an additive part, max(0, MS_additive - MS_rest) df_additive / (K - 1), and the rest,
max(0, MS_rest - v), the interactions. Where the additive share is large the effects are what to look at; `grid_posterior` ranks by
them. An effect's 95 % interval comes from what the fit leaves, interactions among it, with Student's t on df_rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.two_way import two_way

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MainEffects:
    """The additive fit of K arms.

    Attributes:
        effects: of each factor the effects of its levels, differences from the mean; a level that no scored arm has is 0.
        margins: of each effect half the width of its 95 % interval.
        fitted: mean and effects added up, shape (arms,).
        f_ratio: of the additive fit against the rest; infinite where nothing is left.
        p_value: of that ratio, if no factor had an effect.
        additive_share: of the variance of the true scores, 0 to 1; 0 where there is none.
    """

    effects: tuple[Floats, ...]
    margins: tuple[Floats, ...]
    fitted: Floats
    f_ratio: float
    p_value: float
    additive_share: float


def main_effects(scores: ArrayLike, factors: Sequence[Sequence[int]]) -> MainEffects:
    """Fit main effects to scores of shape (arms, items) or (arms, items, samples), NaN where there is none.

    Args:
        factors: of each arm its level of every factor, counted from 0, shape (arms, factors).

    Raises:
        UsageError: another shape, or too few scored arms for the fit.
    """
    fit = two_way(scores)
    levels = checked_factors(factors, fit.counts.size)
    scored = fit.counts > 0
    design = _design(levels)
    means = fit.means[scored]
    rank = int(np.linalg.matrix_rank(design[scored])) if scored.any() else 0
    rest = means.size - rank
    if rest < 1 or rank < 2:
        raise UsageError(
            f"expected more scored arms than the {rank} coefficients of the main effects, got {means.size}",
            hint="score a grid of at least two factors, each with two levels",
        )
    weights = np.sqrt(fit.counts[scored])[:, np.newaxis]
    coefficients = np.linalg.lstsq(design[scored] * weights, means * weights[:, 0], rcond=None)[0]
    fitted = design @ coefficients
    residuals = means - fitted[scored]
    about = fitted[scored] - means.mean()
    additive, interaction = float(about @ about) / (rank - 1), float(residuals @ residuals) / rest
    between = max(0.0, interaction - float(fit.variances[scored].mean()))
    f_ratio = additive / interaction if interaction > 0 else np.inf
    explained = max(0.0, additive - interaction) * (rank - 1) / (means.size - 1)
    share = explained / (explained + between) if explained > 0 else 0.0
    margins = _margins(design[scored] * weights, weights[:, 0] * residuals, rest, levels)
    effects = _by_factor(_to_levels(levels) @ coefficients, levels)
    return MainEffects(effects, margins, fitted, f_ratio, _tail(f_ratio, rank - 1, rest), share)


def checked_factors(factors: Sequence[Sequence[int]], arms: int) -> NDArray[np.int64]:
    """The levels as an array of shape (arms, factors).

    Raises:
        UsageError: another number of arms, or values that are not whole numbers from 0.
    """
    levels = np.asarray(factors)
    if (
        levels.ndim != 2
        or levels.shape[0] != arms
        or levels.dtype.kind not in "iu"
        or levels.size == 0
        or levels.min() < 0
    ):
        raise UsageError(
            f"expected a level of every factor for each of {arms} arms, counted from 0, got shape {levels.shape}",
            hint="one row an arm: [(0, 0, 0), (0, 0, 1), ...]",
        )
    return levels.astype(np.int64)


def _design(levels: NDArray[np.int64]) -> Floats:
    """Mean, then for each factor its levels but the last, coded so that effects sum to 0; shape (arms, coefficients)."""
    columns = [np.ones((len(levels), 1))]
    for factor in levels.T:
        last = factor.max()
        coded = (factor[:, np.newaxis] == np.arange(last)) * 1.0
        columns.append(coded - (factor == last)[:, np.newaxis])
    return np.hstack(columns)


def _margins(design: Floats, residuals: Floats, rest: int, levels: NDArray[np.int64]) -> tuple[Floats, ...]:
    """Of a least-squares fit whose rows are weighted by the root of their counts."""
    from scipy.stats import t  # heavy

    spread = (
        _to_levels(levels) @ np.linalg.pinv(design.T @ design) @ _to_levels(levels).T * (residuals @ residuals) / rest
    )
    return _by_factor(float(t.ppf(0.975, rest)) * np.sqrt(np.diag(spread).clip(0)), levels)


def _to_levels(levels: NDArray[np.int64]) -> Floats:
    """What makes every level's effect of the coefficients: a factor's last effect is minus the sum of its others."""
    lasts = levels.max(axis=0)
    matrix = np.zeros((int((lasts + 1).sum()), 1 + int(lasts.sum())))
    row, column = 0, 1
    for last in lasts:
        matrix[row : row + last, column : column + last] = np.eye(last)
        matrix[row + last, column : column + last] = -1
        row, column = row + last + 1, column + last
    return matrix


def _by_factor(values: Floats, levels: NDArray[np.int64]) -> tuple[Floats, ...]:
    return tuple(np.split(values, np.cumsum(levels.max(axis=0) + 1)[:-1]))


def _tail(f_ratio: float, additive: int, rest: int) -> float:
    from scipy.stats import f  # heavy

    return float(f.sf(f_ratio, additive, rest))
