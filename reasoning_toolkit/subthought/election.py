"""A weighted vote: who votes, with what weight, and which class of answers has the most.

V(a) = Σ weight_i · 1[answer_i = a]; the class with the greatest V wins, of equals the one that occurs first. Answers are classes of
equal value (`grading.answer_classes`), so a vote never splits over spellings. With weights of 1 this is the winner of `vote`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from reasoning_toolkit.engines.types import TokenLogprobs
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.ties import heaviest

if TYPE_CHECKING:
    from reasoning_toolkit.subthought.confidence import Floats

T = TypeVar("T")


@dataclass(frozen=True)
class Cast:
    """A draw as a voter.

    Attributes:
        answer: number of its class of equal answers; None abstains.
        position: share of the trace that its prefix holds, 0 to 1; 1 where there are no prefixes.
        pair: number of the draws that belong together: a sample and what was regenerated from its prefix.
        logprobs: one entry a token of the draw's own, where they were asked for.
        p_true: probability that the model gives to its answer being right, where it was asked.
        weight: that the method gave it, where it gives one.
        scores: of its steps, where a scorer was asked.
    """

    answer: int | None
    position: float = 1.0
    pair: int = 0
    logprobs: Sequence[TokenLogprobs] | None = None
    p_true: float | None = None
    weight: float | None = None
    scores: tuple[float, ...] | None = None

    @cached_property
    def confidence(self) -> Floats:
        """Token confidences, computed once for all weights that need them; shape (tokens,).

        Raises:
            UsageError: there are no log-probabilities, or too few alternatives with a token.
        """
        from reasoning_toolkit.subthought.confidence import TOP_K, token_confidence  # numpy

        return token_confidence(asked(self.logprobs, f"log-probabilities: Sampling(logprobs={TOP_K})"))


class Election(NamedTuple):
    """The class that wins, None where nobody has a weight, and the weight of each class in the order of first occurrence."""

    winner: int | None
    totals: dict[int, float]


def elect(casts: Sequence[Cast], weights: Sequence[float] | Floats) -> Election:
    """Weighted plurality; totals that differ in the last digits alone are equal (`stats.ties`).

    Args:
        casts: in the order that breaks ties: of the trace, or of drawing.
        weights: one for each cast; a row of `voting.WEIGHTS` makes them.

    Raises:
        UsageError: another number of weights than casts, or one that is negative or no number.
    """
    if len(weights) != len(casts) or not all(math.isfinite(w) and w >= 0 for w in weights):
        raise UsageError(f"expected {len(casts)} weights, each finite and not negative, got {list(weights)}")
    totals: dict[int, float] = {}
    for cast, weight in zip(casts, weights, strict=True):
        if cast.answer is not None:
            totals[cast.answer] = totals.get(cast.answer, 0.0) + float(weight)
    return Election(heaviest(totals), totals)


def asked(value: T | None, what: str) -> T:
    """What a vote weighs a draw by.

    Raises:
        UsageError: the draw lacks it.
    """
    if value is None:
        raise UsageError("a draw lacks what this vote weighs it by", hint=f"ask the engine for {what}")
    return value
