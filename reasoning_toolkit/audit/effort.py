"""What reading cost, beside reading everything, and how the readers did on items of known truth."""

from __future__ import annotations

from statistics import median
from typing import Any

from reasoning_toolkit.audit.evidence import Evidence
from reasoning_toolkit.audit.verdicts import VERDICTS, Reading


def spent_and_saved(evidence: Evidence) -> dict[str, Any]:
    """Readings (verdicts of one reader each) and solutions that were settled, beside all that were accepted."""
    plans = [problem.reading.plan for problem in evidence.problems]
    pools = [problem.pool for problem in evidence.problems]
    texts = {pool.item(i) for pool in pools for i, sample in enumerate(pool.samples) if sample.accepted}
    settled = {i: v for p in evidence.problems for i, v in zip(p.reading.plan.items, p.reading.settled, strict=False)}
    readings = [r for item in texts for r in evidence.state.readings[item].values()]
    return {
        "budget": evidence.manifest.budget,
        "expected": evidence.manifest.expected_readings,
        "readings": len(readings),
        "gold_readings": sum(len(evidence.state.readings[item]) for item in evidence.gold),
        "accepted": sum(plan.c for plan in plans),
        "texts": len(texts),
        "texts_settled": len(settled),
        "texts_saved": 1 - len(settled) / len(texts) if texts else None,
        "verdicts": {name: list(settled.values()).count(name) for name in VERDICTS},
        "median_seconds": median(r.seconds for r in readings) if readings else None,
        "problems_read": sum(bool(plan.order) for plan in plans),
        "problems_solved": sum(plan.c > 0 for plan in plans),
        "open": sum(problem.reading.standing == "open" for problem in evidence.problems),
        "defective": sum(problem.reading.standing == "defective" for problem in evidence.problems),
    }


def reader_rows(evidence: Evidence) -> list[dict[str, Any]]:
    """Each reader's readings, and how many of the gold items they got right."""
    said: dict[str, dict[str, Reading]] = {}
    for item, readings in evidence.state.readings.items():
        for reader, reading in readings.items():
            said.setdefault(reader, {})[item] = reading
    return [_reader(name, said[name], evidence) for name in sorted(said)]


def _reader(name: str, said: dict[str, Reading], evidence: Evidence) -> dict[str, Any]:
    known = [(evidence.gold[item], reading.verdict) for item, reading in said.items() if item in evidence.gold]
    flawed = [verdict == "flawed" for truth, verdict in known if truth == "flawed"]
    sound = [verdict == "sound" for truth, verdict in known if truth == "sound"]
    return {
        "reader": name,
        "readings": len(said) - len(known),
        "gold_flawed": len(flawed),
        "gold_flagged": sum(flawed),
        "gold_sound": len(sound),
        "gold_passed": sum(sound),
        "minutes": sum(r.seconds for r in said.values()) / 60,
    }
