"""Which format a file or folder is of, and which of a folder's files are."""

from __future__ import annotations

from pathlib import Path

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.exchange.formats import FORMATS, find_format
from reasoning_toolkit.problems.files import read_json, read_rows


def find_files(path: Path, name: str | None = None) -> tuple[str, list[Path]]:
    """The format of a file, or of the files of a folder, and those files in the order of their names.

    Args:
        name: a row of `FORMATS`; recognised by ending and columns where it is None.

    Raises:
        UsageError: there is no such format, or a folder holds several.
        DataError: nothing is there, or nothing of this or any format.
    """
    known = [name] if name and find_format(name) else list(FORMATS)
    if path.is_file():
        return name or _of_file(path), [path]
    if not path.is_dir():
        raise DataError(f"expected a file or folder at {path}, found none", hint="check the path")
    held: dict[str, list[Path]] = {}
    for file, patterns in _candidates(path, known).items():
        columns = _columns(file)
        for one in patterns:
            if _fits(columns, one):
                held.setdefault(one, []).append(file)
    if not held:
        wanted = f"files of {name}: {' or '.join(FORMATS[name].files)}" if name else "files of a known format"
        raise DataError(f"expected {wanted} in {path}, found none", hint=_columns_of(known) if name else _LIST)
    if len(held) > 1:
        shown = ", ".join(f"{one} ({files[0].name})" for one, files in held.items())
        raise UsageError(f"{path} holds several formats: {shown}", hint=f"name one: --as {next(iter(held))}")
    return next(iter(held.items()))


_LIST = "name a file; `reason list formats`"


def _of_file(path: Path) -> str:
    columns = _columns(path)
    ending = Path(path.name.removesuffix(".gz")).suffix
    names = [
        name for name, row in FORMATS.items() if _fits(columns, name) and any(f.endswith(ending) for f in row.files)
    ]
    if not names:
        raise DataError(
            f"{path}: expected a format of `reason list formats`, got the columns {_listed(columns)}",
            hint=_nearest(columns),
        )
    return names[0]


def _candidates(folder: Path, names: list[str]) -> dict[Path, list[str]]:
    """The files that some format's patterns match, and the formats."""
    found: dict[Path, list[str]] = {}
    for name in names:
        for file in {file for pattern in FORMATS[name].files for file in folder.rglob(pattern) if file.is_file()}:
            found.setdefault(file, []).append(name)
    return dict(sorted(found.items()))


def _fits(columns: frozenset[str], name: str) -> bool:
    return any(wanted <= columns for wanted in FORMATS[name].columns)


def _columns(path: Path) -> frozenset[str]:
    """The names in the first row of a file, or at the top of a log."""
    if path.name.endswith(".eval"):
        return FORMATS["inspect"].columns[0]
    if path.name.endswith(".json"):
        document = read_json(path)
        first = document[0] if isinstance(document, list) and document else document
        return frozenset(first) if isinstance(first, dict) else frozenset()
    _, row = next(read_rows(path), ("", {}))
    return frozenset(row)


def _nearest(columns: frozenset[str]) -> str:
    """Which format shares most columns with a file, and which more it has."""
    shared = {name: len(row.columns[0] & columns) for name, row in FORMATS.items()}
    name = max(shared, key=shared.__getitem__)
    if not shared[name]:
        return "rename the columns to those of jsonl: " + _listed(FORMATS["jsonl"].columns[0])
    more = FORMATS[name].columns[0] - columns
    return f"nearest: {name}, which also has {_listed(more)}" if more else f"--as {name}, if its rows are such"


def _columns_of(names: list[str]) -> str:
    return "; ".join(f"{name} has {' or '.join(map(_listed, FORMATS[name].columns))}" for name in names)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
