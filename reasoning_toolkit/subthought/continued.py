"""Subthought voting: continue a trace from the end of each of its subthoughts, and vote."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from reasoning_toolkit.engines.prefix import continue_from
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline, Until
from reasoning_toolkit.subthought.ballot import Ballot
from reasoning_toolkit.subthought.cut import Cuts, cut_trace
from reasoning_toolkit.subthought.filters import find_filter
from reasoning_toolkit.subthought.forcing import answered, plain, probe
from reasoning_toolkit.subthought.reading import answer_of, read_continuation, read_whole
from reasoning_toolkit.subthought.record import Draw, Piece, Record
from reasoning_toolkit.subthought.requests import Context, samples_worth, trace_request
from reasoning_toolkit.subthought.self_check import checked
from reasoning_toolkit.subthought.together import metered, together

NAME = "subthought vote"
RESPOND = {"open": plain, "forced": answered, "probe": probe}  # rows: `methods.CHOICES`


def subthought(problem: Problem, context: Context) -> Pipeline[Record]:
    """Continue the trace from the end of each subthought and vote (Hammoud et al. 2025, arXiv 2504.20708).

    Deviations:
        1. Prefixes are token-exact; the paper's text prefixes are tokenised again.
        2. Greedy continuations of a greedy trace repeat it, so they are not generated: none for a trace that ended, one
           for a trace that was cut off.
        3. With `config.stop` the vote ends when a rule says that it is decided (`stopping`); what was not drawn costs nothing.
        4. Self-consistency gets as many generated tokens as the trace and its continuations took (`baselines`).
        5. With `config.total_budget` a continuation may only think as long as the trace might have; the paper gives each the
           whole limit, so that a continuation of a trace that was cut off thinks longer than the trace.
        6. The setting `mode` makes another population: ``forced`` closes a continuation that was cut off and lets it answer in at most
           64 tokens, ``probe`` closes every prefix at once and lets it answer in at most 32 (the cartoon of the paper's project page).
    """
    config, engine = context.config, context.engine
    if engine.tokenizer is None:
        raise UsageError(
            "subthought decoding continues from token ids, and this server takes only chat messages",
            hint="use vllm: or hf:, or name the tokenizer: --engine-arg tokenizer=NAME",
        )
    request = trace_request(problem, context)
    (trace,) = yield [request]
    (key,) = context.keys([request])
    opened = context.opened(request)
    if trace.finish_reason == "error":
        return Record(NAME, key, opened=opened)
    cuts = cut_trace(request, trace, engine.tokenizer, engine.tags, config)
    if config.temperature == 0 and config.trace_temperature == 0 and context.mode != "probe":
        draws = yield from _repeated(request, trace, cuts, context, key)
        return Record(NAME, key, cuts.spans, draws, cuts.state, opened, short_circuit=True)
    requests = _continuations(request, trace, cuts, context, key)
    place = [i * len(cuts.spans) // len(requests) for i in range(len(requests))]
    drawn: Sequence[int] = range(len(requests))
    stop = None
    if config.stop != "full":
        ballot = _ballot(problem, context, trace, cuts, len(requests), opened)
        completions = yield Until([requests[i] for i in ballot.order], ballot.enough)
        drawn, stop = ballot.drawn, ballot.stop
        draws = tuple(Draw((Piece(key),), place[i]) for i, key in enumerate(context.keys(requests)) if i in drawn)
        decoded = sum(c.usage.decoded for c in completions)
    else:
        respond = RESPOND[context.mode]
        each = [respond(r, engine, place=i) for r, i in zip(requests, place, strict=True)]
        found, decoded = yield from metered(together(each))
        draws = tuple(found)
    if context.asks_p_true:
        draws = yield from checked(draws, [requests[i] for i in drawn], engine)
        decoded += len(draws)
    compare = config.baselines and config.temperature > 0
    spent = trace.usage.decoded + decoded
    samples = (yield from samples_worth(spent, problem, context, trace.usage.decoded)) if compare else ()
    return Record(NAME, key, cuts.spans, draws, cuts.state, opened, samples, stop=stop)


def _continuations(request: Request, trace: Completion, cuts: Cuts, context: Context, key: str) -> list[Request]:
    config = context.config
    samples = 1 if config.temperature == 0 else config.n
    requests = continue_from(
        request, trace, cuts.prefixes, config.sampling, run_seed=config.seed, key=key, samples=samples
    )
    if not config.total_budget:
        return requests
    return [
        replace(r, sampling=replace(r.sampling, max_tokens=max(1, config.max_tokens - (r.cut or 0)))) for r in requests
    ]


def _repeated(
    request: Request, trace: Completion, cuts: Cuts, context: Context, key: str
) -> Generator[list[Request], Sequence[Completion], tuple[Draw, ...]]:
    """Greedy continuations of a greedy trace: all the same, and known without generating where the trace ended."""
    places = range(len(cuts.spans))
    if trace.finish_reason != "length":
        return tuple(Draw((), place) for place in places)
    config = context.config
    requests = continue_from(request, trace, cuts.prefixes[-1:], config.sampling, run_seed=config.seed, key=key)
    yield requests
    return tuple(Draw((Piece(context.keys(requests)[0]),), place) for place in places)


def _ballot(problem: Problem, context: Context, trace: Completion, cuts: Cuts, total: int, opened: bool) -> Ballot:
    """The vote of a problem's continuations; a position counts the samples of the first prefix, then those of the second, …"""
    config, tags = context.config, context.engine.tags
    keep = find_filter(config.answer_filter)
    samples = total // len(cuts.spans)

    def read(position: int, completion: Completion) -> str | None:
        end = cuts.spans[position // samples][1]
        return answer_of(read_continuation(completion, trace.text[:end], tags, cuts.state, keep))

    last = answer_of(read_whole(trace, tags, opened=opened, keep=keep))
    return Ballot(config.stop, config.alpha, (config.seed, problem.id), total, last, read)
