"""Does the gap between automatic and audited pass@k change with k? Tests over the contributions of the problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.figures import contributed, ladder, new_problems
from reasoning_toolkit.stats.gaps import GapTest, gap_change, gap_trend
from reasoning_toolkit.stats.passes import pass_at_k

RESAMPLES = 4000


def gap_tests(problems: Sequence[Audited]) -> dict[str, Any]:
    """The gap at each k with its interval over problems, its change from k = 1 to n, its trend for each doubling of k.

    Returns:
        `reason` says why there are none, else it is None.
    """
    n, c = counts(problems)
    ks = ladder(int(n.min()))
    if still_open(problems) or len(ks) < 2 or len(problems) < 2:
        why = "reading has not ended" if still_open(problems) else "one problem, or one sample of each, shows no change"
        return {"reason": why, "rows": [], "change": None, "trend": None}
    gaps = np.column_stack([pass_at_k(n, c, k) - contributed(problems, k) for k in ks])
    rows = [
        {"k": k, "gap": float(gap.mean()), "interval": _signed_interval(gap)} for k, gap in zip(ks, gaps.T, strict=True)
    ]
    change = gap_change(gaps[:, 0].tolist(), gaps[:, -1].tolist(), RESAMPLES)
    trend = gap_trend(gaps, [math.log2(k) for k in ks], RESAMPLES)
    return {"reason": None, "rows": rows, "change": _plain(change), "trend": _plain(trend)}


def _signed_interval(gaps: np.ndarray[Any, np.dtype[np.float64]]) -> list[float] | None:
    """Of a mean from -1 to 1: the interval of (1 + gap) / 2, carried back."""
    interval = new_problems((1 + gaps) / 2)
    return None if interval is None else [2 * end - 1 for end in interval]


def _plain(test: GapTest) -> dict[str, Any]:
    return {"change": test.change, "interval": list(test.interval), "p_value": test.p_value}
