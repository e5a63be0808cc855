"""False-positive shares: two ways to count, in the mean over plans; by column and by type; and the tests of the gap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtrit

from reasoning_toolkit.audit.evidence import read_evidence
from reasoning_toolkit.audit.false_positives import breakdowns, flaw_types, shares
from reasoning_toolkit.audit.gap_tests import gap_tests
from tests.audit.audited_run import TRUTH, planned_run, read_in_memory, read_run

ACCEPTED, SOUND = sum(map(len, TRUTH)), sum(map(sum, TRUTH))


@pytest.mark.parametrize(("design", "budget"), [("stop", 1000), ("two-phase", 4)])
def test_both_shares_are_right_in_the_mean(design: str, budget: int) -> None:
    found = [shares(read_in_memory(seed, design=design, budget=budget)) for seed in range(200)]
    for name, truth in (("by_solution", 1 - SOUND / ACCEPTED), ("by_problem", 1 / 4)):
        values = [row[name] for row in found]
        assert abs(np.mean(values) - truth) < max(4 * np.std(values, ddof=1) / len(values) ** 0.5, 1e-9), name


def test_types_add_up_to_the_share_by_solution(tmp_path: Path) -> None:
    problems = read_run(tmp_path).problems
    rows = {row["type"]: row for row in flaw_types(problems)}
    assert rows["logical"]["share"] == pytest.approx(shares(problems)["by_solution"])
    assert rows["logical"]["read"] == sum(v == "flawed" for p in problems for v in p.reading.settled) >= 2
    assert rows["jump"] == rows["jump"] | {"read": 0, "share": 0.0}


def test_columns_with_few_plain_values_are_broken_down(tmp_path: Path) -> None:
    (group,) = breakdowns(read_run(tmp_path).problems)
    assert group["column"] == "level"
    assert [(row["value"], row["problems"], row["solved"]) for row in group["rows"]] == [
        ("1", 2, 2),
        ("2", 2, 1),
        ("3", 1, 1),
    ]
    assert [row["by_problem"] for row in group["rows"]] == [0.5, 0.0, 0.0]
    assert [row["pass"]["audited"] for row in group["rows"]] == [0.5, 0.5, 1.0]
    assert group["rows"][2]["by_problem_interval"] is None  # one problem says nothing about others


def test_no_share_before_reading_has_ended(tmp_path: Path) -> None:
    problems = read_evidence(planned_run(tmp_path)).problems
    assert shares(problems)["by_solution"] is None and flaw_types(problems)[0]["share"] is None
    assert gap_tests(problems)["reason"] == "reading has not ended"


def test_intervals_of_shares_by_hand() -> None:
    """Nine solved problems with one accepted solution each, all sound: Wilson's interval of 0 of 9, by a t quantile."""
    row = shares(read_in_memory(0, truth=[[True]] * 9))
    spread = float(stdtrit(8, 0.975)) ** 2 / 9
    for name in ("by_solution", "by_problem"):
        assert row[name] == 0
        assert row[f"{name}_interval"] == pytest.approx([0, spread / (1 + spread)])


def test_the_gap_grows_where_rarely_solved_problems_are_false() -> None:
    """Ten problems with one accepted sample that is flawed, ten with six sound ones: no gap at first, a large one in the end."""
    problems = read_in_memory(0, truth=[[False]] * 10 + [[True] * 6] * 10)
    found = gap_tests(problems)
    assert [row["gap"] for row in found["rows"]] == pytest.approx([k / 12 for k in (1, 2, 4, 6)])
    assert found["change"]["change"] == pytest.approx(5 / 12) and found["change"]["p_value"] < 0.01
    assert found["trend"]["interval"][0] > 0 and found["trend"]["p_value"] < 0.01
