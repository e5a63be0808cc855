"""What the scores say: the family against no sentence and against neutral ones, and the best of its members, corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.negative_prompt.scores import TaskScores
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.families.snippets import NEUTRAL, matched_neutral
from reasoning_toolkit.stats.max_t import max_t
from reasoning_toolkit.stats.paired import PairedComparison, holm
from reasoning_toolkit.stats.paired_scores import compare_scores
from reasoning_toolkit.stats.shrinkage import shrink
from reasoning_toolkit.stats.winners_curse import bbc

Floats = NDArray[np.float64]


def summary(tasks: Sequence[TaskScores], arms: Arms, family: str) -> dict[str, Any]:
    """A dictionary for the result: tasks, comparisons over all items, the best member, cells against the matched neutral sentence.

    MC2 is another reading of the answers that MC1 scores, so it is shown and not counted a second time.
    """
    counted = [task for task in tasks if task.metric != "mc2"]
    scores = np.concatenate([task.scores for task in counted], axis=1) / 100
    groups = groups_of(arms)
    comparisons = holm(
        [
            _compared("no sentence", scores[[arms.baseline]], family, scores[groups["family"]]),
            _compared("neutral sentences", scores[groups["neutral"]], family, scores[groups["family"]]),
            _compared("no sentence", scores[[arms.baseline]], "neutral sentences", scores[groups["neutral"]]),
        ]
    )
    return {
        "items": scores.shape[1],
        "arms": len(scores),
        "tasks": [_task(task, arms, groups) for task in tasks],
        "arm_scores": {c.name: 100 * float(row.mean()) for c, row in zip(arms.candidates, scores, strict=True)},
        "comparisons": [asdict(row) | {"sentence": row.sentence} for row in comparisons],
        "best": _best(scores, arms, groups),
        "cells_against_neutral": _cells(counted, groups),
    }


def groups_of(arms: Arms) -> dict[str, list[int]]:
    """Positions of the stimuli, and of the neutral sentence matched to each of them."""
    names = [candidate.name for candidate in arms.candidates]
    neutral = {snippet.name for snippet in NEUTRAL}
    family = [i for i, name in enumerate(names) if name not in neutral and i != arms.baseline]
    matched = [names.index(matched_neutral(arms.candidates[i].slot("stimulus")).name) for i in family]
    return {"family": family, "neutral": matched}


def _compared(name_a: str, a: Floats, name_b: str, b: Floats) -> PairedComparison:
    """Means over the arms of each side, item by item."""
    return compare_scores(
        name_a, a.mean(axis=0)[:, np.newaxis].tolist(), name_b, b.mean(axis=0)[:, np.newaxis].tolist()
    )


def _task(task: TaskScores, arms: Arms, groups: dict[str, list[int]]) -> dict[str, Any]:
    means = task.scores.mean(axis=1)
    family = means[groups["family"]]
    return {
        "task": task.task if task.metric not in ("mc1", "mc2") else f"{task.task} {task.metric.upper()}",
        "metric": task.metric,
        "items": task.scores.shape[1],
        "none": float(means[arms.baseline]),
        "neutral": float(means[groups["neutral"]].mean()),
        "family": float(family.mean()),
        "worst": float(family.min()),
        "best": float(family.max()),
    }


def _best(scores: Floats, arms: Arms, groups: dict[str, list[int]]) -> dict[str, Any]:
    """The best member against no sentence: naive, shrunk, out of the bag, and its p-value adjusted for all members."""
    members = scores[groups["family"]]
    place, base = int(members.mean(axis=1).argmax()), scores[arms.baseline]
    name = arms.candidates[groups["family"][place]].name
    gains = {
        "naive": float(members[place].mean() - base.mean()),
        "shrunk": float(shrink(members).scores[place] - base.mean()),
        "out of the bag": float(bbc(members) - base.mean()),
    }
    p_value = float(max_t(members, base)[place])
    said = ", ".join(f"{kind} {100 * gain:+.1f}" for kind, gain in gains.items())
    sentence = f"best of {len(members)} against no sentence: {name}, points {said}; adjusted p = {p_value:.3g}"
    return {"name": name, "points": {k: 100 * v for k, v in gains.items()}, "p_value": p_value, "sentence": sentence}


def _cells(tasks: Sequence[TaskScores], groups: dict[str, list[int]]) -> dict[str, int]:
    """Of (task, stimulus) pairs how often the stimulus scores above, below and like its neutral sentence."""
    signs = [
        np.sign(np.round(task.scores[i].mean() - task.scores[j].mean(), 9))
        for task in tasks
        for i, j in zip(groups["family"], groups["neutral"], strict=True)
    ]
    return {"above": signs.count(1), "below": signs.count(-1), "equal": signs.count(0)}
