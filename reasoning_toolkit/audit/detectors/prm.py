"""A process reward model as a detector: flawed where the probabilities of its steps, as one number, are low.

The model is any scorer of `scoring/` whose scores are probabilities, such as `open_scorer("prm:MODEL")`.
"""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.audit.detectors.finding import MAX_QUOTE, SOUND, Finding, judged_part, step_at
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.scorer import Scorer, aggregated, step_spans

THRESHOLD = 0.5  # as ProcessBench reads such models (arXiv 2412.06559)


def judged_by_scorer(
    problem: Problem, solution: str, scorer: Scorer, how: str = "min", threshold: float = THRESHOLD
) -> Finding:
    """A finding from the probabilities that a scorer gives to the steps behind the thinking.

    Args:
        scorer: of probabilities, 0 to 1.
        how: a row of `scoring.AGGREGATES`: min (the usual one to detect with), product, last or mean.
        threshold: flawed where the aggregate is below it.

    Returns:
        The score is 1 less the aggregate. Named is the first step below the threshold, as an index of `steps_of(judged_part(solution))`;
        none is where the scorer gives one score for several steps. Sound where nothing was scored.

    Raises:
        UsageError: no such aggregate, or a score that is no probability.
    """
    part = judged_part(solution)
    scores = scorer.score([(problem, part)])[0]
    value = aggregated(scores, how)
    wrong = next((score for score in scores if not 0 <= score <= 1), None)
    if wrong is not None:
        raise UsageError(f"{scorer.identity} gave the score {wrong:g}, a probability is needed", hint="prm:MODEL")
    if not scores or value >= threshold:
        return Finding(False, 1 - value) if scores else SOUND
    reason = f"{how} of the steps' probabilities is {value:.3f}"
    low = _first_low(scores, step_spans(part, scorer.separator), threshold)
    if low is None:
        return Finding(True, 1 - value, reason=reason)
    return Finding(True, 1 - value, step_at(part, low[0]), part[slice(*low)].strip()[:MAX_QUOTE], reason)


def _first_low(scores: Sequence[float], spans: list[tuple[int, int]], threshold: float) -> tuple[int, int] | None:
    """The span of the first step below the threshold. Of a text that was too long, the scores are those of the last steps."""
    if len(scores) == 1 < len(spans):
        return None
    pairs = zip(spans[-len(scores) :], scores, strict=False)
    return next((span for span, score in pairs if score < threshold), None)
