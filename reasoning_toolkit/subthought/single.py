"""Methods that answer with one trace of which the thinking is ended, or made to go on, by a rule; beside it the free trace."""

from __future__ import annotations

from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline
from reasoning_toolkit.subthought import exit_rules
from reasoning_toolkit.subthought.exit_rules import Exit
from reasoning_toolkit.subthought.exits import exit_early
from reasoning_toolkit.subthought.forcing import budget_forced
from reasoning_toolkit.subthought.record import Draw, Record
from reasoning_toolkit.subthought.requests import Context, trace_request
from reasoning_toolkit.subthought.together import Steps


def deer(problem: Problem, context: Context) -> Pipeline[Record]:
    """Exit when a trial answer is confident (arXiv 2504.15895; `exit_rules.deer`)."""
    rule = exit_rules.deer(
        threshold=context.setting("threshold"),
        checks=context.setting("checks"),
        thinking=context.setting("thinking"),
        geometric=context.setting("mean") == "geometric",
        marker=context.setting("marker"),
        plain=context.setting("stub") == "box",
    )
    return _exiting("deer", problem, context, rule)


def dynasor(problem: Problem, context: Context) -> Pipeline[Record]:
    """Exit when trial answers agree (arXiv 2412.20993; `exit_rules.dynasor`)."""
    rule = exit_rules.dynasor(context.setting("effort"), plain=context.setting("stub") == "box")
    return _exiting("dynasor", problem, context, rule)


def convergence(problem: Problem, context: Context) -> Pipeline[Record]:
    """Exit when the forced answers of sentences agree (arXiv 2506.02536; `exit_rules.convergence`)."""
    return _exiting("convergence", problem, context, exit_rules.convergence(context.setting("k")))


def budget_forcing(problem: Problem, context: Context) -> Pipeline[Record]:
    """Keep the thinking within a budget and, `ignore` times, from ending (s1, arXiv 2501.19393; `forcing.budget_forced`)."""
    request = trace_request(problem, context)
    ignore, answer_tokens = context.setting("ignore"), context.setting("answer_tokens")
    steps = budget_forced(request, context.engine, ignore=ignore, answer_tokens=answer_tokens)
    return _beside_the_trace("budget-forcing", request, steps, context)


def _exiting(name: str, problem: Problem, context: Context, rule: Exit) -> Pipeline[Record]:
    request = trace_request(problem, context)
    return _beside_the_trace(name, request, exit_early(request, context.engine, rule), context)


def _beside_the_trace(name: str, request: Request, steps: Steps[Draw], context: Context) -> Pipeline[Record]:
    draw = yield from steps
    trace = None
    if context.config.baselines:
        yield [request]
        (trace,) = context.keys([request])
    return Record(name, trace, draws=(draw,), opened=context.opened(request))
