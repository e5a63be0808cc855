"""Methods whose votes are whole responses: one trace, and independent samples, all of them or until they are enough."""

from __future__ import annotations

from dataclasses import replace

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline, Until
from reasoning_toolkit.subthought.ballot import Classes
from reasoning_toolkit.subthought.filters import find_filter
from reasoning_toolkit.subthought.forcing import answered, plain
from reasoning_toolkit.subthought.online import deepconf_online
from reasoning_toolkit.subthought.reading import answer_of, read_whole
from reasoning_toolkit.subthought.record import Record, draws_of
from reasoning_toolkit.subthought.regenerate import regenerated
from reasoning_toolkit.subthought.requests import Context, equal_samples, sample_requests, trace_request
from reasoning_toolkit.subthought.self_check import checked
from reasoning_toolkit.subthought.stopping.rules import Stop
from reasoning_toolkit.subthought.stopping.sequential import SequentialWatch
from reasoning_toolkit.subthought.together import metered, together


def last(problem: Problem, context: Context) -> Pipeline[Record]:
    """The answer at the end of one trace: the baseline of the paper."""
    request = trace_request(problem, context)
    yield [request]
    return Record("last answer", trace=context.keys([request])[0], opened=context.opened(request))


def self_consistency(problem: Problem, context: Context) -> Pipeline[Record]:
    """Majority over n independent samples (Wang et al. 2022, arXiv 2203.11171).

    Deviation: in the mode ``forced`` a sample that was cut off is closed and answers in at most 64 tokens.
    """
    requests = sample_requests(problem, context, range(context.config.n))
    respond = answered if context.mode == "forced" else plain
    draws = yield from together([respond(r, context.engine, place=i) for i, r in enumerate(requests)])
    if context.asks_p_true:
        draws = list((yield from checked(draws, requests, context.engine)))
    return Record("self-consistency", draws=tuple(draws), opened=context.opened(requests[0]))


def adaptive_consistency(problem: Problem, context: Context) -> Pipeline[Record]:
    """Samples until the leading answer is likely enough (Aggarwal et al. 2023, arXiv 2305.11860; `stopping.sequential`)."""
    return _until("adaptive-consistency", problem, context)


def esc(problem: Problem, context: Context) -> Pipeline[Record]:
    """Samples until a window of them agrees (Li et al. 2024, arXiv 2401.10480; `stopping.sequential`)."""
    return _until("esc", problem, context)


def deepconf(problem: Problem, context: Context) -> Pipeline[Record]:
    """Samples that are given up where the model is unsure, until one answer has the weight (arXiv 2508.15260; `online`)."""
    config, tags = context.config, context.engine.tags
    requests = sample_requests(problem, context, range(config.n))
    opened, keep = context.opened(requests[0]), find_filter(config.answer_filter)

    def read(completion: Completion) -> str | None:
        return answer_of(read_whole(completion, tags, opened=opened, keep=keep))

    steps = deepconf_online(
        requests, context.engine, read, kept=context.setting("kept"), window=context.setting("window")
    )
    found, decoded = yield from metered(steps)
    draws = tuple(replace(draw, weight=weight) for draw, weight in zip(found.draws, found.weights, strict=True))
    samples = yield from equal_samples(decoded, problem, context, len(draws))
    return Record("deepconf", draws=draws, opened=opened, samples=samples, stop=found.stop)


def prefix_consistency(problem: Problem, context: Context) -> Pipeline[Record]:
    """Samples, each with one that shares its first three quarters; what is found again weighs more (arXiv 2605.07654; `regenerate`)."""
    requests = sample_requests(problem, context, range(context.config.n))
    steps = regenerated(requests, context.engine, kept=context.setting("kept"))
    draws, decoded = yield from metered(steps)
    samples = yield from equal_samples(decoded, problem, context, len(draws))
    return Record("prefix-consistency", draws=draws, opened=context.opened(requests[0]), samples=samples)


def _until(rule: str, problem: Problem, context: Context) -> Pipeline[Record]:
    """Up to n samples, counted in the order of their numbers, until the rule says that they are enough."""
    config, tags = context.config, context.engine.tags
    requests = sample_requests(problem, context, range(config.n))
    opened, keep = context.opened(requests[0]), find_filter(config.answer_filter)
    watch, classes = SequentialWatch(rule, config.n), Classes()
    stops: list[Stop] = []

    def enough(completion: Completion) -> bool:
        stop = watch.draw(classes.number(answer_of(read_whole(completion, tags, opened=opened, keep=keep))))
        stops.extend([stop] if stop else [])
        return stop is not None

    yield Until(requests, enough)
    (stop,) = stops  # the last sample stops it at the latest
    keys = context.keys(requests)[: stop.draws]
    return Record(rule, draws=draws_of(keys), opened=opened, stop=stop.named(classes.name))
