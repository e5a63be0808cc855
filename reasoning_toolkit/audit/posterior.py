"""Audited pass@k by a model of the unread solutions: secondary, for stages at which no unbiased figure exists.

Of the c accepted solutions of a problem none is sound with chance ω, else each is with a chance of its own, beta-distributed
(zero-inflated beta-binomial). Logit ω and the logit of the beta mean are linear in logit(c / n): rarely solved problems are
more often wholly false. With x sound among m read in random order, whatever ended the reading, the likelihood is
ω 1[x = 0] + (1 - ω) B(a + x, b + m - x) / B(a, b), and the sound ones among the unread are beta-binomial(c - m, a + x, b + m - x).

The five numbers of the model are fitted by maximum likelihood with a weak normal prior (empirical Bayes: their own
uncertainty is not in the interval). Draws of t are carried through pass@k and averaged with Dirichlet(1, …, 1) weights over
problems, so that the interval is about a population of problems.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reasoning_toolkit.audit.designs import Estimate
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.intervals import Interval, normal_quantile
from reasoning_toolkit.stats.passes import pass_at_k

Floats = NDArray[np.float64]
_PRIOR = (np.array([-1.0, -0.5, 1.0, 0.5, 1.0]), np.array([1.5, 1.0, 1.5, 1.0, 1.0]))  # means and deviations


class Posterior(NamedTuple):
    """The model's figure, its interval, and the believed chance that each problem is solved soundly, shape (problems,)."""

    figure: Estimate
    interval: Interval
    solved: Floats


def model_pass_at_k(
    n: ArrayLike,
    c: ArrayLike,
    k: int,
    sound: ArrayLike,
    flawed: ArrayLike,
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Posterior:
    """Audited pass@k of problems from any readings in random order, by the model; the same seed gives the same figure.

    Args:
        n: samples of each problem, shape (problems,) or one number.
        c: accepted ones.
        k: samples drawn.
        sound: accepted ones that were read and found sound.
        flawed: and found flawed.

    Raises:
        UsageError: counts out of range, or no reading at all.
    """
    accepted, x, rejected, samples = (
        np.asarray(values, dtype=np.float64) for values in np.broadcast_arrays(np.atleast_1d(c), sound, flawed, n)
    )
    if (x < 0).any() or (rejected < 0).any() or (x + rejected > accepted).any() or (x + rejected).sum() == 0:
        raise UsageError(
            "expected counts of sound and flawed readings that add up to at most c, and at least one reading",
            hint="read a pilot of ten problems first",
        )
    normal_quantile(confidence)  # refuses what is no confidence
    rate = np.log((accepted + 0.5) / (samples - accepted + 0.5))
    omega, a, b = _parameters(_fitted(rate, x, rejected), rate)
    false = np.where(x > 0, 0.0, omega / (omega + (1 - omega) * np.exp(_log_read(a, b, x, rejected))))
    false = np.where(accepted > 0, false, 1.0)
    rng = np.random.default_rng(seed)
    size = (draws, accepted.size)
    unread = (accepted - x - rejected).astype(np.int64)
    found = x + rng.binomial(unread, rng.beta(a + x, b + rejected, size))
    t = np.where(rng.random(size) < false, 0.0, found).astype(np.int64)
    figures = pass_at_k(samples.astype(np.int64), t, k)
    means = (figures * rng.dirichlet(np.ones(accepted.size), draws)).sum(axis=1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    figure = Estimate(float(figures.mean()), "model", float(figures.mean(axis=1).std()))
    return Posterior(figure, Interval(float(low), float(high)), (t > 0).mean(axis=0))


def _fitted(rate: Floats, x: Floats, rejected: Floats) -> Floats:
    """The model's five numbers, from the problems that were read."""
    from scipy.optimize import minimize  # heavy

    read = x + rejected > 0
    centre, spread = _PRIOR

    def loss(theta: Floats) -> float:
        omega, a, b = _parameters(theta, rate[read])
        chance = omega * (x[read] == 0) + (1 - omega) * np.exp(_log_read(a, b, x[read], rejected[read]))
        return float(-np.log(chance).sum() + (((theta - centre) / spread) ** 2).sum() / 2)

    fitted: Floats = minimize(loss, centre, method="L-BFGS-B").x
    return fitted


def _parameters(theta: Floats, rate: Floats) -> tuple[Floats, Floats, Floats]:
    """ω and both numbers of the beta law of each problem."""
    omega, mean = (np.clip(_logistic(theta[i] + theta[i + 1] * rate), 1e-6, 1 - 1e-6) for i in (0, 2))
    concentration = np.exp(np.clip(theta[4], -3, 6))
    return omega, mean * concentration, (1 - mean) * concentration


def _log_read(a: Floats, b: Floats, x: Floats, rejected: Floats) -> Floats:
    from scipy.special import betaln  # heavy

    log: Floats = betaln(a + x, b + rejected) - betaln(a, b)
    return log


def _logistic(x: Floats) -> Floats:
    return 0.5 * (1 + np.tanh(x / 2))
