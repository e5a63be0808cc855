"""Answers that are forced: the thinking is closed for the model, an answer is begun for it, and it fills in the rest.

`force_close` makes a response that was cut off answer; `probe` asks in the middle of a trace; `budget_forced` bounds the thinking from
above and from below (s1). The words put there are part of the method: a population of forced answers is another than one of free answers.
"""

from __future__ import annotations

import re
from dataclasses import replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.subthought.draft import Draft, tokenizer_of, tokens_before, whole_text
from reasoning_toolkit.subthought.record import Draw, Piece
from reasoning_toolkit.subthought.together import Steps

# The instruction of a decode asks for a box, so a box is all that is begun. The sentences of the literature ("**Final Answer**", "I
# suddenly got the answer") are words that a model may never have seen behind its thinking: the packaged one answers nonsense to them.
ANSWER_STUB = "\n\n\\boxed{"
FINAL_ANSWER = "\n\nFinal Answer:"  # s1's
FORCED_TOKENS, PROBE_TOKENS = 64, 32
_BRACE = re.compile(r"\\[{}\\]|[{}]")


def force_close(
    draft: Draft,
    engine: Engine,
    *,
    place: int = 0,
    stub: str = ANSWER_STUB,
    limit: int = FORCED_TOKENS,
    paid: tuple[str, ...] = (),
) -> Steps[Draw]:
    """Make a response that was cut off answer: close its thinking, begin the answer, decode greedily.

    The closing tag follows on a line of its own. Where no thinking is open (a model without tags, a response cut off in its answer), only
    the stub is put there. What the model writes behind the closed box is cut away. A response that fills the model's context has no room
    for an answer and stays cut off.

    Args:
        draft: the response so far, or a prefix alone.
        engine: who goes on.
        place: of the draw.
        stub: how the answer begins.
        limit: tokens of the forced answer.
        paid: keys that the response cost and does not hold.

    Raises:
        UsageError: the engine takes no token ids.
    """
    closed = close(draft, engine, stub)
    request = closed.request(Sampling(temperature=0.0, max_tokens=limit))
    (completion,) = yield [request]
    if draft.is_full(completion):
        return draft.draw(place=place, paid=paid)
    forced = take_answer(closed, request.key(engine.identity), completion, engine, stub)
    return forced.draw(place=place, paid=paid, forced=True)


def probe(request: Request, engine: Engine, *, place: int = 0) -> Steps[Draw]:
    """The answer that a prefix would give: what `request` would continue is closed instead, and answers in at most 32 tokens.

    Args:
        request: continues a trace from a cut (`engines.continue_from`).
        engine: who answers.
        place: of the draw.

    Raises:
        UsageError: the engine takes no token ids.
    """
    return (yield from force_close(Draft(request), engine, place=place, limit=PROBE_TOKENS))


def plain(request: Request, engine: Engine, *, place: int = 0) -> Steps[Draw]:
    """A response as it comes."""
    yield [request]
    return Draw((Piece(request.key(engine.identity)),), place)


def answered(request: Request, engine: Engine, *, place: int = 0) -> Steps[Draw]:
    """A response that answers: one that was cut off is closed and forced to.

    Args:
        request: of the response, or of a continuation.
        engine: who answers.
        place: of the draw.

    Raises:
        UsageError: the engine takes no token ids.
    """
    (completion,) = yield [request]
    draft = Draft(request).add(request.key(engine.identity), completion, tokenizer_of(engine))
    if completion.finish_reason != "length":
        return draft.draw(place=place)
    return (yield from force_close(draft, engine, place=place))


def budget_forced(request: Request, engine: Engine, *, ignore: int = 0, answer_tokens: int = 100) -> Steps[Draw]:
    """Budget forcing (Muennighoff et al. 2025, arXiv 2501.19393, section 3.1; the official harness).

    Max: thinking that reaches its budget is closed and answers behind "Final Answer:". Min: thinking that ends sooner loses its end and
    goes on behind "Wait", `ignore` times, within the same budget. The budget leaves `answer_tokens` of the request's limit (the
    harness' "auto").

    Deviations:
        1. The end of the thinking is found by its text, which works for tags of several tokens as well; its ids are dropped exactly.
        2. The forced answer is greedy and has at most 64 tokens. An answer behind thinking that ended by itself is drawn as the rest is.
        3. A model without tags ends its thinking with its response; "Wait" then goes behind that.

    Raises:
        UsageError: the engine takes no token ids.
    """
    tokenizer, tags = tokenizer_of(engine), engine.tags
    budget = max(1, request.sampling.max_tokens - answer_tokens)
    stop = (tags.closing,) if tags else ()
    draft = Draft(request)
    while draft.written < budget:
        wanted = draft.request(replace(request.sampling, max_tokens=budget - draft.written, stop=stop))
        (completion,) = yield [wanted]
        key, text = wanted.key(engine.identity), whole_text(completion, tokenizer)
        end = text.find(tags.closing) if tags else -1
        if completion.finish_reason == "error":
            return draft.add(key, completion, tokenizer).draw()
        if end < 0 and completion.finish_reason == "length":
            draft = draft.add(key, completion, tokenizer)
            break
        if not ignore:
            draft = draft.add(key, completion, tokenizer)
            return (yield from finish(draft, engine)).draw() if end >= 0 else draft.draw()
        cut = None if end < 0 else tokens_before(completion, end, tokenizer)
        draft = draft.add(key, completion, tokenizer, cut=cut).insert("Wait", tokenizer)
        ignore -= 1
    return (yield from force_close(draft, engine, stub=FINAL_ANSWER))


def close(draft: Draft, engine: Engine, stub: str) -> Draft:
    """Close the thinking, where it is open, and begin the answer."""
    tokenizer = tokenizer_of(engine)
    if draft.is_thinking(engine) and engine.tags:
        line = "" if draft.ends_line(engine) else "\n"
        draft = draft.insert(line + engine.tags.closing + engine.tags.answering, tokenizer)
    return draft.insert(stub, tokenizer)


def finish(draft: Draft, engine: Engine) -> Steps[Draft]:
    """Let the model write on to its end, within the limit of the response."""
    if draft.left < 1:
        return draft
    request = draft.request(replace(draft.base.sampling, max_tokens=draft.left))
    (completion,) = yield [request]
    return draft.add(request.key(engine.identity), completion, tokenizer_of(engine))


def take_answer(draft: Draft, key: str, completion: Completion, engine: Engine, stub: str) -> Draft:
    """Take a forced answer up to the end of the box that `stub` begins."""
    return draft.add(key, completion, tokenizer_of(engine), end=box_end(stub, completion.text))


def box_end(stub: str, text: str) -> int | None:
    """Where the box that `stub` begins ends in the text behind it; None where it begins none, or the box stays open."""
    start = stub.rfind("\\boxed")
    if start < 0:
        return None
    depth = 0
    for brace in _BRACE.finditer(stub + text, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth <= 0 and brace[0] == "}":
            return max(0, brace.end() - len(stub))
    return None
