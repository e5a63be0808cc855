"""Weights of votes: functions from all casts of a problem to their weights, which `elect` adds up; the rows of `voting.WEIGHTS`.

A draw without an answer has weight 0 and no part in any scale or percentile. But for a factor that all share, the weight of a draw depends
on it alone, or on its pair (`reproduced`), so it holds in every part of the population; only the filters (`-top10`, `-top90`) and the
votes by a scorer (`best_of_n`, `scaled_score`) look at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from reasoning_toolkit.scoring.scorer import aggregated
from reasoning_toolkit.stats.weighted_vote import SCALINGS
from reasoning_toolkit.subthought.confidence import TRACE_SCORES, Floats, length_normalised_probability
from reasoning_toolkit.subthought.election import Cast, asked
from reasoning_toolkit.subthought.stopping.sequential import WINDOW

TEMPERATURE = 0.2  # τ of CISC for P(True): the official notebook (google-research/cisc), which says it is the paper's
POWER = 3  # of prefix consistency: the best of 1, 2, 3 in arXiv 2605.07654


def plurality(casts: Sequence[Cast]) -> Floats:
    """One draw, one vote (Wang et al. 2022, arXiv 2203.11171; Hammoud et al. 2025, arXiv 2504.20708).

    With m draws a prefix a weight of 1/m each would be the same vote: m is the same for all prefixes.
    """
    return _weights(casts, lambda cast: 1.0)


def late(casts: Sequence[Cast]) -> Floats:
    """A draw that continues more of the trace counts for more: the share of the trace that its prefix holds. Ours."""
    return _weights(casts, lambda cast: cast.position)


def cisc(casts: Sequence[Cast]) -> Floats:
    """exp(c/τ), c the length-normalised probability of the draw (CISC, Taubenfeld et al. 2025, arXiv 2502.06233).

    Deviations:
        1. The softmax's denominator is the same for all answers and is left out; the greatest weight is 1.
        2. τ = 0.2. The paper tunes τ for each model and signal on held-out problems and names no default; 0.2 is what its official
           notebook takes for P(True), a signal on the same scale.
    """
    return _weights(
        casts,
        lambda cast: length_normalised_probability(asked(cast.logprobs, "log-probabilities: Sampling(logprobs=1)")),
        _softmax,
    )


def cisc_p_true(casts: Sequence[Cast]) -> Floats:
    """As `cisc`, c the probability that the model gives to its answer being right, P(True)."""
    return _weights(casts, lambda cast: asked(cast.p_true, "P(True) of each draw"), _softmax)


def deepconf(casts: Sequence[Cast], score: str, kept: int = 100) -> Floats:
    """The trace's confidence, for the surest traces (DeepConf offline, Fu et al. 2025, arXiv 2508.15260).

    A trace is kept if its score is at least the percentile 100 - η of the scores, by linear interpolation, of the problem's traces with
    an answer. Equal scores at the threshold are all kept.

    Deviations from the release (facebookresearch/deepconf):
        1. η is the share that is kept, as in the paper. `confidence_percentile=90` is P10 in the release's main branch, P90 in `reproduce`.
        2. The weighted winner stands. With its default flags the release overwrites it by the unweighted majority.
        3. Answers vote by value; the release compares texts.
        4. A token's confidence is over exactly 20 alternatives (`confidence`).

    Args:
        casts: of one problem.
        score: a row of `TRACE_SCORES`.
        kept: η, percent of the traces that vote.
    """

    def surest(scores: Floats) -> Floats:
        return np.where(scores >= np.percentile(scores, 100 - kept), scores, 0.0)

    return _weights(casts, lambda cast: TRACE_SCORES[score](cast.confidence), surest)


def given(casts: Sequence[Cast]) -> Floats:
    """What the method weighed each draw by, while it drew: the lowest group confidence, for DeepConf online."""
    return _weights(casts, lambda cast: asked(cast.weight, "nothing: only --method deepconf gives its draws weights"))


def last_window(casts: Sequence[Cast]) -> Floats:
    """ESC (Li et al. 2024, arXiv 2401.10480): the last window of five samples alone where it is whole and unanimous, else plurality."""
    window = casts[-WINDOW:]
    if len(casts) % WINDOW or len({cast.answer for cast in window}) != 1 or window[0].answer is None:
        return plurality(casts)
    weights = np.zeros(len(casts))
    weights[-WINDOW:] = 1.0
    return weights


def reproduced(casts: Sequence[Cast]) -> Floats:
    """Prefix consistency (Iwase et al. 2026, arXiv 2605.07654): V(a) = Σ_i c_i(a)³, c_i(a) the share of pair i that answers a.

    As a weight of each draw: c_i(a)³ shared among the draws of pair i that answer a.

    Deviation from the official code: a missing answer counts in the size of its pair, so a sample whose regeneration has none has the
    weight 1/8. There a missing answer is dropped first, and with it a pair of which one is left.
    """
    sizes = Counter(cast.pair for cast in casts)
    same = Counter((cast.pair, cast.answer) for cast in casts)
    return _weights(
        casts, lambda cast: (same[cast.pair, cast.answer] / sizes[cast.pair]) ** POWER / same[cast.pair, cast.answer]
    )


def best_of_n(casts: Sequence[Cast], how: str) -> Floats:
    """The draw with the highest score elects its answer alone; of equal scores the first.

    Deviation from the official code of arXiv 2502.06217: a response without an answer is not elected.

    Args:
        casts: of one problem.
        how: a row of `scoring.AGGREGATES`, from the scores of steps to one.
    """

    def best(scores: Floats) -> Floats:
        weights = np.zeros(len(scores))
        weights[np.argmax(scores)] = 1.0
        return weights

    return _weights(casts, _score(how), best)


def scaled_score(casts: Sequence[Cast], how: str) -> Floats:
    """Weighted self-consistency: (s - min) / (max - min) over the problem's draws (official code of arXiv 2502.06217).

    Deviations:
        1. Answers vote by value; there by their text.
        2. Where all scores are equal each draw has the weight 1; there the scores are taken as they are, so a negative one repels.
        3. Draws without an answer have no part in the scale, as in all votes here.
        4. The response that stands for the winner is the best scored of its class (`judge.chosen`); there it is looked up by its score, so
           that a tie can show one of another class.
    """

    def scaled(scores: Floats) -> Floats:
        weights: Floats = SCALINGS["min-max"](scores[np.newaxis])[0]
        return weights

    return _weights(casts, _score(how), scaled)


def _score(how: str) -> Callable[[Cast], float]:
    return lambda cast: aggregated(asked(cast.scores, "scores: --scorer"), how)


def _weights(
    casts: Sequence[Cast], score: Callable[[Cast], float], scale: Callable[[Floats], Floats] | None = None
) -> Floats:
    """The scores of the casts with an answer, scaled together; 0 for the others."""
    weights = np.zeros(len(casts))
    answered = [i for i, cast in enumerate(casts) if cast.answer is not None]
    if answered:
        scores = np.array([score(casts[i]) for i in answered], dtype=np.float64)
        weights[answered] = scale(scores) if scale else scores
    return weights


def _softmax(scores: Floats) -> Floats:
    weights: Floats = SCALINGS["softmax"](scores[np.newaxis] / TEMPERATURE)[0]
    return weights
