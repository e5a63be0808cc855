"""Scores of responses, step by step: reward models, an exact checker, any function. For votes, tree search and detectors."""

from reasoning_toolkit.scoring.scorer import AGGREGATES, Scorer, aggregated, step_spans
from reasoning_toolkit.scoring.table import SCORERS, open_scorer

__all__ = ["AGGREGATES", "SCORERS", "Scorer", "aggregated", "open_scorer", "step_spans"]
