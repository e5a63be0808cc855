"""Shares of instruction, stimulus and input in the gradient at the embeddings, for each kind of arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.negative_prompt.scores import TEMPLATE
from benchmarks.negative_prompt.summary import groups_of
from reasoning_toolkit.problems.prompt_tasks import load_tasks
from reasoning_toolkit.prompts.families.arms import Arms
from reasoning_toolkit.prompts.gradient_probe import PARTS, gradient_shares, open_probe
from reasoning_toolkit.stats.paired_scores import compare_scores


def probed(model: str, arms: Arms, task: str, folder: Path, items: int) -> dict[str, Any]:
    """Mean shares without a sentence, with neutral and with the family's sentences; the instruction's share compared over items."""
    probe = open_probe(model)
    problems = [problem for problem in load_tasks(folder, [task]) if problem.extra["split"] == "test"][:items]
    groups = groups_of(arms)
    kinds = {"none": [arms.baseline], "neutral": sorted(set(groups["neutral"])), "family": groups["family"]}
    shares = {
        kind: [
            _mean([gradient_shares(probe, arms.candidates[i], problem, TEMPLATE) for i in places])
            for problem in problems
        ]
        for kind, places in kinds.items()
    }
    instruction = {kind: [[share["instruction"]] for share in rows] for kind, rows in shares.items()}
    compared = compare_scores("neutral", instruction["neutral"], "family", instruction["family"])
    print(f"share of the instruction: {compared.sentence}")
    return {
        "task": task,
        "items": len(problems),
        "shares": {kind: _mean(rows) for kind, rows in shares.items()},
        "instruction_family_minus_neutral": compared.sentence,
    }


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {part: fmean(row[part] for row in rows) for part in PARTS}
