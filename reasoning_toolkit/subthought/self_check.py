"""P(True): the probability that a model gives to its own answer being right, asked behind the response."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request, Sampling, stable_seed
from reasoning_toolkit.subthought.draft import tokenizer_of
from reasoning_toolkit.subthought.record import Draw
from reasoning_toolkit.subthought.together import Steps

ASK = "\n\nIs the answer above (a) true or (b) false? It is ("
SAMPLING = Sampling(temperature=0.0, max_tokens=1, logprobs=20)
UNKNOWN = 0.5  # where neither letter is among the alternatives


def checked(draws: Sequence[Draw], requests: Sequence[Request], engine: Engine) -> Steps[tuple[Draw, ...]]:
    """Draws with their P(True) = p(a) / (p(a) + p(b)), one token each (Kadavath et al. 2022, arXiv 2207.05221; CISC, arXiv 2502.06233).

    Deviation: the question follows the response in the same turn, behind its own ids, so that the prefix cache serves it and a chat
    template cannot rewrite the response; CISC's wording is not known to us.

    Args:
        draws: each a plain completion.
        requests: what each of them answers, in the same order.
        engine: whose answers they are.

    Raises:
        UsageError: the engine takes no token ids.
    """
    completions = yield list(requests)
    asked = [_ask(request, completion, engine) for request, completion in zip(requests, completions, strict=True)]
    replies = yield asked
    return tuple(
        replace(draw, p_true=p_true(reply, engine), paid=(*draw.paid, request.key(engine.identity)))
        for draw, request, reply in zip(draws, asked, replies, strict=True)
    )


def p_true(reply: Completion, engine: Engine) -> float:
    """Of the two letters at the place of the answer."""
    if not reply.logprobs:
        return UNKNOWN
    (first, *_), tokenizer = reply.logprobs, tokenizer_of(engine)
    yes, no = (sum(math.exp(first.top.get(i, -math.inf)) for i in tokenizer.encode(letter)[:1]) for letter in "ab")
    return yes / (yes + no) if yes + no > 0 else UNKNOWN


def _ask(request: Request, completion: Completion, engine: Engine) -> Request:
    inserted = tokenizer_of(engine).encode(ASK)
    return replace(
        request,
        prompt=request.prompt + completion.tokens + inserted,
        sampling=SAMPLING,
        seed=stable_seed(request.seed, "p_true"),
        parent=request.key(engine.identity),
        cut=len(completion.tokens),
        inserted=inserted,
    )
