"""The false-positive share of a set of problems, counted two ways, and its breakdown by what the data set knows and by type of flaw.

- By solutions: those among all accepted ones that are not sound. A problem's first reading is sound with chance t / c, so c times its
  outcome is unbiased for t, and the total of accepted solutions is known.
- By problems: solved ones of whose accepted solutions none is sound, the share of pass@n that is not real. It is 1 where all
  were read in vain, and the number of solved problems is known.

The two may differ by a factor of two, as flawed solutions gather in rarely solved problems. Intervals are about new problems: t
intervals of the ratio's linearised values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.figures import contributed, inclusion, new_problems, pass_row
from reasoning_toolkit.audit.totals import contributions
from reasoning_toolkit.audit.verdicts import TYPES

Floats = NDArray[np.float64]
MOST_VALUES = 12  # of a column by which shares are broken down


def shares(problems: Sequence[Audited]) -> dict[str, Any]:
    """Both shares with intervals over problems; None while a problem is open, or where nothing was accepted."""
    n, c = counts(problems)
    solved = (c > 0).astype(np.float64)
    row = {"problems": len(problems), "solved": int(solved.sum()), "accepted": int(c.sum())}
    if still_open(problems) or not c.any():
        return row | dict.fromkeys(("by_solution", "by_solution_interval", "by_problem", "by_problem_interval"))
    by_solution, interval = ratio(np.round(c - n * contributed(problems, 1), 9) + 0.0, c.astype(np.float64))
    in_vain = contributions(1 - _solved_soundly(problems), inclusion(problems))
    by_problem, other = ratio(in_vain * solved, solved)
    return row | {
        "by_solution": by_solution,
        "by_solution_interval": interval,
        "by_problem": by_problem,
        "by_problem_interval": other,
    }


def breakdowns(problems: Sequence[Audited]) -> list[dict[str, Any]]:
    """The shares, and pass@n, by each value of each column that has from 2 to 12 plain values, such as a level or a source."""
    found = []
    for column in sorted({name for problem in problems for name in problem.extra}):
        groups = _groups(problems, column)
        if 2 <= len(groups) <= MOST_VALUES:
            rows = [share_row(value, groups[value]) for value in sorted(groups, key=_numbers_first)]
            found.append({"column": column, "rows": rows})
    return found


def flaw_types(problems: Sequence[Audited]) -> list[dict[str, Any]]:
    """Flawed solutions that were read, by type, and the share of all accepted ones that each type is estimated to be."""
    _, c = counts(problems)
    closed = not still_open(problems) and bool(c.any())

    def share(name: str) -> float | None:
        first = [_drawn(p, lambda p: p.reading.plan.c * (_types(p)[:1] == [name])) for p in problems]
        return float(contributions(first, inclusion(problems)).sum() / c.sum()) if closed else None

    read = [name for problem in problems for name in _types(problem)]
    return [{"type": name, "about": TYPES[name], "read": read.count(name), "share": share(name)} for name in TYPES]


def ratio(parts: Floats, wholes: Floats) -> tuple[float, list[float] | None]:
    """Σ parts / Σ wholes over problems, with its interval over new problems (delta method)."""
    share = float(parts.sum() / wholes.sum())
    linear = share + (parts - share * wholes) / wholes.mean()
    return share, new_problems(linear)


def share_row(value: str, problems: Sequence[Audited]) -> dict[str, Any]:
    """The shares of these problems under a name, and their pass@n both ways."""
    n, _ = counts(problems)
    last = pass_row(problems, int(n.min()))
    kept = ("k", "automatic", "automatic_interval", "audited", "interval", "design", "band")
    return {"value": value, **shares(problems), "pass": {name: last[name] for name in kept}}


def _groups(problems: Sequence[Audited], column: str) -> Mapping[str, list[Audited]]:
    groups: dict[str, list[Audited]] = defaultdict(list)
    for problem in problems:
        value = problem.extra.get(column)
        groups[str(value) if isinstance(value, str | int | float | bool) else "–"].append(problem)
    return {} if set(groups) == {"–"} else groups


def _numbers_first(value: str) -> tuple[bool, float, str]:
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def _solved_soundly(problems: Sequence[Audited]) -> Floats:
    return np.array([_drawn(p, lambda p: p.first_sound is not None) for p in problems])


def _types(problem: Audited) -> list[str | None]:
    """Of each solution read, in order, the type its first reader gave who called it flawed; None for one that is not."""
    return [
        next((r.type for r in said.values() if r.verdict == "flawed"), None) if verdict == "flawed" else None
        for verdict, said in zip(problem.reading.settled, problem.reading.readings, strict=True)
    ]


def _drawn(problem: Audited, value: Callable[[Audited], float]) -> float:
    return float("nan") if problem.reading.standing == "not drawn" else float(value(problem))
