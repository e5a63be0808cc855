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
    cpu_s: list[float] = field(default_factory=list)
    prefilled: list[int] = field(default_factory=list)
    cached: list[int] = field(default_factory=list)
    decoded: list[int] = field(default_factory=list)
    peak_memory: list[float] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    needed: list[int] = field(default_factory=list)
    agrees: list[bool] = field(default_factory=list)


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

    def run(
        self, arm: Arm, recorded: Recorded | None, traced: Sequence[Traced]
    ) -> tuple[tuple[float, float], Made, Meter]:
        """One arm from an empty cache; seconds by the clock and of the processor, what it made, what vLLM counted."""
        engine, meter = self.engines[arm.cached]
        assert engine._load().reset_prefix_cache(), "something of the arm before is still at work"
        meter.reset()
        wall, cpu = time.perf_counter(), time.process_time()
        made = arm.run(engine, traced, self.case.config, recorded)
        return (time.perf_counter() - wall, time.process_time() - cpu), made, meter

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
            (wall, cpu), made, meter = bench.run(arm, bench.recorded if fixed_work else None, bench.traced)
            if made.answers:
                answers[name] = made.answers
            elif not fixed_work and made.begun == len(
                bench.recorded
            ):  # else these are not the texts that vote, or not all
                answers[name] = _elected(bench, bench.traced, made)
            row.wall_s.append(wall)
            row.cpu_s.append(cpu)
            row.peak_memory.append(meter.peak_memory)
            row.begun.append(made.begun)
            row.needed.append(len(made.completions))
            for counter in ("prefilled", "cached", "decoded"):
                getattr(row, counter).append(getattr(meter, counter))
            print(f"  {name:10} {wall:8.2f} s, of the processor {cpu:8.2f} s", flush=True)
        for name, elected in answers.items():
            full = answers["N3"]
            rows[name].agrees += [answer == full[problem] for problem, answer in elected.items() if full[problem]]
    return rows


def summary(rows: Mapping[str, Row]) -> dict[str, Any]:
    """Medians of every arm, and the ratios that the goals speak of."""
    arms = {name: dict(_medians(row)) for name, row in rows.items()}
    full = arms["N3"]
    ratios = {"prefilled, N1 over N3": arms["N1"]["prefilled"] / full["prefilled"]}
    for clock in ("wall_s", "cpu_s"):
        ratios[f"{clock} a decoded token, N0 over N3"] = _pace(arms["N0"], clock) / _pace(full, clock)
        ratios[f"{clock}, N3 over N3 bare"] = _over(full, arms["N3 bare"], clock)
        ratios |= {f"{clock}, {name} over N3": _over(arms[name], full, clock) for name in ("N1", "N2", *EARLY)}
    return {"arms": arms, "ratios": ratios}


EARLY = ("exact", "certified", "sharp")


def _elected(bench: Bench, traced: Sequence[Traced], made: Made) -> dict[str, str | None]:
    engine, _ = bench.engines[True]
    return {t.problem.id: elect(t, engine, bench.case.config, made.completions) for t in traced}


def _medians(row: Row) -> Iterator[tuple[str, Any]]:
    for clock in ("wall_s", "cpu_s"):
        yield clock, getattr(row, clock)
        yield f"median_{clock}", median(getattr(row, clock))
    for counter in ("prefilled", "cached", "decoded", "begun", "needed", "peak_memory"):
        yield counter, median(getattr(row, counter))
    yield "tokens_per_s", median(row.decoded) / median(row.wall_s)
    yield "agreement_with_n3", sum(row.agrees) / len(row.agrees) if row.agrees else None


def _pace(arm: Mapping[str, Any], clock: str) -> float:
    return float(arm[f"median_{clock}"] / arm["decoded"])


def _over(arm: Mapping[str, Any], other: Mapping[str, Any], clock: str) -> float:
    return float(arm[f"median_{clock}"] / other[f"median_{clock}"])
