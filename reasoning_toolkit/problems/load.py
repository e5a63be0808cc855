"""Find a set of problems by its name, its path or a Python function, and choose among its problems.

    name            `builtin`, a row of `table.PROBLEM_SETS`, or NAME.jsonl of the data folder
    pocket:NAME     generated (`pocket/sets.py`): as many as `limit` asks for; 500 to choose from, or without a limit
    prompt_tasks:NAME  a task or suite of short tasks (`prompt_tasks.py`), from the data folder
    path            .jsonl, .jsonl.gz, .json (a list), .csv, .parquet
    file.py@name    a function of that file; it returns Problems or mappings

The data folder (argument `data`, else the environment variable REASONING_TOOLKIT_DATA) replaces the hub: once it is
set, a named set is read from there or refused, never downloaded.

Choosing happens in this order: load, keep `ids` (in the set's own order), shuffle, cut to `limit`.
"""

from __future__ import annotations

import difflib
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from reasoning_toolkit.errors import DataError, UsageError, unknown
from reasoning_toolkit.problems.files import FORMATS, format_of, read_rows
from reasoning_toolkit.problems.hub import download
from reasoning_toolkit.problems.pocket.sets import POCKET_COUNT, PREFIX, pocket_notes, pocket_set
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.problems.prompt_tasks import FOLDER as TASK_FOLDER
from reasoning_toolkit.problems.prompt_tasks import PREFIX as TASK_PREFIX
from reasoning_toolkit.problems.prompt_tasks import load_tasks, task_names
from reasoning_toolkit.problems.rows import to_problems
from reasoning_toolkit.problems.script import is_script, problems_of_script
from reasoning_toolkit.problems.table import PROBLEM_SETS, ProblemSet

DATA_VARIABLE = "REASONING_TOOLKIT_DATA"
BUILTIN = Path(__file__).with_name("builtin.jsonl")
_OWN_LICENCE = "same as the toolkit"
_BUILTIN_DESCRIPTION = "80 word problems of four levels, packaged: needs no network"


def load_problems(
    spec: str,
    *,
    data: Path | None = None,
    limit: int | None = None,
    ids: Sequence[str] | None = None,
    where: Mapping[str, str] | None = None,
    shuffle: int | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Problem]:
    """The problems of a set.

    Args:
        spec: a name, a path or `file.py@function`.
        data: folder with NAME.jsonl files; the default is the environment variable REASONING_TOOLKIT_DATA.
        limit: how many problems to keep, at least 1.
        ids: keep these alone.
        where: keep those whose further column has this value, compared as text, e.g. ``{"level": "1"}``.
        shuffle: seed; the same order on every machine.
        columns: our names to theirs, e.g. ``{"question": "text", "answer": "gold", "id": "uid"}``; ``"a+b"`` joins two
            columns with a space.

    Raises:
        UsageError: an unknown name, column field or id, a limit below 1, or no problem left.
        DataError: a file that cannot be read or trusted, or a set that cannot be downloaded.
        MissingPackage: a Parquet file, and pyarrow is not installed.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"expected a limit of at least 1, got {limit}", hint="leave limit out to take every problem")
    first = limit if ids is None and not where and shuffle is None else None  # where nothing else is chosen
    problems = _load(spec, _data_folder(data), columns or {}, first)
    if ids is not None:
        problems = _keep(problems, ids, spec)
    for column, value in (where or {}).items():
        problems = _having(problems, column, value, spec)
    if shuffle is not None:
        random.Random(shuffle).shuffle(problems)
    return problems[:limit]


def list_problem_sets(data: Path | None = None) -> list[dict[str, str]]:
    """One row a known set: name, source, licence, description; the data folder's own files included."""
    folder = _data_folder(data)
    rows = [_listing("builtin", "packaged", _OWN_LICENCE, _BUILTIN_DESCRIPTION)]
    rows += [_listing(name, "generated", _OWN_LICENCE, note) for name, note in pocket_notes().items()]
    for row in PROBLEM_SETS.values():
        source = f"{row.repository}@{row.revision[:8]}" if folder is None else str(folder / f"{row.name}.jsonl")
        rows.append(_listing(row.name, source, row.licence, row.description))
    if folder is not None:
        tasks = task_names(folder / TASK_FOLDER)
        rows += [_listing(TASK_PREFIX + name, str(folder / TASK_FOLDER), "", "a short task") for name in tasks]
    own = [] if folder is None else [name for name in _names_in(folder) if name not in PROBLEM_SETS]
    return rows + [_listing(name, str(folder / f"{name}.jsonl"), "", "") for name in own if folder is not None]


