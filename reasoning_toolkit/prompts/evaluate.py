"""Scores of (candidate, problem) pairs, each made once and kept in the ledger.

A row `evaluation` is a pair's score, its outcome, what it cost and the completions it rests on. Whoever asks for a pair that has a row is
answered from it, at the cost that is written there: so a search that was killed goes the same way again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.allocation.selection import Pairs
from reasoning_toolkit.prompts.budget import Cost, Evaluate
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Asking, Reply, find_policy, most_calls
from reasoning_toolkit.prompts.render import Template, request_of
from reasoning_toolkit.prompts.scorer import Score, Scorer
from reasoning_toolkit.prompts.splits import Split, Splits, demos_of
from reasoning_toolkit.runs.drive import Counts, Pipeline, drive
from reasoning_toolkit.runs.ledger import Ledger

KIND = "evaluation"  # of the ledger's documents
_TOGETHER = 64  # rows written at once

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one reply was worth and what it cost.

    Attributes:
        score: from 0 to 1; NaN where there is none.
        outcome: of the scorer.
        answer: read from the reply.
        split: of the problem.
        calls: completions asked for.
        prompt_tokens: of all their prompts, computed or cached.
        output_tokens: generated.
        seconds: its part of the time that the pairs made together took.
        keys: of the completions.
        grader: version of the rules that scored it.
    """

    score: float
    outcome: str
    answer: str | None
    split: Split
    calls: int
    prompt_tokens: int
    output_tokens: int
    seconds: float
    keys: tuple[str, ...]
    grader: str = GRADER_VERSION

    @property
    def cost(self) -> Cost:
        """What it cost."""
        return Cost(self.calls, self.prompt_tokens, self.output_tokens, self.seconds)

    def to_json(self) -> dict[str, Any]:
        """The row."""
        return asdict(self) | {"score": None if math.isnan(self.score) else self.score}


def evaluation_from_json(body: Mapping[str, Any]) -> Evaluation:
    """What `Evaluation.to_json` gave."""
    score = math.nan if body["score"] is None else body["score"]
    return Evaluation(**{**body, "score": score, "keys": tuple(body["keys"])})


def row_name(candidate: Candidate, problem: Problem, sample: int) -> str:
    """The name of a row: a candidate's id, which sample, a problem's id."""
    return f"{candidate.id}/{sample}/{problem.id}"


