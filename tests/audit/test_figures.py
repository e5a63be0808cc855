"""Audited pass@k of a run: by hand, in the mean over plans, and what is said before reading has ended."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import hypergeom

from reasoning_toolkit import stats
from reasoning_toolkit.audit.evidence import read_evidence
from reasoning_toolkit.audit.figures import ladder, pass_row, pass_rows
from reasoning_toolkit.errors import RunError
from tests.audit.audited_run import TRUTH, N, planned_run, read_all, read_in_memory, read_run


def test_a_run_read_to_its_end(tmp_path: Path) -> None:
    evidence = read_run(tmp_path)
    rows = {row["k"]: row for row in pass_rows(evidence.problems)}
    assert list(rows) == [1, 2, 4, 6]
    assert rows[6]["automatic"] == pytest.approx(4 / 5)
    assert rows[6]["audited"] == pytest.approx(3 / 5)  # exact at k = n
    assert rows[6]["audit_interval"] == pytest.approx([3 / 5, 3 / 5])
    assert rows[6]["band"] == pytest.approx([3 / 5, 3 / 5])
    places = [problem.first_sound for problem in evidence.problems]
    for k, row in rows.items():
        by_hand = [
            0.0 if place is None else float(hypergeom.sf(place - 1, N, len(truth), k))
            for place, truth in zip(places, TRUTH, strict=True)
        ]
        assert row["audited"] == pytest.approx(np.mean(by_hand))
        assert row["design"] == "problems" and "unbiased for" in row["statement"]
        sound = np.mean([stats.pass_at_k(N, sum(truth), k) for truth in TRUTH])
        assert row["band"][0] - 1e-12 <= sound <= row["band"][1] + 1e-12


def test_before_the_end_there_is_a_model_and_a_band(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    before = pass_row(read_evidence(run).problems, N)
    assert before["audited"] is None and before["band"] == pytest.approx([0, 4 / 5])
    read_all(run, most=3)
    during = pass_row(read_evidence(run).problems, N)
    assert during["design"] == "model" and during["unbiased_for"] is None
    assert "unbiased for nothing" in during["statement"] and during["audit_interval"] is None
    assert 0 < during["audited"] < 1
    read_all(run)
    assert pass_row(read_evidence(run).problems, N)["design"] == "problems"


@pytest.mark.parametrize(("design", "budget"), [("stop", 1000), ("two-phase", 4)])
def test_the_mean_over_plans_is_the_truth(design: str, budget: int) -> None:
    figures = {k: [] for k in (1, 2, N)}  # type: dict[int, list[float]]
    for seed in range(200):
        problems = read_in_memory(seed, design=design, budget=budget)
        for k, found in figures.items():
            row = pass_row(problems, k)
            assert row["design"] == ("problems" if design == "stop" else "difference")
            found.append(row["audited"])
    for k, found in figures.items():
        truth = np.mean([stats.pass_at_k(N, sum(row), k) for row in TRUTH])
        error = np.std(found, ddof=1) / len(found) ** 0.5
        assert abs(np.mean(found) - truth) < max(4 * error, 1e-9), k


def test_a_defective_problem_is_unsolved(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    read_all(run, p2="defective")
    evidence = read_evidence(run)
    assert evidence.problems[2].reading.standing == "defective"
    row = pass_row(evidence.problems, N)
    assert row["audited"] == pytest.approx(2 / 5) and row["band"] == pytest.approx([2 / 5, 2 / 5])


def test_samples_that_came_after_the_plan_are_refused(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    report = json.loads((run / "report.json").read_text())
    report["problems"][0]["samples"][0]["outcome"] = "wrong"
    (run / "report.json").write_text(json.dumps(report))
    with pytest.raises(RunError, match="not those of its plan"):
        read_evidence(run)


def test_the_ladder() -> None:
    assert [ladder(n) for n in (1, 2, 5, 64)] == [[1], [1, 2], [1, 2, 4, 5], [1, 2, 4, 8, 16, 32, 64]]
