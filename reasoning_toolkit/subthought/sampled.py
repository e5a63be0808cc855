"""Methods whose votes are whole responses: one trace, and independent samples, all of them or until they are enough."""

from __future__ import annotations

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline
from reasoning_toolkit.subthought.record import Record, draws_of
from reasoning_toolkit.subthought.requests import Context, sample_requests, trace_request


def last(problem: Problem, context: Context) -> Pipeline[Record]:
    """The answer at the end of one trace: the baseline of the paper."""
    request = trace_request(problem, context)
    yield [request]
    return Record("last answer", trace=context.keys([request])[0], opened=context.opened(request))


def self_consistency(problem: Problem, context: Context) -> Pipeline[Record]:
    """Majority over n independent samples (Wang et al. 2022, arXiv 2203.11171)."""
    requests = sample_requests(problem, context, range(context.config.n))
    yield requests
    return Record("self-consistency", draws=draws_of(context.keys(requests)), opened=context.opened(requests[0]))
