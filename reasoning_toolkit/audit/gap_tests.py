"""Does the gap between automatic and audited pass@k change with k? Tests over the contributions of the problems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.figures import closing, contributed, ladder, listed, parts_of
from reasoning_toolkit.audit.intervals import over_problems, within
from reasoning_toolkit.audit.loss_intervals import loss_interval
from reasoning_toolkit.stats.gaps import GapTest, gap_change, gap_trend
from reasoning_toolkit.stats.intervals import Interval
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
    rows = [_row(problems, k) for k in ks]
    change = gap_change(gaps[:, 0].tolist(), gaps[:, -1].tolist(), RESAMPLES)
    trend = gap_trend(gaps, [math.log2(k) for k in ks], RESAMPLES)
    return {"reason": None, "rows": rows, "change": _plain(change), "trend": _plain(trend)}


def _row(problems: Sequence[Audited], k: int) -> dict[str, Any]:
    parts, band = parts_of(problems, k), closing(problems, k)
    top = float(parts.tops.mean())
    these = within(loss_interval(parts), Interval(top - band.high, top - band.low))
    return {"k": k, "gap": parts.loss, "interval": listed(over_problems(parts.tops, parts.loss, these))}


def _plain(test: GapTest) -> dict[str, Any]:
    return {"change": test.change, "interval": list(test.interval), "p_value": test.p_value}
