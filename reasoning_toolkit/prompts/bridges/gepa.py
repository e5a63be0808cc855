"""GEPA by its own library: `gepa.optimize` with the toolkit's evaluator, engine and ledger.

Agrawal et al. 2025 (arXiv 2507.19457); package gepa 0.1.4, MIT. Its default evaluator takes "7" for right inside "17"; here every reply is
scored by the scorer of its problem. Its budget is soft: a round that was begun is ended.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.lazy import require
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.bridges.bridge import Bridging, Graded
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.showing import clipped, expected

log = logging.getLogger(__name__)
_COMPONENT = "system_prompt"


def find(bridging: Bridging) -> list[Candidate]:
    """The prompts of gepa's pool, best first.

    Raises:
        MissingPackage: gepa is not installed.
    """
    gepa = require("gepa", "gepa")
    validation, train = _split(bridging)
    calls, batch = bridging.number("calls"), bridging.number("minibatch")
    if warning := floor_warning(calls, len(validation), batch):
        log.warning(warning)
    result = gepa.optimize(
        seed_candidate={_COMPONENT: bridging.text},
        trainset=train,
        valset=validation,
        adapter=_Adapter(bridging, require("gepa", "gepa", "gepa.core.adapter").EvaluationBatch),
        reflection_lm=lambda said: bridging.write([{"role": "user", "content": said}]),
        reflection_minibatch_size=batch,
        max_metric_calls=calls,
        logger=_Quiet(),
        seed=bridging.proposing.seed,
    )
    scores = result.val_aggregate_scores
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return bridging.candidates(((result.candidates[i][_COMPONENT], None) for i in order), "gepa")


def floor_warning(calls: int, validation: int, batch: int) -> str | None:
    """What is wrong with a budget of metric calls below the start and three accepted rounds (gepa issues 375, 376); None if nothing is.

    Args:
        validation: items on which the start, and every prompt that is accepted, is judged.
        batch: items of a round, on which old and new prompt are compared.
    """
    floor = validation + 3 * (2 * batch + validation)
    if calls >= floor:
        return None
    rounds = max(0, (calls - validation) // (2 * batch + validation))
    return f"{calls} metric calls pay for {rounds} accepted prompts only; {floor} would pay for three: raise `calls` or lower `validation`"


class _Adapter:
    """What gepa calls: a prompt on a batch of problems, and what its reflection is shown of that."""

    propose_new_texts = None

    def __init__(self, bridging: Bridging, batch: Any) -> None:
        self.bridging, self.batch = bridging, batch

    def evaluate(self, batch: list[Problem], candidate: Mapping[str, str], capture_traces: bool = False) -> Any:
        graded = self.bridging.evaluate(self.bridging.with_text(candidate[_COMPONENT]), batch)
        scores = [0.0 if score.score != score.score else score.score for _, _, score in graded]
        return self.batch([reply.text for _, reply, _ in graded], scores, graded if capture_traces else None)

    def make_reflective_dataset(
        self, candidate: Mapping[str, str], eval_batch: Any, components_to_update: Sequence[str]
    ) -> dict[str, list[dict[str, str]]]:
        return {
            component: [_shown(example) for example in eval_batch.trajectories] for component in components_to_update
        }


class _Quiet:
    """Where gepa's own messages go: into the log of the run."""

    def log(self, message: str) -> None:
        log.info(message)


def _shown(example: Graded) -> dict[str, str]:
    problem, reply, score = example
    gold = expected(problem)
    feedback = [
        score.outcome.replace("_", " "),
        score.feedback or "",
        f"The expected output is: {gold}" if gold else "",
    ]
    return {
        "Inputs": clipped(problem.question),
        "Generated Outputs": clipped(reply.text),
        "Feedback": clipped(". ".join(filter(None, feedback))),
    }


def _split(bridging: Bridging) -> tuple[list[Problem], list[Problem]]:
    """Problems to judge on and problems to reflect on; the same where there are few."""
    seen, size = list(bridging.problems[: bridging.number("train")]), bridging.number("validation")
    return (seen[:size], seen[size:]) if len(seen) > size else (seen, seen)
