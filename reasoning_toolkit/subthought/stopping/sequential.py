"""Ending self-consistency early: rules of the literature that look at independent samples one after the other.

    esc                    a window of five samples answers alike; that answer is the vote's
    adaptive-consistency   a Beta posterior says .95 that the leading answer is the likelier of the first two
    deepconf               one answer has 95 % of the weight, after 16 samples

None bounds its error. Where none fires the (weighted) plurality of all samples is the vote's answer. Samples are counted in the order of
their numbers, whichever finished first: short answers finish first, and they are not like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.stats.ties import heaviest
from reasoning_toolkit.subthought.stopping.heuristics import beta_probability
from reasoning_toolkit.subthought.stopping.rules import Stop

WINDOW = 5  # of ESC; official code, which takes 8 for MATH
CONFIDENCE = 0.95  # of Adaptive-Consistency; official default
CONSENSUS, WARM_UP = 0.95, 16  # of DeepConf online, τ and N_init; arXiv 2508.15260


@dataclass(slots=True)
class Drawn:
    """What was drawn so far: how many, and votes and weight of each class in the order of first occurrence."""

    draws: int = 0
    votes: dict[Any, int] = field(default_factory=dict)
    weights: dict[Any, float] = field(default_factory=dict)


Check = Callable[[Drawn, Any], Any]  # what is drawn, the class of the last of it → the elected class; None to go on


class SequentialWatch:
    """Follows the samples of one problem.

    Args:
        name: a row of `SEQUENTIAL`.
        total: the most samples that may be drawn.

    Raises:
        UsageError: there is no such row, or nothing to draw.
    """

    def __init__(self, name: str, total: int) -> None:
        if name not in SEQUENTIAL:
            raise unknown("rule for samples", name, SEQUENTIAL)
        if total < 1:
            raise UsageError(f"at least one sample is needed, got {total}")
        self.name, self.total = name, total
        self.drawn = Drawn()
        self._check = SEQUENTIAL[name].check()

    def draw(self, label: Hashable | None, weight: float = 1.0) -> Stop | None:
        """Count one more sample, its class None where it has no answer; where to stop, None to go on."""
        drawn = self.drawn
        drawn.draws += 1
        if label is not None:
            drawn.votes[label] = drawn.votes.get(label, 0) + 1
            drawn.weights[label] = drawn.weights.get(label, 0.0) + weight
        elected = self._check(drawn, label)
        if elected is not None:
            return self._stop(self.name, elected)
        return self._stop("full", heaviest(drawn.weights)) if drawn.draws == self.total else None

    def _stop(self, fired: str, elected: Hashable | None) -> Stop:
        votes = self.drawn.votes
        rivals = [count for label, count in votes.items() if label != elected]
        margin = votes.get(elected, 0) - max(rivals, default=0)
        return Stop(fired, self.drawn.draws, self.total, elected, None, margin, len(votes))


def replay_samples(answers: Sequence[Hashable | None], rule: str, weights: Sequence[float] | None = None) -> Stop:
    """Run a rule over the answers of samples that are known, as the decoding would have.

    Args:
        answers: in the order of the samples, as many as may be drawn; None for a missing one.
        rule: a row of `SEQUENTIAL`.
        weights: one for each sample; 1 each without them.

    Raises:
        UsageError: there is no such row, no answers, or another number of weights.
    """
    watch = SequentialWatch(rule, len(answers))
    if weights is not None and len(weights) != len(answers):
        raise UsageError(f"expected {len(answers)} weights, one for each sample, got {len(weights)}")
    ones = [1.0] * len(answers)
    stops = (watch.draw(a, w) for a, w in zip(answers, ones if weights is None else weights, strict=True))
    return next(stop for stop in stops if stop)


def unanimous_window() -> Check:
    """ESC (Li et al. 2024, arXiv 2401.10480): stop at the first of the windows, which do not overlap, whose answers are all equal.

    The window's answer is elected, even where another has more votes. `heuristics.expected_draws` says what it costs.

    Deviation from the official code: a missing answer is equal to nothing. There it is a constant, so a window of five of them stops.
    """
    window: list[Any] = []

    def check(drawn: Drawn, label: Any) -> Any:
        window.append(label)
        if len(window) < WINDOW:
            return None
        unanimous = len(set(window)) == 1
        window.clear()
        return label if unanimous else None

    return check


def beta_posterior() -> Check:
    """Adaptive-Consistency (Aggarwal et al. 2023, arXiv 2305.11860), the Beta rule: `heuristics.beta_probability` of the first two.

    Deviation from the official code: a missing answer has no vote; there it is an answer like others.
    """

    def check(drawn: Drawn, label: Any) -> Any:
        most, second = (*sorted(drawn.votes.values(), reverse=True), 0, 0)[:2]
        return max(drawn.votes, key=lambda c: drawn.votes[c]) if beta_probability(most, second) >= CONFIDENCE else None

    return check


def weighted_consensus() -> Check:
    """DeepConf's adaptive sampling (Fu et al. 2025, arXiv 2508.15260): stop when the heaviest answer has the share τ of all weight.

    It looks after the warm-up samples, those without an answer included. A sample that was given up on the way has no answer.

    Deviation from the release: it is there. The release draws its whole budget.
    """

    def check(drawn: Drawn, label: Any) -> Any:
        leader = heaviest(drawn.weights)
        if drawn.draws < WARM_UP or leader is None:
            return None
        agreed = drawn.weights[leader] >= CONSENSUS * sum(drawn.weights.values())
        return leader if agreed else None

    return check


@dataclass(frozen=True, slots=True)
class Sequential:
    """A row of `SEQUENTIAL`.

    Attributes:
        note: what it does, in a line.
        check: makes the check of one problem, which is called after every draw.
    """

    note: str
    check: Callable[[], Check]


SEQUENTIAL: Mapping[str, Sequential] = {
    "esc": Sequential("stop when five samples in a row, counted in windows, answer alike", unanimous_window),
    "adaptive-consistency": Sequential("stop at a Beta posterior of .95", beta_posterior),
    "deepconf": Sequential("stop when one answer has 95 % of the weight, after 16 samples", weighted_consensus),
}
