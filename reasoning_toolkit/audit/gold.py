"""Gold items: solutions whose verdicts are known, mixed in unseen to measure the readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reasoning_toolkit.audit.pools import item_of
from reasoning_toolkit.audit.store import Item
from reasoning_toolkit.errors import DataError
from reasoning_toolkit.reports.page import clean


def read_gold(path: Path) -> list[Item]:
    """The gold items of a JSONL file: `question`, `text`, `sound` (true or false), and `answer` if a reader is to see it.

    Raises:
        DataError: the file cannot be read, or a line does not fit; it is named.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}", hint="give a JSONL file in UTF-8") from error
    return [_item(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def _item(line: str, where: str) -> Item:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("sound"), bool):
        raise DataError(f"{where}: expected an object with `sound`, true or false")
    if not all(isinstance(row.get(name), str) for name in ("question", "text")):
        raise DataError(f"{where}: expected the texts `question` and `text`")
    question, text, answer = clean(row["question"]), clean(row["text"]), clean(str(row.get("answer", "")))
    return Item(item_of(question, text), question, answer, answer, text, "sound" if row["sound"] else "flawed")
