"""The files of the folder, as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError

FILES = (
    "problems",
    "solutions",
    "runs",
    "run_rows",
    "detection_benchmark",
    "judge_outputs",
    "pass_at_n_qwen72b_aime",
)

Row = dict[str, Any]
Data = dict[str, list[Row]]


def read_folder(folder: Path) -> Data:
    """The rows of each file.

    Raises:
        DataError: a file that is not there, or a line that is not JSON.
    """
    return {name: _rows(folder / f"{name}.jsonl") for name in FILES}


def _rows(path: Path) -> list[Row]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"expected {path}: {error.strerror}", hint=f"the folder needs {', '.join(FILES)}") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise DataError(f"{path}:{number}: expected JSON, got {line[:60]!r}", hint=str(error)) from error
    return rows
