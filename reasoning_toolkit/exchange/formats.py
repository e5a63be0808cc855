"""The formats that can be read and written: a row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.exchange.sample import Sample
from reasoning_toolkit.lazy import load_row


@dataclass(frozen=True, slots=True)
class Format:
    """A row of `FORMATS`.

    Attributes:
        note: what it is, in a line.
        read: `"module:name"` of a function from a file to its samples; "" where it cannot be read.
        write: `"module:name"` of a function that writes rows to a file; "" where it cannot be written.
        ending: of a file that is written.
        columns: a row that has all names of one of these sets is of this format.
        files: patterns of its files in a folder.
    """

    note: str
    read: str = ""
    write: str = ""
    ending: str = ""
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
        ".jsonl",
        _OWN,
        ("*.jsonl",),
    ),
    "parquet": Format(
        "our own as a Parquet table, label and extra as JSON texts",
        "own:read_own",
        "own:write_parquet",
        ".parquet",
        _OWN,
        ("*.parquet",),
    ),
    "lm-eval": Format(
        "lm-evaluation-harness, --log_samples: samples_*.jsonl",
        "lm_eval:read_lm_eval",
        "lm_eval:write_lm_eval",
        ".jsonl",
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
        ".json",
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


def find_format(name: str) -> Format:
    """A row of `FORMATS`.

    Raises:
        UsageError: there is no such format.
    """
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    return FORMATS[name]