class Evaluator:
    """Scores pairs with one engine, one template and one set of splits.

    Args:
        scorer_of: the scorer of a problem.
        samples: replies a pair; its score is their mean.
        most_calls: pairs that would need more calls than this are not scored.
        counts: kept up to date as completions come.
        finished: called after every evaluation, made or found.
    """

    def __init__(
        self,
        ledger: Ledger,
        engine: Engine,
        template: Template,
        splits: Splits,
        scorer_of: Callable[[Problem], Scorer],
        *,
        samples: int = 1,
        most_calls: float = math.inf,
        counts: Counts | None = None,
        notify: Callable[[Counts], None] = lambda counts: None,
        finished: Callable[[Evaluation], None] = lambda evaluation: None,
    ) -> None:
        self.ledger, self.engine, self.template, self.splits = ledger, engine, template, splits
        self.scorer_of, self.samples, self.most_calls = scorer_of, samples, most_calls
        self.counts, self.notify, self.finished = counts or Counts(), notify, finished
        self.spent = Cost()
        self._paid: set[str] = set()  # rows that this search asked for: asking again costs nothing

    def on(self, split: Split, candidates: Sequence[Candidate], items: Sequence[Problem], again: int = 0) -> Evaluate:
        """The function that `budget.race` runs pairs of positions by.

        Args:
            again: how often these pairs are to be made anew, as other samples: a repetition shows how far the engine agrees with itself.
        """
        indices = range(again * self.samples, (again + 1) * self.samples)

        def evaluate(pairs: Pairs) -> tuple[Floats, Cost]:
            asked = [(candidates[arm], items[item], index) for arm, item in pairs for index in indices]
            rows, cost = self.rows(split, asked)
            scores = np.array([row.score if row else math.nan for row in rows]).reshape(-1, self.samples)
            return scores.mean(axis=1), cost

        return evaluate

    def rows(
        self, split: Split, asked: Sequence[tuple[Candidate, Problem, int]]
    ) -> tuple[list[Evaluation | None], Cost]:
        """The evaluations in their order, None where the calls do not last, and what those cost that were not asked for before."""
        names = [row_name(*one) for one in asked]
        wanted = dict(zip(names, asked, strict=True))
        known = {name: row for name in wanted if (row := self._known(name))}
        fresh = [name for name in wanted if name not in known]
        left = self.most_calls - self.spent.calls - sum(r.calls for n, r in known.items() if n not in self._paid)
        needed = accumulate(most_calls(wanted[name][0]) for name in fresh)
        fresh = [name for name, calls in zip(fresh, needed, strict=True) if calls <= left]
        for row in known.values():
            self.finished(row)
        known |= self._made(split, {name: wanted[name] for name in fresh})
        unpaid = [row.cost for name, row in known.items() if name not in self._paid]
        cost = sum(unpaid, Cost())
        self._paid |= known.keys()
        self.spent += cost
        return [known.get(name) for name in names], cost

    def replies(
        self, asked: Sequence[tuple[Candidate, Problem, int]]
    ) -> Iterator[tuple[tuple[Candidate, Problem, int], Reply, Score]]:
        """Replies with their scores, for whoever writes new candidates; made before, so they come from the ledger."""
        wanted = {row_name(*one): one for one in asked}
        found = dict(self._drive(wanted))
        for name, one in wanted.items():
            yield one, found[name], self._score(one[1], found[name])

    def rendered(self, candidate: Candidate, problem: Problem) -> str:
        """The prompt as the model gets it, with what its chat template adds; empty where a server renders it."""
        tokenizer = self.engine.tokenizer
        asked = request_of(self.engine, candidate, problem, self.template, self._demos(candidate, problem))
        return tokenizer.decode(asked.prompt) if tokenizer else ""

    def _demos(self, candidate: Candidate, problem: Problem) -> list[Problem]:
        pool = self.splits["demos"]
        shots = candidate.shots if candidate.policy == "single" else len(pool)  # a cycle may borrow a hint
        return demos_of(problem, pool, shots, self.template.seed) if shots else []

    def _known(self, name: str) -> Evaluation | None:
        body = self.ledger.load(KIND, name)
        return evaluation_from_json(body) if body is not None and body["grader"] == GRADER_VERSION else None

    def _made(self, split: Split, asked: Mapping[str, tuple[Candidate, Problem, int]]) -> dict[str, Evaluation]:
        """New rows, written down as they come."""
        made: dict[str, Evaluation] = {}
        replies: list[tuple[str, Reply]] = []
        started = time.monotonic()
        for number, result in enumerate(self._drive(asked), 1):
            replies.append(result)
            if len(replies) < _TOGETHER and number < len(asked):
                continue
            scores = [self._score(asked[name][1], reply) for name, reply in replies]
            seconds, started = (time.monotonic() - started) / len(replies), time.monotonic()
            rows = {n: self._row(split, r, s, seconds) for (n, r), s in zip(replies, scores, strict=True)}
            self.ledger.save(KIND, {name: row.to_json() for name, row in rows.items()})
            made |= rows
            replies = []
            for row in rows.values():
                self.finished(row)
        return made

    def _drive(self, asked: Mapping[str, tuple[Candidate, Problem, int]]) -> Iterator[tuple[str, Reply]]:
        pipelines = ((name, self._pipeline(*one)) for name, one in asked.items())
        return drive(self.engine, self.ledger, pipelines, counts=self.counts, notify=self.notify)

    def _pipeline(self, candidate: Candidate, problem: Problem, index: int) -> Pipeline[Reply]:
        asking = Asking(self.engine, self.template, self._demos(candidate, problem), index)
        return find_policy(candidate.policy)(candidate, problem, asking)

    def _score(self, problem: Problem, reply: Reply) -> Score:
        if reply.error is not None:
            return Score(math.nan, "error", reply.error)
        return self.scorer_of(problem)(problem, reply.text, reply.cut_off)

    def _row(self, split: Split, reply: Reply, score: Score, seconds: float) -> Evaluation:
        found = [completion for key in reply.keys if (completion := self.ledger.get(key)) is not None]
        return Evaluation(
            score.score,
            score.outcome,
            score.answer,
            split,
            len(reply.keys),
            sum(one.usage.prefilled + one.usage.cached for one in found),
            sum(one.usage.decoded for one in found),
            seconds,
            reply.keys,
        )
