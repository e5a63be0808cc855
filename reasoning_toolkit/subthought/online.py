"""DeepConf online: samples that are given up while they are written, as soon as the model is less sure than it was at its best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.runs.drive import AHEAD
from reasoning_toolkit.subthought.ballot import Classes
from reasoning_toolkit.subthought.confidence import TOP_K, WINDOW, Floats, group_confidence, token_confidence
from reasoning_toolkit.subthought.draft import Draft, tokenizer_of
from reasoning_toolkit.subthought.election import asked
from reasoning_toolkit.subthought.record import Draw
from reasoning_toolkit.subthought.stopping.rules import Stop
from reasoning_toolkit.subthought.stopping.sequential import WARM_UP, SequentialWatch
from reasoning_toolkit.subthought.together import Steps, together

KEPT = 10  # η, percent of the warm-up samples that reach the threshold: DeepConf-low; 90 is DeepConf-high
PIECES_A_WINDOW = 4  # how often a sample is looked at: what is written behind the token that gives it up is lost


@dataclass(frozen=True, slots=True)
class Online:
    """The samples of a problem.

    Attributes:
        draws: in the order of the requests; one that was given up, or is not sure enough, has no vote.
        weights: lowest group confidence of each draw that votes; 0 for the others.
        threshold: what a group must reach.
        stop: where the vote ended, and the answer that has the most weight.
    """

    draws: tuple[Draw, ...]
    weights: tuple[float, ...]
    threshold: float
    stop: Stop


@dataclass(frozen=True, slots=True)
class _Sample:
    draft: Draft
    score: float  # lowest group
    given_up: bool = False


def deepconf_online(
    requests: Sequence[Request],
    engine: Engine,
    read: Callable[[Completion], str | None],
    *,
    kept: float = KEPT,
    window: int = WINDOW,
) -> Steps[Online]:
    """DeepConf online (Fu et al. 2025, arXiv 2508.15260, algorithm 2; release facebookresearch/deepconf).

    The first 16 samples are whole. The threshold is the percentile 100 - η of their lowest group confidences. Each later sample is given up
    at the first token whose full window of tokens is below it. Samples that reach it throughout vote with their lowest group as weight,
    those of the warm-up too. Sampling ends when one answer has 95 % of the weight (`stopping.sequential.weighted_consensus`).

    A sample shorter than the window is one group, the whole of it. It is never given up while it is written, and votes if its mean reaches
    the threshold; both as in the release.

    Deviations from the release:
        1. Later samples are written in pieces: one window, then quarters of a window. A sample counts as given up at the token where it
           should have been; the rest of its piece is paid, reported, and no part of it.
        2. The weighted vote ends sampling, as in the paper; the release draws its budget. Eight samples are written at a time and counted
           in the order of their numbers; those behind the one that ended it are paid and do not vote.
        3. η is the share that is kept, as in the paper; `confidence_percentile` of the release is 100 - η or η, by branch.
        4. A sample that the engine refuses has no part in the threshold.

    Args:
        requests: samples of one problem, at most as many as may be drawn.
        engine: who writes them; it must give the log-probabilities of 20 alternatives.
        read: the answer of a response, None where it has none.
        kept: η, in percent.
        window: tokens of a group.

    Raises:
        UsageError: no request, η outside 0 to 100, a window below 1; the engine takes no token ids or gives no log-probabilities.
    """
    if not requests or not 0 <= kept <= 100 or window < 1:
        raise UsageError(
            f"expected samples, kept from 0 to 100 and a window of at least 1, got {len(requests)} samples, "
            f"kept {kept} and a window of {window}"
        )
    first = yield from together([_whole(request, engine, window) for request in requests[:WARM_UP]])
    scores = [sample.score for sample in first if sample.draft.finish_reason != "error"]
    threshold = float(np.percentile(scores, 100 - kept)) if scores else 0.0
    vote = _Vote(len(requests), threshold, read)
    for sample in first:
        vote.count(sample)
    for start in range(WARM_UP, len(requests), AHEAD):
        if vote.stop:
            break
        wave = requests[start : start + AHEAD]
        for sample in (yield from together([_watched(r, engine, threshold, window) for r in wave])):
            vote.count(sample)
    assert vote.stop is not None  # the last request ends it
    return Online(tuple(vote.draws), tuple(vote.weights), threshold, vote.stop)


class _Vote:
    """Counts samples in their order; behind the one that ends the vote they are kept without a vote."""

    def __init__(self, total: int, threshold: float, read: Callable[[Completion], str | None]) -> None:
        self.threshold, self.read = threshold, read
        self.draws: list[Draw] = []
        self.weights: list[float] = []
        self.stop: Stop | None = None
        self._watch, self._classes = SequentialWatch("deepconf", total), Classes()

    def count(self, sample: _Sample) -> None:
        failed = sample.given_up or sample.draft.finish_reason == "error"
        votes = not failed and sample.score >= self.threshold and self.stop is None
        self.draws.append(sample.draft.draw(place=len(self.draws), votes=votes))
        self.weights.append(sample.score if votes else 0.0)
        if self.stop is None:
            label = self._classes.number(self.read(sample.draft.completion())) if votes else None
            stop = self._watch.draw(label, sample.score)
            self.stop = replace(stop, answer=self._classes.name(stop.answer)) if stop else None


def _whole(request: Request, engine: Engine, window: int) -> Steps[_Sample]:
    wanted = replace(request, sampling=replace(request.sampling, logprobs=TOP_K))
    (completion,) = yield [wanted]
    draft = Draft(request).add(wanted.key(engine.identity), completion, tokenizer_of(engine))
    return _Sample(draft, _lowest(_confidence(completion), window))


def _watched(request: Request, engine: Engine, threshold: float, window: int) -> Steps[_Sample]:
    """A sample, piece by piece, until it ends or a full window is below the threshold."""
    draft, confidence = Draft(request), np.empty(0)
    size = window
    while True:
        wanted = draft.request(replace(request.sampling, logprobs=TOP_K, max_tokens=min(size, draft.left)))
        (completion,) = yield [wanted]
        if draft.is_full(completion):
            return _Sample(draft, _lowest(confidence, window))
        known, confidence = confidence.size, np.concatenate([confidence, _confidence(completion)])
        end = _first_low(confidence, threshold, window)
        cut = None if end is None else end - known
        draft = draft.add(wanted.key(engine.identity), completion, tokenizer_of(engine), cut=cut)
        if end is not None:
            return _Sample(draft, 0.0, given_up=True)
        if completion.finish_reason != "length" or draft.left < 1:
            return _Sample(draft, _lowest(confidence, window))
        size = max(1, window // PIECES_A_WINDOW)


def _confidence(completion: Completion) -> Floats:
    if completion.finish_reason == "error":
        return np.empty(0)
    return token_confidence(asked(completion.logprobs, f"log-probabilities: Sampling(logprobs={TOP_K})"))


def _first_low(confidence: Floats, threshold: float, window: int) -> int | None:
    """How many tokens are written when a full window is first below the threshold."""
    if confidence.size < window:
        return None
    low = np.flatnonzero(group_confidence(confidence, window) < threshold)
    return int(low[0]) + window if low.size else None


def _lowest(confidence: Floats, window: int) -> float:
    return float(group_confidence(confidence, window).min()) if confidence.size else 0.0
