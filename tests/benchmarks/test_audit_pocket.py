"""The readers who know: what they say of a solution by hand, and that the quick way of reading is that of the queue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.audit_pocket.readers import read_queue, read_quickly, true_readings
from benchmarks.audit_pocket.repeats import Setting, repeat
from reasoning_toolkit.audit.evidence import read_evidence
from reasoning_toolkit.audit.pools import read_pools
from reasoning_toolkit.audit.progress import read_progress
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.audit.verdicts import Reading
from tests.audit.sample_run import write_run

PROGRAM = [["+", 17, 6], ["*", "#0", 4], ["mod", "#1", 5]]
RIGHT = "First 17 + 6 = 23.\nSo 23 * 4 = 92.\nThen 92 mod 5 = 2.\n</think>\n\n\\boxed{2}"
WRONG = "First 17 + 6 = 28.\nNow 28 * 4 = 112.\nSo 112 mod 5 = 2.\n</think>\n\n\\boxed{2}"
SHORT = "First 17 + 6 = 23.\n</think>\n\n\\boxed{2}"


def pocket_run(folder: Path) -> Path:
    run = write_run(folder, [[(RIGHT, True), (WRONG, True), (SHORT, True), ("none", False)]] * 3)
    path = run / "report.json"
    report = json.loads(path.read_text()) | {"title": "t"}
    for number, problem in enumerate(report["problems"]):
        problem |= {"gold": "2", "question": f"Compute ((17 + 6) * 4) mod 5, {number}.", "extra": {"program": PROGRAM}}
    path.write_text(json.dumps(report))
    return run


def test_what_they_say(tmp_path: Path) -> None:
    pools = read_pools(pocket_run(tmp_path))
    truth = true_readings(pools, [{"program": PROGRAM}] * 3)
    assert [truth[pools[0].item(i)] for i in range(3)] == [
        Reading("sound"),
        Reading("flawed", 0, "calculation"),
        Reading("flawed", 0, "jump"),
    ]


def test_the_quick_way_settles_what_the_queue_settles(tmp_path: Path) -> None:
    run = pocket_run(tmp_path)
    pools = read_pools(run)
    truth = true_readings(pools, [{"program": PROGRAM}] * 3)
    manifest = plan_audit(run, budget=100).manifest
    handed = read_queue(run, truth, ("a", "b"))
    evidence = read_evidence(run)
    quick = read_quickly(manifest, truth, ("a", "b"), 0.0, 0)
    assert [p.reading.settled for p in evidence.problems] == [p.settled for p in read_progress(manifest, quick)]
    assert handed == sum(map(len, quick.readings.values())) == sum(map(len, evidence.state.readings.values()))


def test_repeated_audits_beside_the_truth(tmp_path: Path) -> None:
    pools = read_pools(pocket_run(tmp_path))
    truth = true_readings(pools, [{"program": PROGRAM}] * 3)
    found = repeat(pools, truth, Setting("stop", 100, 0.0, False), 60)
    first, last = found["rows"][0], found["rows"][-1]
    assert (first["truth"], last["truth"], last["automatic"]) == (pytest.approx(0.25), 1.0, 1.0)
    assert abs(first["z"]) < 4 and last["sd"] == pytest.approx(0, abs=1e-12) and last["coverage"] == 1.0
    assert found["solutions"] < 9
    mistaken = repeat(pools, truth, Setting("stop", 100, 0.5, False), 60)
    assert mistaken["rows"][-1]["mean"] < 1
