"""Scores of all arms on the test items of a task: by replies, or by the log-probabilities of the choices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Sampling
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.prompt_tasks import load_tasks
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.evaluate import Evaluator
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.likelihood import choice_logprobs, choice_score
from reasoning_toolkit.prompts.metrics import find_scorer, normalised
from reasoning_toolkit.prompts.policies import Asking
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.splits import Splits, demos_of, split_problems
from reasoning_toolkit.runs.ledger import Ledger

# Those that a model of 135 million parameters does not fail altogether, and that are quick, stand first.
TASKS = (
    "sentiment",
    "larger_animal",
    "word_in_context",
    "cause_and_effect",
    "rhymes",
    "antonyms",
    "implicatures",
    "sports_understanding",
    "snarks",
    "truthfulqa",
    "disambiguation_qa",
    "causal_judgment",
    "first_word_letter",
    "synonyms",
    "sum",
    "translation_en-fr",
    "movie_recommendation",
    "ruin_names",
)
TEMPLATE = Template(sampling=Sampling(temperature=0.0, max_tokens=20))  # as NegativePrompt on Flan-T5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TaskScores:
    """A task's scores on the normalised scale, shape (arms, items); `metric` of TruthfulQA is MC1 or MC2."""

    task: str
    metric: str
    scores: Floats


def score_tasks(
    ledger: Ledger, engine: Engine, arms: Arms, names: Sequence[str], folder: Path, limit: int, shots: int
) -> list[TaskScores]:
    """Scores of each task, in order; TruthfulQA gives two rows."""
    candidates = [replace(candidate, shots=shots) for candidate in arms.candidates]
    found = []
    for name in names:
        started = time.monotonic()
        splits = split_problems(load_tasks(folder, [name]))
        items = [*splits["test"], *splits["confirm"]][:limit]  # the whole test part: nothing is searched here
        if "choices" in items[0].extra:
            found += _by_choices(ledger, engine, candidates, splits, items)
        else:
            found.append(_by_replies(ledger, engine, candidates, splits, items))
        print(
            f"{name}, {shots}-shot: {len(candidates)} arms, {len(items)} items, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    return found


def _by_replies(
    ledger: Ledger, engine: Engine, candidates: Sequence[Candidate], splits: Splits, items: Sequence[Problem]
) -> TaskScores:
    evaluator = Evaluator(ledger, engine, TEMPLATE, splits, find_scorer)
    pairs = [(arm, item) for arm in range(len(candidates)) for item in range(len(items))]
    raw, _ = evaluator.on("test", candidates, items)(pairs)
    return _task(items, raw.reshape(len(candidates), len(items)), items[0].extra["metric"])


def _by_choices(
    ledger: Ledger, engine: Engine, candidates: Sequence[Candidate], splits: Splits, items: Sequence[Problem]
) -> list[TaskScores]:
    demos = {item.id: demos_of(item, splits["demos"], candidates[0].shots, TEMPLATE.seed) for item in items}
    asked = [(c, item, Asking(engine, TEMPLATE, demos[item.id])) for c in candidates for item in items]
    logprobs = choice_logprobs(ledger, asked)
    metrics = ("mc1", "mc2") if items[0].extra["metric"] == "mc1" else (items[0].extra["metric"],)
    rows = []
    for metric in metrics:
        raw = [choice_score(item, found, metric) for (_, item, _), found in zip(asked, logprobs, strict=True)]
        rows.append(_task(items, np.array(raw).reshape(len(candidates), len(items)), metric))
    return rows


def _task(items: Sequence[Problem], raw: Floats, metric: str) -> TaskScores:
    """MC2 has no chance level of its own here: 0 is no probability, 100 all of it."""
    lows = [0.0 if metric == "mc2" else item.extra["low"] for item in items]
    anchored = [[normalised(s, low, 1.0) for s, low in zip(row, lows, strict=True)] for row in raw]
    return TaskScores(items[0].extra["task"], metric, np.array(anchored))
