"""A bridge within a search: what a library asks is scored, kept and paid like everything else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.bridges.bridge import Bridging, Graded, find_bridge
from reasoning_toolkit.prompts.bridges.desk import Desk
from reasoning_toolkit.prompts.budget import Cost
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.evaluate import Evaluator
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Value
from reasoning_toolkit.prompts.scorer import Score


def found_by(
    name: str,
    settings: Mapping[str, Value],
    evaluator: Evaluator,
    writer: Engine,
    start: Candidate,
    items: Sequence[Problem],
    seed: int,
    limit: Cost,
) -> list[Candidate]:
    """What a library finds for the calls of a limit; the evaluator is charged for all that it asked.

    Args:
        name: a row of `BRIDGES`.
        evaluator: scores candidates on problems of the search.
        writer: the engine of the model that writes prompts.
        start: the candidate to begin from.
        items: problems of the search, in their order.

    Raises:
        MissingPackage: the library is not installed.
        UsageError: an unknown name or setting.
    """
    row, chosen = find_bridge(name, settings)
    desk = Desk(evaluator.ledger, seed, evaluator.counts, limit.calls)
    most = limit.calls + evaluator.spent.calls
    bridging = Bridging(
        Proposing(writer, evaluator.template, seed, chosen),
        evaluator.engine,
        start,
        items,
        lambda candidate, problems: _graded(evaluator, candidate, problems, most - len(desk.used)),
        lambda problem, text: evaluator.scorer_of(problem)(problem, text, False),
        desk,
    )
    found = row.find(bridging)
    tokens = (sum(use.prefilled + use.cached for use in desk.used), sum(use.decoded for use in desk.used))
    evaluator.spent += Cost(len(desk.used), *tokens)
    return found


def _graded(evaluator: Evaluator, candidate: Candidate, problems: Sequence[Problem], most: float) -> list[Graded]:
    """Replies with scores; what the budget of calls does not pay for has none."""
    asked = [(candidate, problem, 0) for problem in problems] if evaluator.spent.calls < most else []
    rows, _ = evaluator.rows("dev", asked)
    paid = [one for one, row in zip(asked, rows, strict=True) if row is not None]
    known = {problem.id: (problem, reply, score) for (_, problem, _), reply, score in evaluator.replies(paid)}
    nothing = (Reply("", (), error="the budget is spent"), Score(math.nan, "error"))
    return [known.get(problem.id, (problem, *nothing)) for problem in problems]
