"""The report of an audit: its dictionary, its page, the verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reasoning_toolkit.audit.report import write_report
from reasoning_toolkit.cli import app
from reasoning_toolkit.errors import RunError
from tests.audit.audited_run import planned_run, read_all
from tests.audit.sample_run import write_run


def test_equal_readings_give_equal_bytes(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    read_all(run)
    report = write_report(run)
    files = [(run / "audit" / name).read_bytes() for name in ("report.json", "report.html")]
    write_report(run)
    assert files == [(run / "audit" / name).read_bytes() for name in ("report.json", "report.html")]
    assert json.loads(files[0]) == report
    assert report["readings"]["texts"] == 11 and report["readings"]["texts_settled"] < 11
    assert report["readings"]["readings"] == sum(row["readings"] for row in report["readers"])
    assert {row["name"] for row in report["detectors"]} >= {"E", "A", "X", "ensemble"}
    calibrated = next(row for row in report["detectors"] if row["name"] == "X")["calibration"]
    assert sum(b["solutions"] for b in calibrated["bins"]) == report["readings"]["texts_settled"]
    assert report["design"]["unbiased_for"] and len(report["design"]["hash"]) == 64


def test_the_page_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    path = run / "report.json"
    report = json.loads(path.read_text())
    for problem in report["problems"]:
        problem["extra"]["level"] = f"<script>alert({problem['extra']['level']})</script>"
    path.write_text(json.dumps(report))
    read_all(run, readers=("<img src=x onerror=alert(1)>", "bob"))
    write_report(run)
    page = (run / "audit" / "report.html").read_text()
    assert "<script" not in page and "<img" not in page and "<b>some set" not in page
    assert "script-src &#39;none&#39;" in page or "script-src 'none'" in page
    assert "http://" not in page and "https://" not in page


def test_the_page_of_an_audit_that_has_not_begun(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    report = write_report(run)
    assert report["detectors"] == [] and report["curves"][0]["audited"] is None
    assert "not read to their end" in report["notes"][0]
    assert "0.0% to 80.0%. 0 of 11 accepted" in " ".join((run / "audit" / "report.html").read_text().split())


def test_a_part_of_the_problems_is_said_to_be_one(tmp_path: Path) -> None:
    run = planned_run(tmp_path, design="two-phase", budget=5, confirmations=1)
    read_all(run)
    report = write_report(run)
    assert report["design"]["name"] == "difference" and "proxy" in report["design"]["statement"]
    assert any("One reader" in note for note in report["notes"])
    assert report["readings"]["problems_read"] <= report["readings"]["problems_solved"] == 4


def test_the_verb(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    read_all(run)
    shown = CliRunner().invoke(app, ["audit", "report", str(run)])
    assert shown.exit_code == 0, shown.output
    assert "60.0 %" in shown.output and "of the solved problems" in shown.output and "report.html" in shown.output
    plain = CliRunner().invoke(app, ["audit", "report", str(run), "--json"])
    assert json.loads(plain.stdout) == json.loads((run / "audit" / "report.json").read_text())


def test_without_a_plan_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[("a", True)]])
    with pytest.raises(RunError, match="reason audit plan"):
        write_report(run)
