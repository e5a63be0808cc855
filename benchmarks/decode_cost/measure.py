"""Rounds of all arms, interleaved, and what they say: medians, tokens, agreement, ratios."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.decode_cost.arms import ARMS, Arm, Made, Recorded, elect, toolkit
from benchmarks.decode_cost.cases import Case, Traced, trace_problems
from benchmarks.decode_cost.engines import Meter, open_metered


@dataclass(slots=True)
class Row:
    """What an arm cost, a value for each round."""

    wall_s: list[float] = field(default_factory=list)
    prefilled: list[int] = field(default_factory=list)
    cached: list[int] = field(default_factory=list)
    decoded: list[int] = field(default_factory=list)
    peak_memory: list[float] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    needed: list[int] = field(default_factory=list)
    agrees: list[bool] = field(default_factory=list)
    problems: int = 0


class Bench:
    """Both engines of a case, its traces, and the completions of one full vote.

    Args:
        case: what to ask.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.engines = {cached: open_metered(case.config.model, cache=cached) for cached in (True, False)}
        engine, _ = self.engines[True]
        self.traced = trace_problems(engine, case)
        self.recorded = toolkit(engine, self.traced, case.config, None, rule="full").completions
        for arm in (ARMS["N1"], ARMS["N2"]):  # warms up both engines with a few requests
            self.run(arm, None, self.traced[:1])

    def run(self, arm: Arm, recorded: Recorded | None, traced: Sequence[Traced]) -> tuple[float, Made, Meter]:
        """One arm from an empty cache; seconds, what it made, what vLLM counted."""
        engine, meter = self.engines[arm.cached]
        assert engine._load().reset_prefix_cache(), "something of the arm before is still at work"
        meter.reset()
        started = time.perf_counter()
        made = arm.run(engine, traced, self.case.config, recorded)
        return time.perf_counter() - started, made, meter

    def close(self) -> None:
        for engine, _ in self.engines.values():
            engine.close()


def measure(bench: Bench, *, fixed_work: bool, rounds: int, slow_rounds: int) -> dict[str, Row]:
    """Every arm once a round, each round in another order; the slow arms in the first few."""
    rows = {name: Row() for name in ARMS}
    for number in range(rounds):
        names = [name for name, arm in ARMS.items() if number < slow_rounds or not arm.slow]
        shift = number % len(names)
        answers: dict[str, Mapping[str, str | None]] = {}
        for name in names[shift:] + names[:shift]:
            arm, row = ARMS[name], rows[name]
            traced = bench.traced[: bench.case.sequential] if arm.alone else bench.traced
            wall, made, meter = bench.run(arm, bench.recorded if fixed_work else None, traced)
            if made.answers or not fixed_work:  # with fixed work, what vLLM alone writes is not what was recorded
                answers[name] = made.answers or _elected(bench, traced, made)
            row.problems = len(traced)
            row.wall_s.append(wall)
            row.peak_memory.append(meter.peak_memory)
            row.begun.append(made.begun)
            row.needed.append(len(made.completions))
            for counter in ("prefilled", "cached", "decoded"):
                getattr(row, counter).append(getattr(meter, counter))
            print(f"  {name:10} {wall:8.2f} s", flush=True)
        for name, elected in answers.items():
            rows[name].agrees += [answer == answers["N3"][problem] for problem, answer in elected.items()]
    return rows


def summary(rows: Mapping[str, Row]) -> dict[str, Any]:
    """Medians of every arm, and the ratios that the goals speak of."""
    arms = {name: dict(_medians(row)) for name, row in rows.items()}
    full = arms["N3"]
    ratios = {
        "prefilled, N1 over N3": arms["N1"]["prefilled"] / full["prefilled"],
        "wall, N1 over N3": arms["N1"]["median_wall_s"] / full["median_wall_s"],
        "wall a decoded token, N0 over N3": _pace(arms["N0"]) / _pace(full),
        "wall, N3 over N3 bare": full["median_wall_s"] / arms["N3 bare"]["median_wall_s"],
    }
    ratios |= {f"wall, {name} over N3": arms[name]["median_wall_s"] / full["median_wall_s"] for name in EARLY}
    return {"arms": arms, "ratios": ratios}


EARLY = ("exact", "certified", "sharp")


def _elected(bench: Bench, traced: Sequence[Traced], made: Made) -> dict[str, str | None]:
    engine, _ = bench.engines[True]
    return {t.problem.id: elect(t, engine, bench.case.config, made.completions) for t in traced}


def _medians(row: Row) -> Iterator[tuple[str, Any]]:
    yield "problems", row.problems
    yield "wall_s", row.wall_s
    yield "median_wall_s", median(row.wall_s)
    for counter in ("prefilled", "cached", "decoded", "begun", "needed", "peak_memory"):
        yield counter, median(getattr(row, counter))
    yield "tokens_per_s", median(row.decoded) / median(row.wall_s)
    yield "agreement_with_n3", sum(row.agrees) / len(row.agrees) if row.agrees else None


def _pace(arm: Mapping[str, Any]) -> float:
    return float(arm["median_wall_s"] / arm["decoded"])
