"""The false-positive share of a set of problems, counted two ways, and its breakdown by what the data set knows and by type of flaw.

- By solutions: those among all accepted ones that are not sound. A problem's first reading is sound with chance t / c, so c times its
  outcome is unbiased for t, and the total of accepted solutions is known.
- By problems: solved ones of whose accepted solutions none is sound, the share of pass@n that is not real. It is 1 where all
  were read in vain, and the number of solved problems is known.

The two may differ by a factor of two, as flawed solutions gather in rarely solved problems. Both are losses in the sense of
`loss_intervals`: of pass@1 where problems weigh by their accepted solutions, and of pass@n among the solved problems. Intervals are
about new problems; m problems that weigh unequally are worth (Σ w)² / Σ w² (Kish 1965).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reasoning_toolkit.audit.evidence import Audited, counts, still_open
from reasoning_toolkit.audit.figures import inclusion, parts_of, pass_row, settled
from reasoning_toolkit.audit.intervals import within
from reasoning_toolkit.audit.loss_intervals import Parts, loss_interval, new_problems
from reasoning_toolkit.audit.totals import contributions
from reasoning_toolkit.audit.verdicts import TYPES
from reasoning_toolkit.stats.intervals import Interval

_SHARES = ("by_solution", "by_solution_interval", "by_problem", "by_problem_interval")
MOST_VALUES = 12  # of a column by which shares are broken down


def shares(problems: Sequence[Audited]) -> dict[str, Any]:
    """Both shares with intervals over problems; None while a problem is open, or where nothing was accepted."""
    _, c = counts(problems)
    read = solutions_read(problems)
    row: dict[str, Any] = {
        "problems": len(problems),
        "solved": int((c > 0).sum()),
        "accepted": int(c.sum()),
        "read": read,
    }
    if still_open(problems) or not c.any():
        return row | dict.fromkeys(_SHARES)
    for name, (parts, certain) in {"by_solution": _by_solution(problems), "by_problem": _by_problem(problems)}.items():
        row[name], row[f"{name}_interval"] = flawed_share(parts, certain)
    return row


def breakdowns(problems: Sequence[Audited]) -> list[dict[str, Any]]:
    """The shares, and pass@n, by each value of each column that has from 2 to 12 plain values, such as a level or a source."""
    found = []
    for column in sorted({name for problem in problems for name in problem.extra}):
        groups = _groups(problems, column)
        if 2 <= len(groups) <= MOST_VALUES:
            rows = [_group_row(value, groups[value]) for value in sorted(groups, key=_numbers_first)]
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


def _group_row(value: str, problems: Sequence[Audited]) -> dict[str, Any]:
    """As `share_row`, with nothing audited where nothing was read: a figure would be the plan's guess."""
    row = share_row(value, problems)
    if not row["read"]:
        row |= dict.fromkeys(_SHARES)
        row["pass"] |= {"audited": None, "interval": None}
    return row


def flawed_share(parts: Parts, certain: Interval) -> tuple[float, list[float] | None]:
    """The loss as a share of what accepted solutions add to the figure, with its interval over problems; None for a single problem.

    Args:
        parts: whose weights times tops add up to 1.
        certain: between which ends the loss must lie.
    """
    weights, interval = parts.weights * parts.tops, None
    if np.count_nonzero(weights) > 1:
        these = within(loss_interval(parts), certain)
        interval = list(new_problems(parts.loss, these, _ceiling(parts), float(1 / (weights @ weights))))
    return round(parts.loss, 12) + 0.0, interval


def _ceiling(parts: Parts) -> float:
    """Σ ℓ² / Σ ℓ over problems, ℓ the flawed share of each: 1 where flaws come whole problems at a time, less where they are spread.

    Both sums are estimated without bias, and one wholly flawed problem is added to both.
    """
    drawn = np.isfinite(parts.values)
    lost = np.where(drawn, parts.tops - parts.values, 0.0)
    chosen = parts.weights**2 / parts.inclusion
    weights = parts.weights * parts.tops
    one = float(weights @ weights / np.count_nonzero(weights))
    squares = float(np.sum(chosen * np.where(drawn, lost**2 - parts.variances, 0.0)))
    return min(1.0, (max(0.0, squares) + one) / (float(np.sum(chosen * lost * parts.tops)) + one))


def solutions_read(problems: Sequence[Audited]) -> int:
    """Accepted samples of these problems whose verdict is settled."""
    return sum(len(problem.reading.settled) for problem in problems)


def share_row(value: str, problems: Sequence[Audited]) -> dict[str, Any]:
    """The shares of these problems under a name, and their pass@n both ways."""
    n, _ = counts(problems)
    last = pass_row(problems, int(n.min()))
    kept = ("k", "automatic", "automatic_interval", "audited", "interval", "design", "band")
    return {"value": value, **shares(problems), "pass": {name: last[name] for name in kept}}


def _by_solution(problems: Sequence[Audited]) -> tuple[Parts, Interval]:
    """The loss of pass@1 where an accepted solution weighs 1 / Σ c, and between which ends it must lie."""
    n, c = counts(problems)
    sound, flawed = settled(problems)
    total = int(c.sum())
    return replace(parts_of(problems, 1), weights=n / total), Interval(sum(flawed) / total, 1 - sum(sound) / total)


def _by_problem(problems: Sequence[Audited]) -> tuple[Parts, Interval]:
    """The loss of pass@n where a solved problem weighs 1 / solved, and between which ends it must lie."""
    solved = [problem for problem in problems if problem.reading.plan.c]
    c = counts(solved)[1]
    found = np.array([_drawn(problem, lambda problem: problem.first_sound is not None) for problem in solved])
    guesses = [problem.reading.plan.guess for problem in solved]
    parts = Parts(
        weights=np.full(c.shape, 1 / c.size),
        tops=np.ones(c.shape),
        values=found,
        variances=np.zeros(c.shape),
        inclusion=inclusion(solved),
        proxies=np.array(guesses),
        belief=np.array([c / (c + 1), c / (c + 1), np.zeros(c.shape)]),
    )
    return parts, Interval(float(np.sum(found == 0)) / c.size, 1 - float(np.sum(found == 1)) / c.size)


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


def _types(problem: Audited) -> list[str | None]:
    """Of each solution read, in order, the type its first reader gave who called it flawed; None for one that is not."""
    return [
        next((r.type for r in said.values() if r.verdict == "flawed"), None) if verdict == "flawed" else None
        for verdict, said in zip(problem.reading.settled, problem.reading.readings, strict=True)
    ]


def _drawn(problem: Audited, value: Callable[[Audited], float]) -> float:
    return float("nan") if problem.reading.standing == "not drawn" else float(value(problem))
