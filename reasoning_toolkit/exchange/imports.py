"""Make a run of completions that others made: problems, samples, what the source said of them, and our own verdicts beside.

Each completion is in the run's ledger under a key of its own; the model of that key is the import: its format and a hash of its content. So
the same files give the same run, and `score`, `view`, `compare` and `export` work on it as on any other. How the completions were sampled
is not known here: the sampling parameters in the ledger mean nothing. What the source said stands
in the record, with the draw (`Label.to_json`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reasoning_toolkit.engines.think import find_tags
from reasoning_toolkit.engines.types import Completion, Request, Sampling, Usage
from reasoning_toolkit.exchange.gather import Gathered
from reasoning_toolkit.exchange.sample import GOLD_FROM, Sample
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.config import fixed
from reasoning_toolkit.runs.encoding import pack
from reasoning_toolkit.runs.run import Run, problem_to_json
from reasoning_toolkit.subthought.decode import write_report
from reasoning_toolkit.subthought.judge import Judged, judge
from reasoning_toolkit.subthought.reading import read_record
from reasoning_toolkit.subthought.record import Record, draws_of
from reasoning_toolkit.subthought.report import IMPORTED

MISSING = "not in the source: it holds no text of this sample"


@dataclass(frozen=True, slots=True)
class ImportConfig:
    """What was imported; the fields that reports read of any run.

    Attributes:
        problems: the name of the file or folder.
        model: who made the completions, where one made all of them; else the format.
        format: a row of `FORMATS`.
        method, seed, stop: as in `DecodeConfig`.
    """

    problems: str
    model: str
    format: str = fixed()
    method: str = fixed(default=IMPORTED)
    seed: int = 0
    stop: str = "full"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in.

    Attributes:
        report: of the run.
        completions: how many.
        recorded: completions of which the source says whether the answer is right.
        differ: those of them on which our grader differs: problem id, number of the sample, what the source says.
        unsound: right answers whose reasoning a person rejected.
    """

    report: dict[str, Any]
    completions: int
    recorded: int
    differ: tuple[tuple[str, int, bool], ...]
    unsound: int


def import_run(run: Run, found: Gathered) -> Imported:
    """Keep what was read from a file or folder (`gather`) in a run, graded.

    Args:
        run: new, or made by the same import.

    Raises:
        ConfigChanged: the run was made of something else.
        DiskError: it cannot be written.
    """
    samples = found.all()
    models = {str(sample.label.extra.get("model")) for sample in samples}
    model = models.pop() if len(models) == 1 and models != {"None"} else found.format
    tags = next((tags for s in samples if s.text and (tags := find_tags(s.text))), None)
    identity = {
        "model": f"import:{found.format}",
        "content": _digest(samples),
        "tags": [tags.opening, tags.closing] if tags else None,
    }
    run.configure(ImportConfig(found.name, model, found.format), identity)
    run.keep_problems(found.problems)
    name = "majority vote" if any(len(group) > 1 for group in found.samples.values()) else "imported answer"
    differ: list[tuple[str, int, bool]] = []
    for problem in found.problems:
        record, completions = _kept(run, problem, found.samples[problem.id], identity, name)
        judged = judge(read_record(record, completions.__getitem__, tags), problem.answer)
        run.ledger.save("record", {problem.id: record.to_json()})
        run.ledger.save("verdict", {problem.id: {"grader": GRADER_VERSION} | judged.to_json()})
        differ += _differ(problem, found.samples[problem.id], judged)
    recorded = sum(map(_comparable, samples))
    unsound = sum(sample.label.right is True and sample.label.sound is False for sample in samples)
    return Imported(write_report(run), len(samples), recorded, tuple(differ), unsound)


def _digest(samples: Sequence[Sample]) -> str:
    digest = hashlib.sha256()
    for s in samples:
        told = [s.problem.id, problem_to_json(s.problem), s.text, s.finish_reason, s.tokens, s.label.to_json(), s.votes]
        digest.update(pack(told))
    return digest.hexdigest()[:16]


def _kept(
    run: Run, problem: Problem, samples: Sequence[Sample], identity: Mapping[str, Any], name: str
) -> tuple[Record, dict[str, Completion]]:
    """Write one problem's completions down; its record, and they by key."""
    asked = ({"role": "user", "content": problem.question},)
    completions: dict[str, Completion] = {}
    for i, sample in enumerate(samples):
        request = Request((), Sampling(), 0, i, asked, problem.id)
        named = Request((), Sampling(), 0, i, ({"role": "problem", "content": problem.id}, *asked))
        key = named.key(f"{identity['model']}:{identity['content']}")
        completions[key] = _completion(sample)
        run.ledger.put(key, request, completions[key])
    draws = [
        replace(draw, votes=sample.votes, label=sample.label.to_json() or None)
        for draw, sample in zip(draws_of(tuple(completions)), samples, strict=True)
    ]
    return Record(name, draws=tuple(draws)), completions


def _differ(problem: Problem, samples: Sequence[Sample], judged: Judged) -> list[tuple[str, int, bool]]:
    """The samples on which source and grader differ."""
    return [
        (problem.id, i, bool(sample.label.right))
        for i, (sample, verdict) in enumerate(zip(samples, judged.draws, strict=True))
        if _comparable(sample) and sample.label.right != (verdict.outcome == "right")
    ]


def _comparable(sample: Sample) -> bool:
    """Whether source and grader can differ: not where the gold answer was read from a solution that the source calls right."""
    return sample.text is not None and sample.label.right is not None and GOLD_FROM not in sample.problem.extra


def _completion(sample: Sample) -> Completion:
    if sample.text is None:
        return Completion((), "", "error", Usage(), error=MISSING)
    return Completion((), sample.text, sample.finish_reason, Usage(decoded=sample.tokens))
