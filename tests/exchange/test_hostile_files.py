"""Whatever a file holds, the end is an import or an error that says file and line, and never a half-made run."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.errors import DataError, ToolkitError
from reasoning_toolkit.exchange.archive import RATIO, SMALL
from reasoning_toolkit.exchange.gather import gather
from tests.exchange import sources
from tests.exchange.sources import archive, document, lines, write, zstandard

STRANGE: list[Any] = [None, 5, -1, 10**30, True, "x", "attachment://gone", [], [None], [{}], {"x": None}]
GONE = object()


def changed(value: Any, replaced: Any) -> list[Any]:
    """Copies of a value in each of which one part, at whatever depth, is replaced or taken out."""
    if isinstance(value, dict):
        inside = [value | {name: new} for name, part in value.items() for new in changed(part, replaced)]
        without = [{n: part for n, part in value.items() if n != name} for name in value]
        return inside + (without if replaced is GONE else [value | {name: replaced} for name in value])
    if isinstance(value, list):
        return [
            [*value[:i], new, *value[i + 1 :]]
            for i, part in enumerate(value)
            for new in (*changed(part, replaced), *([] if replaced is GONE else [replaced]))
        ]
    return []


@pytest.mark.parametrize("name", sources.TEXTS)
def test_any_part_of_a_row_may_be_gone_or_something_else(name: str, tmp_path: Path) -> None:
    file, rows = sources.TEXTS[name]
    refused = 0  # the first two rows, which differ in kind where there are kinds
    for number, row in enumerate(rows[:2]):
        for replaced in (GONE, *STRANGE):
            for new in changed(row, replaced):
                path = write(name, tmp_path, [*rows[:number], new, *rows[number + 1 :]])
                refused += is_refused(path, name, f"{file}, line ")
    assert refused > 20


@pytest.mark.parametrize("packed", [False, True])
def test_any_part_of_an_inspect_log_may_be_gone_or_something_else(packed: bool, tmp_path: Path) -> None:
    refused = 0
    for replaced in (GONE, *STRANGE):
        for new in changed(sources.INSPECT["samples"][1], replaced):
            log = sources.INSPECT | {"samples": [sources.INSPECT["samples"][0], {"id": 1, "epoch": 2} | new]}
            path = archive(tmp_path / "log.eval", log) if packed else document(tmp_path / "log.json", log)
            refused += is_refused(path, "inspect", f"{path.name}, ")
    assert refused > 20


def is_refused(path: Path, name: str, place: str) -> bool:
    try:
        gather(path, name)
    except ToolkitError as refusal:
        error = refusal
    else:
        return False
    assert place in error.message
    assert error.hint
    return True


@pytest.mark.parametrize("name", sources.TEXTS)
def test_a_torn_last_line_is_named(name: str, tmp_path: Path) -> None:
    path = write(name, tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    last = len(sources.TEXTS[name][1])
    with pytest.raises(DataError, match=f"{path.name}, line {last}: expected JSON"):
        gather(path)


@pytest.mark.parametrize(
    "name", ["false-positives-split", "false-positives-pools", "processbench", "prmbench", "lm-eval", "jsonl"]
)
def test_a_completion_that_stands_there_twice_is_refused(name: str, tmp_path: Path) -> None:
    _, rows = sources.TEXTS[name]
    with pytest.raises(DataError, match=rf"line {len(rows) + 1}: expected each .* again .*line 1"):
        gather(write(name, tmp_path, [*rows, rows[0]]))


def test_an_epoch_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    log = sources.INSPECT | {"samples": sources.INSPECT["samples"][:1] * 2}
    with pytest.raises(DataError, match="sample 2: expected each completion once, got 'sums/1, epoch 1' again"):
        gather(document(tmp_path / "log.json", log))


def test_a_problem_with_two_answers_is_refused(tmp_path: Path) -> None:
    rows = [*sources.PUBLISHED, sources.PUBLISHED[0] | {"ground_truth": 5}]
    with pytest.raises(DataError, match=r"line 3: problem '0' has another question or answer than at .*line 1"):
        gather(write("false-positives", tmp_path, rows))


def test_a_solution_of_a_problem_that_is_not_beside_is_refused(tmp_path: Path) -> None:
    path = write("false-positives-split", tmp_path, [sources.SPLIT[0] | {"pid": "SUMS/9"}])
    with pytest.raises(DataError, match=r"line 1: expected a problem of problems.jsonl, got 'SUMS/9'"):
        gather(path)
    (tmp_path / "problems.jsonl").unlink()
    with pytest.raises(DataError, match=r"problems.jsonl, found none"):
        gather(path)


def test_an_archive_that_fills_the_memory_is_refused_unread(tmp_path: Path) -> None:
    path = archive(tmp_path / "log.eval", **{"samples/2_epoch_1.json": "0" * (SMALL + 1)})
    assert path.stat().st_size < SMALL / RATIO
    with pytest.raises(DataError, match="expected at most 200 times its") as error:
        gather(path)
    assert "made to fill the memory" in (error.value.hint or "")


@pytest.mark.parametrize(
    "name", ["../../outside.json", "samples/../../outside.json", "/outside.json", "samples/\x1b[2J.json"]
)
def test_names_inside_an_archive_reach_nothing_outside(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "deep"
    folder.mkdir(parents=True)
    sample = sources.INSPECT["samples"][0] | {"id": "elsewhere"}
    found = gather(archive(folder / "log.eval", **{name: json.dumps(sample)}))
    assert len(found.all()) == 2 + name.startswith("samples/")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["log.eval"]


def test_control_characters_in_an_archive_stay_off_the_screen(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        gather(archive(tmp_path / "log.eval", **{"samples/\x1b[2J.json": "{"}))
    assert "\x1b" not in str(error.value)


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "log.eval")
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(DataError, match="expected a zip archive"):
        gather(path)
    place = whole.index(b"samples/1_epoch_1.json") + 60
    path.write_bytes(whole[:place] + b"\xff\xff\xff" + whole[place + 3 :])
    with pytest.raises(DataError, match=r"samples/1_epoch_1.json.*cannot be read"):
        gather(path)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("other.txt", "hello")
    with pytest.raises(DataError, match=r"expected header.json"):
        gather(path)
    with pytest.raises(DataError, match=r"expected an inspect log, got list"):
        gather(document(tmp_path / "log.json", []), "inspect")


def test_damaged_zstandard_is_refused(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="before Python 3.14 it reads Zstandard")
    path = zstandard(tmp_path / "log.eval", pyarrow)
    whole = path.read_bytes()
    for changed_byte in (whole.index(b"header.json") + 40, whole.index(b"epoch_1.json") + 60):
        path.write_bytes(whole[:changed_byte] + bytes([whole[changed_byte] ^ 1]) + whole[changed_byte + 1 :])
        with pytest.raises(DataError, match=r"log.eval, '.*json': cannot be read"):
            gather(path)


def test_a_compression_that_is_none_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "log.eval")
    path.write_bytes(path.read_bytes().replace(b"\x08\x00", b"\x63\x00"))  # in both headers of each member
    with pytest.raises(DataError, match=r"'header.json': cannot be read: That compression method is not supported"):
        gather(path)


def test_half_characters_and_deep_nesting_are_refused_or_kept(tmp_path: Path) -> None:
    row = sources.PUBLISHED[0] | {"solution": "\ud800 \\boxed{4}"}
    (sample,) = gather(write("false-positives", tmp_path, [row])).all()
    assert sample.text == "\ud800 \\boxed{4}"
    with pytest.raises(DataError, match="line 1"):
        gather(write("false-positives", tmp_path, [row | {"problem": "\ud800"}]))
    path = lines(tmp_path / "deep.jsonl", [])
    path.write_text('{"problem": ' + "[" * 100_000)
    with pytest.raises(DataError, match="line 1: expected JSON"):
        gather(path)
