"""Shares by strategy and by detector's flag: by hand, in the mean over plans, and what is said where nothing was read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reasoning_toolkit.audit.detectors.finding import SOUND, Finding
from reasoning_toolkit.audit.evidence import Audited, read_evidence
from reasoning_toolkit.audit.flags import flag_rows
from reasoning_toolkit.audit.report import write_report
from reasoning_toolkit.audit.strategies import strategy_rows
from tests.audit.audited_run import TRUTH, N, planned_run, read_all, read_in_memory

ELECTED = (True, False, True, False, True)  # the vote is right on the first, third and last problem
FLAGGED = {"0.0", "0.2", "1.1", "4.0", "4.4"}  # two of eleven flagged ones are sound


def voted(problems: list[Audited]) -> list[Audited]:
    return [replace(p, votes={"vote": right}) for p, right in zip(problems, ELECTED, strict=True)]


def said(problems: list[Audited]) -> dict[str, dict[str, Finding]]:
    flags = {
        problem.pool.item(i): Finding(True, 1.0) if sample.text in FLAGGED else SOUND
        for problem in problems
        for i, sample in enumerate(problem.pool.samples)
    }
    return {"E": flags}


def by_strategy(problems: list[Audited]) -> dict[str, dict[str, Any]]:
    return {row["strategy"]: row for row in strategy_rows(problems)}


def test_each_strategy_in_the_mean_over_plans() -> None:
    shares = [sum(row) / len(row) if row else 0.0 for row in TRUTH]
    vote = sum(share for share, right in zip(shares, ELECTED, strict=True) if right)
    truth = {
        "single sample": (sum(map(len, TRUTH)) / (5 * N), sum(map(sum, TRUTH)) / (5 * N)),
        "vote": (3 / 5, vote / 5),
        f"any of {N}": (4 / 5, 3 / 5),
    }
    for design, budget in (("stop", 1000), ("two-phase", 4)):
        found: dict[str, list[float]] = {name: [] for name in truth}
        for seed in range(200):
            rows = by_strategy(voted(read_in_memory(seed, design=design, budget=budget)))
            assert list(rows) == list(truth)
            for name, row in rows.items():
                assert row["automatic"] == pytest.approx(truth[name][0])
                if row["read"]:
                    assert row["share"] == pytest.approx(1 - row["audited"] / row["automatic"], abs=1e-9)
                    found[name].append(row["audited"])
        for name, values in found.items():
            if design == "stop":
                assert abs(np.mean(values) - truth[name][1]) < max(4 * np.std(values, ddof=1) / 200**0.5, 1e-9), name


def test_a_vote_by_hand() -> None:
    """Twenty problems with two accepted samples, the vote right on ten: five wholly false, five wholly sound."""
    problems = read_in_memory(0, truth=[[False, False]] * 5 + [[True, True]] * 15)
    rows = by_strategy([replace(p, votes={"vote": i < 10}) for i, p in enumerate(problems)])
    vote = rows["vote"]
    assert (vote["automatic"], vote["audited"], vote["share"]) == pytest.approx((0.5, 0.25, 0.5))
    assert vote["read"] == 5 * 2 + 5
    low, high = vote["share_interval"]
    assert 0.1 < low < 0.3 and low + high == pytest.approx(1, abs=0.05)


def test_a_vote_that_is_never_right_has_nothing_to_read() -> None:
    rows = by_strategy([replace(p, votes={"vote": False}) for p in read_in_memory(0)])
    assert rows["vote"] == rows["vote"] | {"automatic": 0.0, "read": 0, "audited": None, "share": None}


def test_flags_add_up_in_the_mean_over_plans() -> None:
    """Sums over flags of parts and of flawed parts are those of all accepted ones; their means over plans are the truth."""
    accepted = {f"{i}.{j}": ok for i, row in enumerate(TRUTH) for j, ok in enumerate(row)}
    part, flawed = [], []
    for seed in range(400):
        problems = read_in_memory(seed)
        with_flag, without = flag_rows(problems, said(problems))
        assert with_flag["part"] + without["part"] == pytest.approx(1)
        part.append(with_flag["part"])
        flawed.append(with_flag["part"] * (with_flag["share"] or 0.0))
    for values, truth in (
        (part, len(FLAGGED) / len(accepted)),
        (flawed, sum(not accepted[name] for name in FLAGGED) / len(accepted)),
    ):
        assert abs(np.mean(values) - truth) < 4 * np.std(values, ddof=1) / 400**0.5


def test_a_flag_that_no_solution_read_has() -> None:
    problems = read_in_memory(0)
    with_flag, without = flag_rows(problems, {"E": dict.fromkeys(said(problems)["E"], SOUND)})
    assert with_flag == {"detector": "E", "flagged": True, "read": 0, "part": 0.0, "share": None, "interval": None}
    assert without["part"] == 1 and 0 < without["interval"][0] < without["share"] < without["interval"][1] < 1


def test_the_report_says_what_was_not_read(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    report = json.loads((run / "report.json").read_text())
    for problem, right in zip(report["problems"], ELECTED, strict=True):
        problem["answers"] = {
            "self-consistency": {"answer": "7", "outcome": "right" if right else "wrong", "reason": ""}
        }
    (run / "report.json").write_text(json.dumps(report))
    before = write_report(run)
    assert [row["strategy"] for row in before["strategies"]] == ["single sample", "self-consistency", "any of 6"]
    assert all(row["share"] is None for row in before["strategies"]) and before["flags"] == []
    assert "not read" in (run / "audit" / "report.html").read_text()
    read_all(run)
    after = write_report(run)
    assert {p.votes["self-consistency"] for p in read_evidence(run).problems} == {True, False}
    assert all(row["share"] is not None for row in after["strategies"])
    assert [row["flagged"] for row in after["flags"]] == [True, False] * len(after["detectors"])
    page = (run / "audit" / "report.html").read_text()
    assert "By strategy" in page and "By detector" in page


def test_a_group_of_which_nothing_was_drawn_has_no_share(tmp_path: Path) -> None:
    """Its figure would be the plan's guess."""
    for seed in range(40):
        run = planned_run(tmp_path / str(seed), design="two-phase", budget=4, confirmations=1, seed=seed)
        read_all(run)
        rows = [row for group in write_report(run)["breakdowns"] for row in group["rows"]]
        empty = [row for row in rows if not row["read"]]
        assert all(row["by_solution"] is None and row["pass"]["audited"] is None for row in empty)
        if empty and len(empty) < len(rows):
            return
    raise AssertionError("no plan left a group out")
