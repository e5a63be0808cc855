"""The table: each method's accuracy and tokens, and self-consistency at the same tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.equal_cost.baseline import Samples, Scores
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.stats.nested import nested_intervals
from reasoning_toolkit.stats.paired import PairedComparison, holm
from reasoning_toolkit.stats.paired_scores import compare_scores
from reasoning_toolkit.subthought.equal_tokens import token_curves
from reasoning_toolkit.subthought.judge import LAST, SELF_CONSISTENCY

SUBTHOUGHT = "subthought vote"

Reports = Mapping[str, Sequence[Mapping[str, Any]]]


def table(found: Reports) -> dict[str, Any]:
    """Rows, comparisons and curves as plain JSON data."""
    methods = dict(_methods(found))
    tokens = {name: _tokens(found, decode) for name, (decode, _) in methods.items()}
    samples = Samples(found[SELF_CONSISTENCY])
    rows: list[dict[str, Any]] = []
    compared = []
    for name, (decode, row) in methods.items():
        scores = _scores(found[decode], row)
        k = samples.samples_worth(tokens[name])
        plain = samples.scores(k)
        ordered = [plain[problem] for problem in scores]
        compared.append(compare_scores(SELF_CONSISTENCY, ordered, name, list(scores.values())))
        rows.append(
            {
                "name": name,
                "problems": len(scores),
                "seeds": max(map(len, scores.values())),
                "tokens_per_problem": tokens[name],
                "accuracy": _mean(scores),
                "interval": _interval(scores),
                "samples_at_equal_tokens": k,
                "self_consistency": _mean(plain),
                "self_consistency_interval": _interval(plain),
            }
        )
    for entry, comparison in zip(rows, holm(compared), strict=True):
        entry |= _compared(comparison)
    pool_size = {"pool": samples.most, "tokens_per_sample": samples.mean_tokens}
    return {
        "self_consistency": pool_size,
        "rows": rows,
        "curves": _curves(found),
    }


def _methods(found: Reports) -> list[tuple[str, tuple[str, str]]]:
    """Name in the table → decode, row of its report. The plain vote of the pool is the baseline and has no row of its own."""
    rows = []
    for decode, reports in found.items():
        own = reports[0]["methods"][0]["name"]
        for method in reports[0]["methods"]:
            name = method["name"]
            if name == "single sample" or (decode == SELF_CONSISTENCY and name == own):
                continue
            if decode != "last answer" and name == "last answer":
                continue
            rows.append((name.replace(own, decode, 1) if name.startswith(own) else name, (decode, name)))
    return [row for row in rows if not (row[1][0].startswith("subthought vote, stop") and row[1][1] != SUBTHOUGHT)]


def _tokens(found: Reports, decode: str) -> float:
    return float(np.mean([report["methods"][0]["tokens_per_problem"] for report in found[decode]]))


def _scores(reports: Sequence[Mapping[str, Any]], row: str) -> Scores:
    scores: Scores = {}
    for report in reports:
        for problem in report["problems"]:
            scores.setdefault(problem["id"], []).append(float(problem["answers"][row]["outcome"] == "right"))
    return scores


def _pools(reports: Sequence[Mapping[str, Any]], method: str) -> dict[str, list[Pool]]:
    pools: dict[str, list[Pool]] = {}
    for report in reports:
        for problem in report["problems"]:
            pools.setdefault(problem["id"], []).append(_pool(problem, method))
    return pools


def _pool(problem: Mapping[str, Any], method: str) -> Pool:
    """What a problem's vote was drawn from."""
    draws = problem["samples"] if method == SELF_CONSISTENCY else problem["subthoughts"]
    return Pool(
        classes=answer_classes([draw["answer"] for draw in draws]),
        right=[draw["outcome"] == "right" for draw in draws],
        tokens=[draw["tokens"] for draw in draws],
        fixed=problem["trace"]["tokens"],
        otherwise=method != SELF_CONSISTENCY and problem["answers"][LAST]["outcome"] == "right",
    )


def _mean(scores: Scores) -> float:
    return float(np.mean([np.mean(each) for each in scores.values()]))


def _interval(scores: Scores) -> list[float]:
    (interval,) = nested_intervals([np.array(s)[:, np.newaxis] for s in scores.values()])
    return list(interval)


def _compared(found: PairedComparison) -> dict[str, Any]:
    return {
        "difference": found.difference,
        "difference_interval": list(found.interval),
        "p_value": found.p_value,
        "p_holm": found.p_holm,
    }


def _curves(found: Reports) -> dict[str, Any]:
    arms = [Arm(SELF_CONSISTENCY, _pools(found[SELF_CONSISTENCY], SELF_CONSISTENCY))]
    arms += [Arm(SUBTHOUGHT, _pools(found["subthought"], SUBTHOUGHT))]
    arms.append(Arm("subthought vote, fixed cuts", _pools(found["subthought, fixed cuts"], SUBTHOUGHT)))
    return token_curves(arms)


def markdown(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows as a table for a README."""
    head = [
        "method",
        "tokens a problem",
        "accuracy",
        "self-consistency at these tokens",
        "difference",
        "Holm-adjusted p",
    ]
    return [_joined(head), _joined(["---"] * len(head)), *(_joined(_cells(row)) for row in rows)]


def _cells(row: Mapping[str, Any]) -> list[str]:
    low, high = (100 * end for end in row["interval"])
    less, more = (100 * end for end in row["difference_interval"])
    name = row["name"] if row["p_holm"] >= 0.05 else f"**{row['name']}**"
    return [
        name,
        f"{row['tokens_per_problem']:,.0f}",
        f"{100 * row['accuracy']:.1f} ({low:.1f} to {high:.1f})",
        f"{100 * row['self_consistency']:.1f} (maj@{row['samples_at_equal_tokens']:.1f})",
        f"{100 * row['difference']:+.1f} ({less:+.1f} to {more:+.1f})",
        f"{row['p_holm']:.3f}" if row["p_holm"] >= 0.001 else "< .001",
    ]


def _joined(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
