"""Rows and comparisons as plain JSON data, and as lines of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.cycle_prompt.arms import BASELINE, CYCLE, Arm
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.metrics import find_scorer
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.stats.intervals import wilson_interval
from reasoning_toolkit.stats.paired import PairedComparison, compare_paired, holm


def table(arms: Sequence[Arm], problems: Sequence[Problem], ledger: Ledger) -> dict[str, Any]:
    """Each arm's accuracy and cost; the cycle against every other arm: exact McNemar, Newcombe's interval, Holm over all."""
    outcomes = {arm.name: _outcomes(arm, problems) for arm in arms}
    right = {name: [outcome == "right" for outcome in each] for name, each in outcomes.items()}
    found = holm([compare_paired(name, right[name], CYCLE, right[CYCLE]) for name in right if name != CYCLE])
    return {
        "rows": [_row(arm, outcomes[arm.name], ledger) for arm in arms],
        "comparisons": [_compared(each) for each in found],
        "problems": {problem.id: {n: outcomes[n][i] for n in outcomes} for i, problem in enumerate(problems)},
    }


def _outcomes(arm: Arm, problems: Sequence[Problem]) -> list[str]:
    return [
        "error" if reply.error is not None else find_scorer(problem)(problem, reply.text, reply.cut_off).outcome
        for problem, reply in zip(problems, arm.replies, strict=True)
    ]


def _row(arm: Arm, outcomes: Sequence[str], ledger: Ledger) -> dict[str, Any]:
    n, right = len(outcomes), outcomes.count("right")
    completions = [ledger.get(key) for reply in arm.replies for key in reply.keys]
    usages = [completion.usage for completion in completions if completion is not None]
    return {
        "name": arm.name,
        "n": n,
        "right": right,
        "accuracy": right / n,
        "interval": list(wilson_interval(right, n)),
        "outcomes": dict(Counter(outcomes)),
        "calls_per_problem": sum(len(reply.keys) for reply in arm.replies) / n,
        "output_tokens_per_problem": sum(usage.decoded for usage in usages) / n,
        "prompt_tokens_per_problem": sum(usage.prefilled + usage.cached for usage in usages) / n,
    } | _closed(arm)


def _closed(arm: Arm) -> dict[str, Any]:
    """At which cycle an arm's cycles closed, and what its discriminator said."""
    if not arm.cycles:
        return {}
    ends = Counter(f"at {len(cycles)}" if cycles[-1].same else "never" for cycles in arm.cycles)
    said = Counter(
        {True: "same", False: "different", None: "not readable or not asked"}[c.same]
        for each in arm.cycles
        for c in each
    )
    return {"closed": dict(ends), "said": dict(said)}


def _compared(found: PairedComparison) -> dict[str, Any]:
    return {
        "a": found.a,
        "b": found.b,
        "gained": found.gained,
        "lost": found.lost,
        "difference": found.difference,
        "interval": list(found.interval),
        "p_value": found.p_value,
        "p_holm": found.p_holm,
        "sentence": found.sentence,
    }


def markdown(found: Mapping[str, Any]) -> Iterator[str]:
    """The rows as a table for a README, then the comparisons in words."""
    yield "| arm | right | accuracy | calls a problem | output tokens a problem | cycle minus it | p, Holm |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    compared = {each["a"]: each for each in found["comparisons"]}
    for row in found["rows"]:
        low, high = (100 * end for end in row["interval"])
        cells = [
            row["name"] + (" (baseline)" if row["name"] == BASELINE else ""),
            f"{row['right']}/{row['n']}",
            f"{100 * row['accuracy']:.1f} ({low:.1f} to {high:.1f})",
            f"{row['calls_per_problem']:.1f}",
            f"{row['output_tokens_per_problem']:,.0f}",
            *_difference(compared.get(row["name"])),
        ]
        yield f"| {' | '.join(cells)} |"
    yield from (each["sentence"] for each in found["comparisons"])


def _difference(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return ["", ""]
    low, high = (100 * end for end in found["interval"])
    return [f"{100 * found['difference']:+.1f} ({low:+.1f} to {high:+.1f})", f"{found['p_holm']:.3f}"]
