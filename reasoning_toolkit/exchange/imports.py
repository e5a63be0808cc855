"""Make a run of completions that others made: problems, samples, what the source said of them, and our own verdicts beside.

Each completion is in the run's ledger under a key of its own; the model of that key is the import: its format and a hash of its content. So
the same files give the same run, and `score`, `view`, `compare` and `export` work on it as on any other. How the completions were sampled
is not known here: the sampling parameters in the ledger mean nothing. What the source said is a document of the kind `label`, named by the
completion's key (`Label.to_json`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.types import Completion, Request, Sampling, Usage
from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.formats import FORMATS, files_of, recognise
from reasoning_toolkit.exchange.sample import Sample
from reasoning_toolkit.grading import GRADER_VERSION
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.config import fixed
from reasoning_toolkit.runs.encoding import pack
from reasoning_toolkit.runs.run import Run, problem_to_json
from reasoning_toolkit.subthought.decode import write_report
from reasoning_toolkit.subthought.judge import judge
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
        format: a row of `FORMATS`.
        completions: how many.
        recorded: completions of which the source says whether the answer is right.
        differ: those of them on which our grader differs: problem id, number of the sample, what the source says.
        unsound: right answers whose reasoning a person rejected.
    """

    report: dict[str, Any]
    format: str
    completions: int
    recorded: int
    differ: tuple[tuple[str, int, bool], ...]
    unsound: int


def import_run(run: Run, path: Path, read: tuple[str, list[Sample]]) -> Imported:
    """Keep what was read from a file or folder (`read_samples`) in a run, graded.

    Args:
        run: new, or made by the same import.
        read: the format and the samples.

    Raises:
        DataError: samples of one problem name different questions or answers.
        ConfigChanged: the run was made of something else.
    """
    name, samples = read
    problems, groups = _grouped(samples)
    digest = _digest(samples)
    models = {str(sample.label.extra.get("model")) for sample in samples}
    model = models.pop() if len(models) == 1 and models != {"None"} else name
    run.configure(ImportConfig(path.name, model, name), {"model": f"import:{name}", "content": digest, "tags": None})
    run.keep_problems(problems)
    several = any(len(group) > 1 for group in groups.values())
    differ: list[tuple[str, int, bool]] = []
    for problem in problems:
        differ += _keep(run, problem, groups[problem.id], f"import:{name}:{digest}", several)
    recorded = sum(sample.label.right is not None and sample.text is not None for sample in samples)
    unsound = sum(sample.label.right is True and sample.label.sound is False for sample in samples)
    return Imported(write_report(run), name, len(samples), recorded, tuple(differ), unsound)


def read_samples(path: Path, name: str | None = None) -> tuple[str, list[Sample]]:
    """The format of a file, or of the files of a folder, and its samples in order.

    Args:
        name: a row of `FORMATS`; recognised by the columns where it is None.

    Raises:
        UsageError: there is no such format, or a folder holds several.
        DataError: a file that is not of its format: file, line, what was expected and what came.
    """
    if not path.exists():
        raise DataError(f"expected a file or folder at {path}, found none", hint="check the path")
    name = name or recognise(path)
    samples = [sample for file in files_of(path, name) for sample in FORMATS[name].reader(file)]
    if not samples:
        raise DataError(f"expected at least one completion in {path}, found none", hint="is it the right file?")
    return name, samples


def _grouped(samples: Sequence[Sample]) -> tuple[list[Problem], dict[str, list[Sample]]]:
    """The problems in order, and the samples of each."""
    problems: dict[str, Problem] = {}
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        first = problems.setdefault(sample.problem.id, sample.problem)
        if (first.question, first.answer) != (sample.problem.question, sample.problem.answer):
            raise DataError(
                f"{sample.place}: problem {first.id!r} has another question or answer than at {groups[first.id][0].place}",
                hint="import files of different data one by one, each with a --run of its own",
            )
        groups.setdefault(first.id, []).append(sample)
    return list(problems.values()), groups


def _digest(samples: Sequence[Sample]) -> str:
    digest = hashlib.sha256()
    for s in samples:
        digest.update(
            pack([s.problem.id, problem_to_json(s.problem), s.text, s.finish_reason, s.tokens, s.label.to_json()])
        )
    return digest.hexdigest()[:16]


def _keep(
    run: Run, problem: Problem, samples: Sequence[Sample], identity: str, several: bool
) -> list[tuple[str, int, bool]]:
    """Write one problem's completions down; the samples on which source and grader differ."""
    asked = ({"role": "user", "content": problem.question},)
    completions: dict[str, Completion] = {}
    labels: dict[str, Any] = {}
    for i, sample in enumerate(samples):
        request = Request((), Sampling(), 0, i, asked, problem.id)
        key = Request((), Sampling(), 0, i, ({"role": "problem", "content": problem.id}, *asked)).key(identity)
        completions[key] = _completion(sample)
        labels |= {key: body} if (body := sample.label.to_json()) else {}
        run.ledger.put(key, request, completions[key])
    record = Record("majority vote" if several else "imported answer", draws=draws_of(tuple(completions)))
    judged = judge(read_record(record, completions.__getitem__, None), problem.answer)
    run.ledger.save("label", labels)
    run.ledger.save("record", {problem.id: record.to_json()})
    run.ledger.save("verdict", {problem.id: {"grader": GRADER_VERSION} | judged.to_json()})
    return [
        (problem.id, i, bool(sample.label.right))
        for i, (sample, verdict) in enumerate(zip(samples, judged.draws, strict=True))
        if sample.text is not None and sample.label.right not in (None, verdict.outcome == "right")
    ]


def _completion(sample: Sample) -> Completion:
    if sample.text is None:
        return Completion((), "", "error", Usage(), error=MISSING)
    return Completion((), sample.text, sample.finish_reason, Usage(decoded=sample.tokens))
