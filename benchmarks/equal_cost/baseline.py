"""Self-consistency at a given mean cost, exactly: ⌊k⌋ or ⌈k⌉ samples with the chances that make the mean tokens equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

import numpy as np

from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.stats.majority import maj_at_k

Scores = dict[str, list[float]]  # problem → one score a seed


class Samples:
    """The pool of samples of all problems and seeds.

    Args:
        reports: of self-consistency, one a seed and set.
    """

    def __init__(self, reports: Sequence[Mapping[str, Any]]) -> None:
        self._counts: dict[str, list[tuple[int, int, list[int]]]] = {}
        tokens = []
        for problem in (problem for report in reports for problem in report["problems"]):
            samples = problem["samples"]
            tokens.append(float(np.mean([sample["tokens"] for sample in samples])))
            self._counts.setdefault(problem["id"], []).append(_counts(samples))
        self.mean_tokens = float(np.mean(tokens))
        self.most = min(n for counts in self._counts.values() for n, _, _ in counts)

    def samples_worth(self, tokens: float) -> float:
        """How many samples a problem cost so many tokens in the mean: at least 1, at most the pool."""
        return min(max(tokens / self.mean_tokens, 1.0), float(self.most))

    def scores(self, k: float) -> Scores:
        """Expected accuracy of each problem and seed with k samples in the mean: maj@k over all subsets of the pool."""
        less, share = floor(k), k - floor(k)
        return {problem: [_at(c, less, share) for c in counts] for problem, counts in self._counts.items()}


def _counts(samples: Sequence[Mapping[str, Any]]) -> tuple[int, int, list[int]]:
    """Samples in all, right ones, and the sizes of the wrong classes."""
    wrong = [sample["answer"] for sample in samples if sample["outcome"] == "wrong"]
    right = sum(sample["outcome"] == "right" for sample in samples)
    return len(samples), right, list(Counter(answer_classes(wrong)).values())


def _at(counts: tuple[int, int, list[int]], less: int, share: float) -> float:
    low = maj_at_k(*counts, less)
    return low if share == 0 else (1 - share) * low + share * maj_at_k(*counts, less + 1)
