"""Scores of responses for votes and search: made once, written down in the run's ledger, so that a run that goes on decides as before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.scoring.scorer import Scorer, Scores
from reasoning_toolkit.subthought.reading import prefix_of
from reasoning_toolkit.subthought.record import Draw, Look, Record, joined


@dataclass(frozen=True, slots=True)
class RememberedScorer:
    """A scorer whose scores are kept in a ledger: a model's may differ in the last digits from machine to machine."""

    scorer: Scorer
    ledger: Ledger

    @property
    def identity(self) -> str:
        return self.scorer.identity

    @property
    def separator(self) -> str:
        return self.scorer.separator

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        keys = [self._key(problem, text) for problem, text in pairs]
        known = {key: self.ledger.load("score", key) for key in dict.fromkeys(keys)}
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if known[key] is None}
        if missing:
            new = dict(zip(missing, map(list, self.scorer.score(list(missing.values()))), strict=True))
            self.ledger.save("score", new)
            known |= new
        return [tuple(known[key] or ()) for key in keys]

    def _key(self, problem: Problem, text: str) -> str:
        parts = json.dumps([self.identity, self.separator, problem.id, problem.question, text], ensure_ascii=True)
        return hashlib.sha256(parts.encode()).hexdigest()[:32]


def with_scores(record: Record, problem: Problem, scorer: Scorer, look: Look) -> Record:
    """A record whose draws have the scores of their whole responses.

    Args:
        record: of the problem.
        problem: that was answered.
        scorer: of responses.
        look: the completion of a key.
    """
    scores = scorer.score([(problem, response(record, draw, look)) for draw in record.draws])
    draws = (replace(draw, scores=found) for draw, found in zip(record.draws, scores, strict=True))
    return replace(record, draws=tuple(draws))


def response(record: Record, draw: Draw, look: Look) -> str:
    """The whole text of a draw's response, with the part of the trace that it continues."""
    if not draw.pieces:
        return look(record.trace or "").text
    return prefix_of(record, draw, look) + joined(draw, look).text
