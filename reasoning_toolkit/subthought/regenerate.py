"""Prefix consistency: is a sample's answer found again when its last quarter is written once more?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.draft import Draft, tokenizer_of
from reasoning_toolkit.subthought.record import Draw, Piece
from reasoning_toolkit.subthought.together import Steps

KEPT_SHARE = 0.75  # τ, arXiv 2605.07654


def regenerated(requests: Sequence[Request], engine: Engine, *, kept: float = KEPT_SHARE) -> Steps[tuple[Draw, ...]]:
    """Samples, each followed by one that shares its first ⌈τ|y|⌉ tokens (Iwase et al. 2026, arXiv 2605.07654; K = 1).

    |y| counts the tokens of the whole response, thinking and answer, as the official code does by default. `weights.reproduced` makes
    the vote of the pairs. A sample without tokens, or that the engine refused, stays alone.

    Deviations from the official code:
        1. The prefix is made of the sample's own ids; there the text is encoded, cut, decoded and encoded again.
        2. The new end may use what the prefix leaves of the request's limit; there twice what was cut away, at least a tenth of the limit.

    Args:
        requests: samples of one problem.
        engine: who writes.
        kept: τ, share of the tokens that is kept.

    Returns:
        Draws; one with a `parent` continues the draw of this number, which comes right before it.

    Raises:
        UsageError: τ is not between 0 and 1; the engine takes no token ids.
    """
    if not 0 < kept < 1:
        raise UsageError(f"kept is {kept}, a share between 0 and 1 is needed")
    keys = [request.key(engine.identity) for request in requests]
    samples = yield requests
    prefixes = [_prefix(*sample, engine, kept) for sample in zip(requests, keys, samples, strict=True)]
    wanted = [_rest(prefix) for prefix in prefixes if prefix]
    endings = zip(wanted, (yield wanted) if wanted else (), strict=True)
    draws: list[Draw] = []
    for key, prefix in zip(keys, prefixes, strict=True):
        parent = len(draws)
        draws.append(Draw((Piece(key),), parent))
        if prefix:
            request, completion = next(endings)
            whole = prefix.add(request.key(engine.identity), completion, tokenizer_of(engine))
            draws.append(replace(whole.draw(place=parent + 1), parent=parent))
    return tuple(draws)


def _prefix(request: Request, key: str, sample: Completion, engine: Engine, kept: float) -> Draft | None:
    if sample.finish_reason == "error" or not sample.tokens:
        return None
    cut = math.ceil(kept * len(sample.tokens))
    return Draft(request).add(key, sample, tokenizer_of(engine), cut=cut)


def _rest(prefix: Draft) -> Request:
    sampling = prefix.base.sampling
    return prefix.request(replace(sampling, max_tokens=max(1, sampling.max_tokens - prefix.cut)))