def _listing(name: str, source: str, licence: str, description: str) -> dict[str, str]:
    return {"name": name, "source": source, "licence": licence, "description": description}


def _load(spec: str, folder: Path | None, columns: Mapping[str, str], first: int | None) -> list[Problem]:
    if spec.startswith(PREFIX):
        return pocket_set(spec.removeprefix(PREFIX), first or POCKET_COUNT)
    if spec.startswith(TASK_PREFIX):
        return _tasks(spec.removeprefix(TASK_PREFIX), folder)
    if is_script(spec):
        return problems_of_script(spec, columns)
    if format_of(spec) is not None:
        return _from_file(Path(spec).expanduser(), columns)
    if spec == "builtin":
        return to_problems(read_rows(BUILTIN), source="builtin", stem="builtin", columns=columns)
    if folder is not None and (folder / f"{spec}.jsonl").is_file():
        return _from_file(folder / f"{spec}.jsonl", columns)
    if spec not in PROBLEM_SETS:
        raise _not_found(spec, folder)
    if folder is not None:
        raise DataError(
            f"expected {folder / f'{spec}.jsonl'}, which is not there",
            hint=f"put the file there, or unset {DATA_VARIABLE} (argument data) to download {spec} from the hub",
        )
    return _from_hub(PROBLEM_SETS[spec], columns)


def _tasks(name: str, folder: Path | None) -> list[Problem]:
    if folder is None:
        raise DataError(
            f"the tasks of {TASK_PREFIX}{name} are read from a data folder, and none is set",
            hint=f"set {DATA_VARIABLE} (argument data) to a folder that holds {TASK_FOLDER}/SUITE/TASK.json",
        )
    return load_tasks(folder / TASK_FOLDER, [name])


def _from_file(path: Path, columns: Mapping[str, str]) -> list[Problem]:
    stem = path.name.removesuffix(format_of(path.name) or "")
    return to_problems(read_rows(path), source=str(path), stem=stem, columns=columns)


def _from_hub(row: ProblemSet, columns: Mapping[str, str]) -> list[Problem]:
    rows = (pair for name in row.files for pair in read_rows(download(row, name)))
    source = f"{row.name}@{row.revision}"
    return to_problems(rows, source=source, stem=row.name, columns={**row.columns, **columns})


def _data_folder(data: Path | None) -> Path | None:
    named = data or os.environ.get(DATA_VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise DataError(f"expected a data folder at {folder}, found none", hint=f"correct data or {DATA_VARIABLE}")
    return folder


def _names_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.jsonl"))


def _not_found(spec: str, folder: Path | None) -> Exception:
    if os.sep in spec or Path(spec).expanduser().exists():
        return DataError(
            f"expected a problem file ending in {', '.join(FORMATS)}, got {spec!r}",
            hint="rename or convert the file, or write a function and give file.py@function",
        )
    return unknown(
        "problem set", spec, {"builtin", *pocket_notes(), *PROBLEM_SETS, *(_names_in(folder) if folder else [])}
    )


def _having(problems: list[Problem], column: str, value: str, spec: str) -> list[Problem]:
    kept = [problem for problem in problems if str(problem.extra.get(column)) == value]
    if not kept:
        values = sorted({str(problem.extra[column]) for problem in problems if column in problem.extra})
        columns = sorted({name for problem in problems for name in problem.extra})
        hint = (
            f"{column} is one of {', '.join(values[:20])}" if values else f"its further columns: {', '.join(columns)}"
        )
        raise UsageError(f"no problem of {spec} has {column} = {value!r}", hint=hint)
    return kept


def _keep(problems: list[Problem], ids: Sequence[str], spec: str) -> list[Problem]:
    wanted = set(ids)
    known = [problem.id for problem in problems]
    strange = sorted(wanted.difference(known))
    if strange:
        near = difflib.get_close_matches(strange[0], known, n=3, cutoff=0.0)
        raise UsageError(
            f"{len(strange)} of the ids asked for are not in {spec}: {', '.join(map(repr, strange[:5]))}",
            hint=f"nearest to {strange[0]!r}: {', '.join(map(repr, near))}",
        )
    return [problem for problem in problems if problem.id in wanted]
