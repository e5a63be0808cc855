"""The report of an audit: one dictionary of all figures, each with its design, and the page made from it.

The dictionary is a function of the run's samples, the plan and the readings: the same readings give the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reasoning_toolkit.audit.agreement import measure_agreement
from reasoning_toolkit.audit.designs import DESIGNS
from reasoning_toolkit.audit.detected import detector_rows, findings_of
from reasoning_toolkit.audit.effort import reader_rows, spent_and_saved
from reasoning_toolkit.audit.evidence import Evidence, read_evidence
from reasoning_toolkit.audit.false_positives import breakdowns, flaw_types, share_row
from reasoning_toolkit.audit.figures import pass_rows
from reasoning_toolkit.audit.flags import flag_rows
from reasoning_toolkit.audit.gap_tests import gap_tests
from reasoning_toolkit.audit.pools import IMPORTED
from reasoning_toolkit.audit.strategies import strategy_rows
from reasoning_toolkit.reports.audit import write_audit
from reasoning_toolkit.reports.page import clean
from reasoning_toolkit.runs.config import write_atomically

SCHEMA = 1
_COEFFICIENTS = ("agreement", "kappa", "ac1", "alpha")  # None where one has no value yet


def write_report(run: Path) -> dict[str, Any]:
    """Report on a run's audit as it stands: RUN/audit/report.json and RUN/audit/report.html.

    Returns:
        The content of report.json.

    Raises:
        RunError: there is no plan, or the samples are not those of the plan.
        DiskError: a file cannot be written.
    """
    report = audit_report(read_evidence(run))
    write_atomically(run / "audit" / "report.json", json.dumps(report, indent=1, sort_keys=True) + "\n")
    write_audit(report, run / "audit" / "report.html")
    return report


def audit_report(evidence: Evidence) -> dict[str, Any]:
    """All figures of an audit. A share runs from 0 to 1; intervals are of 95 %; what has no value yet is None."""
    problems = evidence.problems
    findings = findings_of(problems)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "title": f"Audit of {evidence.title}",
        "run": {name: evidence.settings.get(name) for name in ("problems", "model", "n", "temperature", "seed")},
        "problems": len(problems),
        "curves": pass_rows(problems),
        "shares": share_row("all", problems),
        "breakdowns": breakdowns(problems),
        "strategies": strategy_rows(problems),
        "flags": flag_rows(problems, findings),
        "types": flaw_types(problems),
        "gaps": gap_tests(problems),
        "detectors": detector_rows(problems, findings),
        "agreement": dict.fromkeys(_COEFFICIENTS) | measure_agreement(evidence.manifest, evidence.state),
        "readers": reader_rows(evidence),
        "readings": spent_and_saved(evidence),
    }
    cleaned: dict[str, Any] = clean(report | {"design": _design(evidence, report["curves"][0])})
    return cleaned | {"notes": _import_notes(evidence) + _notes(cleaned)}


def _design(evidence: Evidence, row: dict[str, Any]) -> dict[str, Any]:
    """How the readings came about, and what that makes the figures worth."""
    manifest = evidence.manifest
    return {
        "planned": manifest.design,
        "name": row["design"],
        "statement": row["statement"],
        "randomness": DESIGNS[row["design"]].randomness,
        "unbiased_for": row["unbiased_for"],
        "confirmations": manifest.confirmations,
        "seed": manifest.seed,
        "revision": manifest.revision,
        "hash": manifest.hash,
        "after_thinking": manifest.after_thinking,
    }


def _import_notes(evidence: Evidence) -> list[str]:
    if evidence.settings["method"] != IMPORTED:
        return []
    return [
        "The samples were imported. The figures take those of a problem for independent draws of one sampler; whether they are, only "
        "their source can say."
    ]


def _notes(report: dict[str, Any]) -> list[str]:
    readings, notes = report["readings"], []
    if readings["open"]:
        notes.append(
            f"{readings['open']} problems are not read to their end, so no figure is unbiased yet: audited pass@k is that of a "
            "model, and only the band is certain. `reason audit read` goes on."
        )
    if readings["defective"]:
        notes.append(
            f"{readings['defective']} problems were found defective: they count as unsolved in the audited figures, and their "
            "accepted samples as not sound."
        )
    if readings["verdicts"]["grader wrong"]:
        notes.append(
            f"{readings['verdicts']['grader wrong']} solutions were accepted by mistake of the answer check, not of the "
            "reasoning; they count as not sound."
        )
    if report["design"]["confirmations"] == 1:
        notes.append(
            "One reader's word settled each solution: a flawed one that was passed raises the audited figures, and nothing here shows it."
        )
    elif not report["agreement"]["pairs"]:
        notes.append("No solution was read twice by chance, so agreement of the readers is unknown.")
    notes.append("The figures take the readers' settled verdicts for the truth; intervals hold no error of theirs.")
    return notes
