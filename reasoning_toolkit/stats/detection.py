"""How well a detector finds what it looks for: counts of its flags against labels, and the ranking by its scores.

Precision, recall, F1, specificity, balanced accuracy and the correlation of Matthews (1975) come from four counts. Precision
and F1 depend on how common the positives are: `precision_at` carries sensitivity and specificity over to another
prevalence (Bayes' rule). Average precision is Σ (recall_i - recall_{i-1}) precision_i over falling thresholds, equal scores
at one threshold. AUROC: `auroc`; Brier score, ECE and the reliability table: `calibration`; abstention: `risk_coverage`.

Items of one problem are alike: `cluster_interval` resamples problems.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.best_of import checked_labels, checked_scores
from reasoning_toolkit.stats.intervals import Interval, bca_interval, normal_quantile


class Confusion(NamedTuple):
    """Flags against labels: true and false positives, false and true negatives. A share of nothing is None."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def precision(self) -> float | None:
        """Flagged ones that are positive."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        """Positive ones that are flagged; the sensitivity."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float | None:
        """Negative ones that are not flagged."""
        return _share(self.tn, self.tn + self.fp)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, 0 where nothing positive is flagged."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of recall and specificity."""
        if self.recall is None or self.specificity is None:
            return None
        return (self.recall + self.specificity) / 2

    @property
    def mcc(self) -> float | None:
        """Correlation of flags and labels; None where either is all alike."""
        margins = (self.tp + self.fp) * (self.tp + self.fn) * (self.tn + self.fp) * (self.tn + self.fn)
        return (self.tp * self.tn - self.fp * self.fn) / math.sqrt(margins) if margins else None

    def precision_at(self, prevalence: float) -> float | None:
        """Precision where this share of the items is positive, with this recall and specificity.

        Raises:
            UsageError: a prevalence outside [0, 1].
        """
        if not 0 <= prevalence <= 1:
            raise UsageError(f"expected a share 0 <= prevalence <= 1, got {prevalence}", hint="0.05 for easy problems")
        if self.recall is None or self.specificity is None:
            return None
        found, alarms = self.recall * prevalence, (1 - self.specificity) * (1 - prevalence)
        return found / (found + alarms) if found + alarms else None


def confusion(flags: Sequence[bool], labels: Sequence[bool]) -> Confusion:
    """Count flags against labels, both true for positive.

    Raises:
        UsageError: lengths that differ, or values other than true and false.
    """
    truth = checked_labels(labels, len(labels))
    flagged = checked_labels(flags, truth.size)
    tp, fp = int((flagged & truth).sum()), int((flagged & ~truth).sum())
    return Confusion(tp, fp, int(truth.sum()) - tp, int((~truth).sum()) - fp)


def average_precision(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """Area under the precision-recall steps of scores, higher meaning more likely positive; None without positives.

    Raises:
        UsageError: lengths that differ, a missing score or label.
    """
    values = checked_scores(scores)
    truth = checked_labels(labels, values.size)
    if not truth.any():
        return None
    _, group, sizes = np.unique(-values, return_inverse=True, return_counts=True)  # the highest score first
    positives = np.bincount(group, truth, minlength=sizes.size)
    return float((positives * positives.cumsum() / sizes.cumsum()).sum() / truth.sum())


def cluster_interval(
    statistic: Callable[[NDArray[np.int64]], float | None],
    clusters: Sequence[Hashable],
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval | None:
    """BCa interval of a statistic whose items come in clusters, which are resampled whole; None where there is none.

    Args:
        statistic: of the items with these positions (an item may be there several times); None where it has no value, and such
            resamples are left out.
        clusters: the cluster of each item, such as its problem.

    Raises:
        UsageError: fewer than two clusters, resamples < 1, a confidence outside (0, 1).
    """
    normal_quantile(confidence)  # refuses what is no confidence
    members: dict[Hashable, list[int]] = {}
    for item, cluster in enumerate(clusters):
        members.setdefault(cluster, []).append(item)
    groups = [np.array(items) for items in members.values()]
    if len(groups) < 2 or resamples < 1:
        raise UsageError(
            f"expected at least two clusters and resamples, got {len(groups)} and {resamples}",
            hint="one problem says nothing about others",
        )
    observed = statistic(np.concatenate(groups))
    if observed is None:
        return None
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(groups), size=(resamples, len(groups)))
    drawn = [statistic(np.concatenate([groups[i] for i in pick])) for pick in picks]
    left = [statistic(np.concatenate(groups[:i] + groups[i + 1 :])) for i in range(len(groups))]
    without = np.array([observed if value is None else value for value in left])
    resampled = np.array([value for value in drawn if value is not None])
    return bca_interval(observed, resampled, without.mean() - without, confidence) if resampled.size else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
