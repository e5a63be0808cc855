"""Read the completions of a file or folder, and put those of one problem together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.formats import find_format
from reasoning_toolkit.exchange.recognise import find_files
from reasoning_toolkit.exchange.sample import Sample
from reasoning_toolkit.problems.problem import Problem

ONE_BY_ONE = "import files of different data one by one, each with a --run of its own"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a file or folder holds: problems and the samples of each (by its id), both in the order of the source.

    Attributes:
        name: of the file or folder.
        format: a row of `FORMATS`.
    """

    name: str
    format: str
    problems: Sequence[Problem]
    samples: Mapping[str, Sequence[Sample]]

    def all(self) -> list[Sample]:
        """Every sample, problem by problem."""
        return [sample for problem in self.problems for sample in self.samples[problem.id]]


def gather(path: Path, name: str | None = None) -> Gathered:
    """The completions of a file, or of the files of a folder.

    Args:
        name: a row of `FORMATS`; recognised by the columns where it is None.

    Raises:
        UsageError: there is no such format, or a folder holds several.
        DataError: a file that is not of its format, a completion that stands there twice, or a problem that has several questions or
            answers: file, line, what was expected and what came.
    """
    name, files = find_files(path, name)
    samples = [sample for file in files for sample in find_format(name).reader(file)]
    if not samples:
        raise DataError(f"expected at least one completion in {path}, found none", hint="is it the right file?")
    _refuse_twice(samples)
    problems: dict[str, Problem] = {}
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        first = problems.setdefault(sample.problem.id, sample.problem)
        if (first.question, first.answer) != (sample.problem.question, sample.problem.answer):
            raise DataError(
                f"{sample.place}: problem {first.id!r} has another question or answer than at {groups[first.id][0].place}",
                hint=ONE_BY_ONE,
            )
        groups.setdefault(first.id, []).append(sample)
    return Gathered(path.resolve().name, name, list(problems.values()), groups)


def _refuse_twice(samples: Iterable[Sample]) -> None:
    first: dict[str, str] = {}
    for sample in samples:
        if sample.identity in first:
            raise DataError(
                f"{sample.place}: expected each completion once, got {sample.identity!r} again (first at {first[sample.identity]})",
                hint=ONE_BY_ONE,
            )
        if sample.identity:
            first[sample.identity] = sample.place
