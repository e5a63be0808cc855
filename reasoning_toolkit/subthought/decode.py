"""Decode problems into a run: the loop that ties methods, engine, ledger, grader and report together.

    with Run(Path("runs/first")) as run:
        report = decode(run, problems, engine, DecodeConfig(problems="pocket:mixed", model="pocket", method="subthought"))

The same call on the same folder goes on where it stopped; `score` grades again without an engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.think import ThinkTags
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import NothingToShow, UsageError
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.reports.html import write_html
from reasoning_toolkit.runs.config import read_config, write_atomically
from reasoning_toolkit.runs.drive import Counts, drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run, read_problems
from reasoning_toolkit.scoring.table import open_scorer
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.details import Decoded, decide
from reasoning_toolkit.subthought.extractor import extraction
from reasoning_toolkit.subthought.filters import find_filter
from reasoning_toolkit.subthought.judge import Judged, judge
from reasoning_toolkit.subthought.kinds import profile_of, require_means, require_sandbox
from reasoning_toolkit.subthought.methods import find_method, resolved, scored_votes, votes_of
from reasoning_toolkit.subthought.reading import Readings, read_record
from reasoning_toolkit.subthought.record import Look, Record, record_from_json
from reasoning_toolkit.subthought.report import build_report, completions_used
from reasoning_toolkit.subthought.requests import Context
from reasoning_toolkit.subthought.scored import RememberedScorer, with_scores


def decode(
    run: Run,
    problems: Sequence[Problem],
    engine: Engine,
    config: DecodeConfig,
    *,
    counts: Counts | None = None,
    notify: Callable[[Counts], None] = lambda counts: None,
    finished: Callable[[Decoded], None] = lambda decoded: None,
) -> dict[str, Any]:
    """Decode every problem, write the run's report, return it.

    Args:
        counts: kept up to date while the work goes on.
        notify: called after every completion.
        finished: called with every problem, as it ends.

    Raises:
        ConfigChanged: the run was made with other settings.
        UsageError: the method does not fit the problems.
        SandboxError: programs must be run, and no sandbox holds here.
        EngineError: the engine died; what it finished is kept.
        DiskError: the run cannot be written.
    """
    method, keep, config = find_method(config), find_filter(config.answer_filter), resolved(config)
    require_means(problems, config)
    tags = [engine.tags.opening, engine.tags.closing] if engine.tags else None
    scorer = RememberedScorer(open_scorer(config.scorer, config.scorer_args), run.ledger) if config.scorer else None
    searches = {"scorer": scorer.identity, "separator": scorer.separator} if scorer and method.scored else {}
    run.configure(config, {"model": engine.identity, "tags": tags} | searches)
    run.keep_problems(problems)
    counts = counts or Counts()
    context = Context(engine, config, scorer)
    by_id = {p.id: p for p in problems}
    pipelines = ((p.id, method.run(p, context)) for p in problems)
    look, votes = _looker(run.ledger), votes_of(config.method, config.votes)
    with run.attempt(counts):
        for name, record in drive(engine, run.ledger, pipelines, counts=counts, notify=notify):
            if scorer and scored_votes(config):
                record = with_scores(record, by_id[name], scorer, look)
            profile = profile_of(by_id[name], unsafe_exec=config.unsafe_exec)
            judged = judge(read_record(record, look, engine.tags, keep, profile), by_id[name].answer, profile)
            run.ledger.save("record", {name: record.to_json()})
            run.ledger.save("verdict", {name: {"grader": _grader(profile)} | judged.to_json()})
            finished(decide(by_id[name], record, judged, look, votes))
    return write_report(run)


def score(run: Run, extractor: Engine | None = None, *, unsafe_exec: bool = False) -> tuple[dict[str, Any], int]:
    """Grade every completion of a run again.

    Args:
        extractor: a model that reads the answers in place of our own rules; without it nothing is generated.
        unsafe_exec: run code that was generated without a sandbox.

    Returns:
        The new report, and how many verdicts changed.

    Raises:
        UsageError: the answers are programs, which an extractor does not read.
        SandboxError: programs must be run, and no sandbox holds here.
    """
    config = read_config(run.folder)
    tags, keep = _tags(config), find_filter(config["settings"].get("answer_filter"))
    look, before = _looker(run.ledger), run.ledger.load_all("verdict")
    records = {name: _record(body) for name, body in run.ledger.load_all("record").items()}
    problems = {p.id: p for p in read_problems(run.ledger) if p.id in records}
    profiles = {name: profile_of(problem, unsafe_exec=unsafe_exec) for name, problem in problems.items()}
    if any(problem.kind == "code" for problem in problems.values()):
        require_sandbox(unsafe_exec=unsafe_exec)
        if extractor:
            raise UsageError(
                "a model cannot read the answers of this run: they are programs", hint="leave out --extractor"
            )
    readings: Iterable[tuple[str, Readings]] = (
        (i, read_record(records[i], look, tags, keep, profiles[i])) for i in problems
    )
    if extractor:
        asked = ((i, extraction(p, records[i], extractor, look, keep)) for i, p in problems.items())
        readings = drive(extractor, run.ledger, asked)
    changed = 0
    for name, found in readings:
        by = _grader(profiles[name]) + (f", answers read by {extractor.identity}" if extractor else "")
        judged = {"grader": by} | judge(found, problems[name].answer, profiles[name]).to_json()
        changed += _outcomes(before.get(name)) != _outcomes(judged)
        run.ledger.save("verdict", {name: judged})
    return write_report(run), changed


def write_report(run: Run) -> dict[str, Any]:
    """`report.json` and `report.html` from the ledger.

    Raises:
        NothingToShow: no problem is finished yet.
    """
    report = make_report(run.folder, run.ledger)
    write_atomically(run.folder / "report.json", json.dumps(report, indent=1, sort_keys=True) + "\n")
    write_html(report, run.folder / "report.html")
    return report


def make_report(folder: Path, ledger: Ledger) -> dict[str, Any]:
    """The report of what a ledger holds so far, also while a run goes on."""
    settings, decoded, look = read_decoded(folder, ledger)
    # Only what the records name: what else was under way when a vote was decided depends on timing.
    usage = ledger.usage(completions_used(decoded))
    verdicts = ledger.load_all("verdict")
    graders = {verdicts[d.problem.id]["grader"] for d in decoded}
    return build_report(settings, decoded, look, usage, ledger.quarantined(), graders)


def read_decoded(folder: Path, ledger: Ledger) -> tuple[Mapping[str, Any], list[Decoded], Look]:
    """A run's settings, its finished problems so far, and how to look at a completion.

    Raises:
        NothingToShow: no problem is finished yet, or another version made the records.
    """
    settings, look = read_config(folder)["settings"], _looker(ledger)
    votes = votes_of(settings["method"], settings.get("votes", ()))
    records, verdicts = ledger.load_all("record"), ledger.load_all("verdict")
    decoded = [
        decide(problem, _record(records[problem.id]), _judged(verdicts[problem.id]), look, votes)
        for problem in read_problems(ledger)
        if problem.id in records and problem.id in verdicts
    ]
    if not decoded:
        raise NothingToShow(f"{folder} holds no finished problem yet", hint="run the decode command again to go on")
    return settings, decoded, look


def _grader(profile: str) -> str:
    """Who graded, as it is kept beside verdicts."""
    return GRADER_VERSION + (", code run without a sandbox" if profile == "code-unsafe" else "")


def _looker(ledger: Ledger) -> Callable[[str], Completion]:
    @lru_cache(maxsize=4096)
    def look(key: str) -> Completion:
        completion = ledger.get(key)
        if completion is None:
            raise NothingToShow(
                f"completion {key} is gone from {ledger.path}", hint="run the decode command again: it is made again"
            )
        return completion

    return look


def _tags(config: Mapping[str, Any]) -> ThinkTags | None:
    tags = config["identity"]["tags"]
    return ThinkTags(*tags) if tags else None


def _record(body: Mapping[str, Any]) -> Record:
    try:
        return record_from_json(body)
    except (KeyError, TypeError) as error:
        raise _older() from error


def _judged(body: Mapping[str, Any]) -> Judged:
    try:
        draws, samples = (tuple(Verdict(**v) for v in body[part]) for part in ("draws", "samples"))
        return Judged(Verdict(**body["trace"]) if body["trace"] else None, draws, samples)
    except (KeyError, TypeError) as error:
        raise _older() from error


def _older() -> NothingToShow:
    return NothingToShow(
        "this run's records were made by another version",
        hint="run the decode command again: it generates nothing twice",
    )


def _outcomes(body: Mapping[str, Any] | None) -> Any:
    """The part of stored verdicts that a reader sees change: outcomes and answers."""
    if body is None:
        return None
    return [(v.outcome, v.answer) for v in _judged(body).all()]
