"""The samples of a run as the audit sees them: for each problem how many were drawn, which were accepted, what each says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import RunError, UsageError
from reasoning_toolkit.reports.page import clean
from reasoning_toolkit.runs.config import read_config

METHOD, IMPORTED = "self-consistency", "imported"  # of a run whose samples are, or may be, independent draws


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: what is to be read of it, the answer that the grader found, whether that was accepted."""

    text: str
    answer: str | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """All samples of one problem."""

    problem: str
    question: str
    reference: str
    samples: tuple[Sample, ...]

    def item(self, number: int) -> str:
        """The identity of a sample's text: samples that differ in white space only share one reading."""
        return item_of(self.question, self.samples[number].text)


def item_of(question: str, text: str) -> str:
    """32 hex digits of what is read: the question and the text, white space folded."""
    folded = [" ".join(part.split()) for part in (question, text)]
    return hashlib.sha256(json.dumps(folded).encode()).hexdigest()[:32]


def read_pools(run: Path, *, after_thinking: bool = False) -> list[Pool]:
    """The samples of a finished run of self-consistency, or of an import, from its report.

    `report.json` is a function of the run's ledger and holds all the audit needs, so nothing is graded again here.

    Args:
        run: the run directory.
        after_thinking: keep only what follows the thinking, where a sample closes its thinking.

    Raises:
        RunError: there is no run here, no report, or the report is older than the run.
        UsageError: the run's samples are not independent draws of a fixed number. Of imported ones nobody here knows.
    """
    config = read_config(run)
    report = _report(run / "report.json")
    if report["run"]["config"] != config["settings"]:
        raise RunError(
            f"{run / 'report.json'} is older than the run", hint="finish the decode, or `reason score` the run"
        )
    if report["run"]["method"] not in (METHOD, IMPORTED):
        raise UsageError(
            f"an audit of pass@k needs independent samples, {run} was made by {report['run']['method']!r}",
            hint=f"reason decode … --method {METHOD} -n N",
        )
    tags = config["identity"].get("tags") if after_thinking else None
    return [_pool(problem, tags[1] if tags else None) for problem in report["problems"]]


def _report(path: Path) -> Mapping[str, Any]:
    hint = "run the decode command to its end, or `reason score` the run"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path} is not there", hint=hint) from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}", hint=hint) from error
    if not isinstance(report, dict) or report.get("schema") != 1:
        raise RunError(f"{path} is not a report of this version", hint=hint)
    return report


def _pool(problem: Mapping[str, Any], closing: str | None) -> Pool:
    samples = tuple(
        Sample(_read_part(clean(s["text"]), closing), clean(s["answer"]), s["outcome"] == "right")
        for s in problem["samples"]
    )
    return Pool(problem["id"], clean(problem["question"]), clean(problem["gold"]), samples)


def _read_part(text: str, closing: str | None) -> str:
    return text.rpartition(closing)[2].lstrip("\n") if closing else text
