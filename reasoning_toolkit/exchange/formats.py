"""The formats that can be read and written, and how a file's format is recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError, UsageError, unknown
from reasoning_toolkit.exchange.sample import Sample
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.problems.files import read_json, read_rows


@dataclass(frozen=True, slots=True)
class Format:
    """A row of `FORMATS`.

    Attributes:
        note: what it is, in a line.
        read: `"module:name"` of a function from a file to its samples; "" where it cannot be read.
        write: `"module:name"` of a function that writes rows to a file; "" where it cannot be written.
        columns: a row that has all names of one of these sets is of this format.
        files: patterns of its files in a folder.
    """

    note: str
    read: str = ""
    write: str = ""
    columns: tuple[frozenset[str], ...] = ()
    files: tuple[str, ...] = ()

    @property
    def reader(self) -> Callable[[Path], Iterator[Sample]]:
        """The function that reads."""
        function: Callable[[Path], Iterator[Sample]] = load_row(f"reasoning_toolkit.exchange.{self.read}")
        return function

    @property
    def writer(self) -> Callable[[list[dict[str, Any]], Path, Mapping[str, Any]], None]:
        """The function that writes."""
        function: Callable[[list[dict[str, Any]], Path, Mapping[str, Any]], None] = load_row(
            f"reasoning_toolkit.exchange.{self.write}"
        )
        return function


def _has(*names: str) -> frozenset[str]:
    return frozenset(names)


_OWN = (_has("problem_id", "question", "gold", "kind", "text", "keys"),)
FORMATS: dict[str, Format] = {
    "jsonl": Format(
        "our own: one JSON object a completion, nothing left out",
        "own:read_own",
        "own:write_jsonl",
        _OWN,
        ("*.jsonl",),
    ),
    "parquet": Format(
        "our own as a Parquet table, label and extra as JSON texts",
        "own:read_own",
        "own:write_parquet",
        _OWN,
        ("*.parquet",),
    ),
    "lm-eval": Format(
        "lm-evaluation-harness, --log_samples: samples_*.jsonl",
        "lm_eval:read_lm_eval",
        "lm_eval:write_lm_eval",
        (_has("doc_id", "doc", "resps"),),
        ("samples_*.jsonl",),
    ),
    "lighteval": Format(
        "lighteval, --save-details: details_*.parquet",
        "lighteval:read_lighteval",
        columns=(
            _has("doc", "model_response"),
            _has("__doc__", "__model_response__"),
            _has("predictions", "gold", "metrics"),
        ),
        files=("details_*.parquet",),
    ),
    "inspect": Format(
        "inspect_ai logs: .eval or .json",
        "inspect_log:read_inspect",
        "inspect_log:write_inspect",
        (_has("eval", "samples"),),
        ("*.eval", "*.json"),
    ),
    "processbench": Format(
        "ProcessBench: steps, label = first wrong step or -1 (arXiv 2412.06559)",
        "steps:read_processbench",
        columns=(_has("problem", "steps", "final_answer_correct", "label"),),
        files=("*.json", "*.jsonl", "*.parquet"),
    ),
    "prm800k": Format(
        "PRM800K: a rating for each step (arXiv 2305.20050)",
        "prm800k:read_prm800k",
        columns=(_has("labeler", "question", "label"),),
        files=("phase*.jsonl",),
    ),
    "prmbench": Format(
        "PRMBench: each original solution and its modified one (arXiv 2501.03124)",
        "steps:read_prmbench",
        columns=(_has("original_process", "modified_process", "error_steps"),),
        files=("*prm*.jsonl",),
    ),
    "false-positives": Format(
        "files of False-Positives-in-Math (arXiv 2502.06217): problem, ground_truth, solution and a person's label",
        "false_positives:read_published",
        columns=(_has("problem", "ground_truth", "solution"),),
        files=("*.jsonl",),
    ),
    "false-positives-split": Format(
        "the same data as problems.jsonl and solutions.jsonl in one folder",
        "false_positives:read_split",
        columns=(_has("sol_id", "pid", "label", "solution"),),
        files=("solutions.jsonl",),
    ),
    "false-positives-pools": Format(
        "pools of n samples with the texts of the accepted ones; problems.jsonl beside",
        "false_positives:read_pools",
        columns=(_has("pid", "n", "correct_solutions"),),
        files=("pass_at_n*.jsonl",),
    ),
}


def find_format(name: str, *, write: bool = False) -> Format:
    """A row of `FORMATS`.

    Raises:
        UsageError: there is no such format, or it cannot be written.
    """
    known = {n: row for n, row in FORMATS.items() if not write or row.write}
    if name not in known:
        raise unknown("format to write" if write else "format", name, known)
    return known[name]


def files_of(path: Path, name: str) -> list[Path]:
    """The files of a format: the file itself, or those of a folder that have its columns, in the order of their names.

    Raises:
        DataError: nothing is there.
    """
    row = find_format(name)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DataError(f"expected a file or folder at {path}, found none", hint="check the path")
    found = [file for file in _matching(path, row) if _fits(_columns(file), row)]
    if not found:
        raise DataError(
            f"expected {' or '.join(row.files)} with the columns of {name} in {path}, found none",
            hint=f"{name} has {' or '.join(_listed(names) for names in row.columns)}",
        )
    return found


def recognise(path: Path) -> str:
    """The name of the format of a file, or of a folder that holds files of one format.

    Raises:
        DataError: nothing is there, or no format has these columns.
        UsageError: a folder holds several formats.
    """
    columns: frozenset[str] = frozenset()
    if path.is_dir():
        found = {
            name: next((file.name for file in _matching(path, row) if _fits(_columns(file), row)), None)
            for name, row in FORMATS.items()
        }
        held = [f"{name} ({file})" for name, file in found.items() if file]
        names = [name for name, file in found.items() if file]
        come = "no file of a known format"
    else:
        columns = _columns(path)
        names = held = [name for name, row in FORMATS.items() if _fits(columns, row)]
        come = f"the columns {_listed(columns)}"
    if not names:
        raise DataError(f"{path}: expected a format of `reason list formats`, got {come}", hint=_nearest(columns))
    if len({FORMATS[name].read for name in names}) > 1:
        raise UsageError(f"{path} holds several formats: {', '.join(held)}", hint=f"name one: --as {names[0]}")
    return names[0] if not path.name.endswith(".parquet") else names[-1]


def _matching(folder: Path, row: Format) -> list[Path]:
    return sorted({file for pattern in row.files for file in folder.rglob(pattern) if file.is_file()})


def _fits(columns: frozenset[str], row: Format) -> bool:
    return any(names <= columns for names in row.columns)


def _columns(path: Path) -> frozenset[str]:
    """The names in the first row of a file, or at the top of a log."""
    if path.name.endswith(".eval"):
        return FORMATS["inspect"].columns[0]
    if path.name.endswith(".json") and path.is_file():
        document = read_json(path)
        first = document[0] if isinstance(document, list) and document else document
        return frozenset(first) if isinstance(first, dict) else frozenset()
    _, first = next(read_rows(path), ("", {}))
    return frozenset(first)


def _nearest(columns: frozenset[str]) -> str:
    """Which format shares most columns with a file, and which more it has."""
    shared = {name: len(row.columns[0] & columns) for name, row in FORMATS.items()}
    name = max(shared, key=lambda name: shared[name])
    if not shared[name]:
        return "rename the columns to those of jsonl: " + _listed(FORMATS["jsonl"].columns[0])
    return f"nearest: {name}, which also has {_listed(FORMATS[name].columns[0] - columns)}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
