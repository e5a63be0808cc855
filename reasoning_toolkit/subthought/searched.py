"""Methods that search with a scorer: DVTS and beam search (`search`)."""

from __future__ import annotations

from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline
from reasoning_toolkit.subthought.record import Draw, Record
from reasoning_toolkit.subthought.requests import Context, equal_samples, sample_requests
from reasoning_toolkit.subthought.search import Search, beam_search, check_counts, verifier_trees
from reasoning_toolkit.subthought.together import Steps, metered


def dvts(problem: Problem, context: Context) -> Pipeline[Record]:
    """Diverse verifier tree search: n / M independent trees (`search.verifier_trees`)."""
    search, requests = _start(problem, context)
    return _recorded("dvts", problem, context, verifier_trees(requests, search))


def beam(problem: Problem, context: Context) -> Pipeline[Record]:
    """Beam search over n responses with M children a node (`search.beam_search`)."""
    search, (request, *_) = _start(problem, context)
    return _recorded("beam", problem, context, beam_search(request, context.config.n, search))


def _start(problem: Problem, context: Context) -> tuple[Search, list[Request]]:
    names = ("width", "iterations", "lookahead", "aggregate")
    settings = {name: context.setting(name) for name in names}
    check_counts(context.config.n, settings["width"], settings["iterations"])
    requests = sample_requests(problem, context, range(context.config.n // settings["width"]))
    opened = context.opened(requests[0])
    return Search(problem, context.engine, context.needed_scorer, opened, **settings), requests


def _recorded(name: str, problem: Problem, context: Context, steps: Steps[tuple[Draw, ...]]) -> Pipeline[Record]:
    draws, decoded = yield from metered(steps)
    samples = yield from equal_samples(decoded, problem, context, len(draws))
    opened = context.opened(sample_requests(problem, context, [0])[0])
    return Record(name, draws=draws, opened=opened, samples=samples)
