"""One trace with early exits: the thinking is held now and then, a trial answer is asked for, and it ends when a rule is settled.

The rules (DEER, Dynasor-CoT, answer convergence) are in `exit_rules.py`.
"""

from __future__ import annotations

import math
from dataclasses import replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.grading import extract_answer
from reasoning_toolkit.subthought.draft import Draft, tokenizer_of, tokens_before, whole_text
from reasoning_toolkit.subthought.exit_rules import Exit, Trial
from reasoning_toolkit.subthought.forcing import box_end, close, finish, force_close
from reasoning_toolkit.subthought.record import Draw
from reasoning_toolkit.subthought.together import Steps


def exit_early(request: Request, engine: Engine, rule: Exit, *, place: int = 0) -> Steps[Draw]:
    """Answer a request with trials on the way, and exit when the rule is settled.

    The response is drawn piece by piece with the request's sampling; trial answers are greedy requests beside it, their keys are in
    `Draw.paid`. A response that exits, or whose thinking reaches its share of the limit, is `forced`; behind thinking that ends by itself
    the model answers as ever. Where no thinking is marked, trials go on to the end of the response.

    Raises:
        UsageError: the engine takes no token ids.
        EngineError: the rule needs log-probabilities and the engine gives none.
    """
    tokenizer, closing = tokenizer_of(engine), engine.tags.closing if engine.tags else None
    draft, trials, paid = Draft(request), list[Trial](), tuple[str, ...]()
    budget = max(1, int(rule.thinking * request.sampling.max_tokens))
    while draft.written < budget:
        watched = rule.checks is None or len(trials) < rule.checks
        wanted = draft.request(_piece_sampling(request.sampling, rule, closing, budget - draft.written, watched))
        (completion,) = yield [wanted]
        if draft.is_full(completion):
            return draft.draw(place=place, paid=paid)
        key, text = wanted.key(engine.identity), whole_text(completion, tokenizer)
        held, draft = draft, draft.add(key, completion, tokenizer)
        pause = _pause(text, completion, rule) if watched else None
        if closing and closing in text[:pause]:
            return (yield from finish(draft, engine)).draw(place=place, paid=paid)
        if completion.finish_reason != "length" and pause is None:
            return draft.draw(place=place, paid=paid)
        if pause is None:
            break
        held = held.add(key, completion, tokenizer, cut=tokens_before(completion, pause, tokenizer))
        tried = _trial_request(held, rule, engine)
        (trial,) = yield [tried]
        trials.append(_read(trial, rule, engine))
        if rule.settled(trials):
            return (yield from _leave(held, tried.key(engine.identity), trial, rule, engine)).draw(
                place=place, paid=(*paid, tried.key(engine.identity)) if rule.concludes else paid, forced=True
            )
        paid += (tried.key(engine.identity),)
    if rule.concludes:
        return (yield from finish(close(draft, engine, "\n\n"), engine)).draw(place=place, paid=paid, forced=True)
    return (yield from force_close(draft, engine, place=place, paid=paid))


def _piece_sampling(sampling: Sampling, rule: Exit, closing: str | None, left: int, watched: bool) -> Sampling:
    """Up to the next pause, the end of the thinking, or its budget."""
    stop = (*(rule.pauses if watched else ()), *((closing,) if closing else ()))
    return replace(sampling, stop=stop, max_tokens=min(left, rule.every) if rule.every and watched else left)


def _pause(text: str, completion: Completion, rule: Exit) -> int | None:
    """Where the thinking is held for a trial: characters of the piece that are tried."""
    if rule.every:
        return len(text) if completion.finish_reason == "length" else None
    found = [(text.find(pause), len(pause)) for pause in rule.pauses if pause in text]
    start, length = min(found, default=(None, 0))
    return start if start is None else start + length * rule.behind


def _trial_request(held: Draft, rule: Exit, engine: Engine) -> Request:
    asked = close(held, engine, rule.stub) if rule.closes else held.insert(rule.stub, tokenizer_of(engine))
    return asked.request(Sampling(temperature=0.0, max_tokens=rule.tokens, logprobs=1 if rule.logprobs else None))


def _read(completion: Completion, rule: Exit, engine: Engine) -> Trial:
    end = box_end(rule.stub, completion.text)
    answer = None if end is None else extract_answer(_box(rule) + completion.text[:end])
    closed = engine.tags is None or engine.tags.closing in completion.text
    if not rule.logprobs or completion.finish_reason == "error":
        return Trial(answer, completion.text, closed)
    if completion.logprobs is None:
        raise EngineError("the rule needs log-probabilities, and the engine gave none", hint="use vllm: or hf:")
    starts = tokenizer_of(engine).token_starts(completion.tokens)
    counted = len(starts) if end is None else sum(start < end for start in starts)
    return Trial(answer, completion.text, closed, tuple(math.exp(p.chosen) for p in completion.logprobs[:counted]))


def _leave(held: Draft, key: str, trial: Completion, rule: Exit, engine: Engine) -> Steps[Draft]:
    """End the thinking where it is held: with a conclusion of the model's own, or with the trial's answer."""
    if rule.concludes:
        return (yield from finish(close(held, engine, "\n\n"), engine))
    answer = close(held, engine, "\n\n" + _box(rule))
    return answer.add(key, trial, tokenizer_of(engine), end=box_end(rule.stub, trial.text))


def _box(rule: Exit) -> str:
    return rule.stub[rule.stub.rindex("\\boxed") :]
