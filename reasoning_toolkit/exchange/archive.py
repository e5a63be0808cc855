"""Zip archives that others made, read in memory: nothing is written to the disk, whatever their members are called.

Members may be compressed by Zstandard (method 93 of the zip specification): `zipfile` reads it from Python 3.14 on, before that pyarrow
does.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.lazy import require

SMALL, RATIO = (
    2**26,
    200,
)  # an archive that unpacks to more bytes than the first, and to more than so many times its own, is refused
ZSTANDARD = 93
_COMPLETE = "is the file complete?"


def open_archive(path: Path) -> zipfile.ZipFile:
    """An archive, to be read by `read_member`.

    Raises:
        DataError: it is none, or was made to fill the memory.
    """
    try:
        archive = zipfile.ZipFile(path)
        packed = path.stat().st_size
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a zip archive: {error}", hint=_COMPLETE) from error
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > max(SMALL, RATIO * packed):
        raise DataError(
            f"{path}: expected at most {RATIO} times its {packed:,} bytes unpacked, got {unpacked:,}",
            hint="it was made to fill the memory; unpack one that really holds this by the program that wrote it",
        )
    return archive


def read_member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """The content of a member.

    Raises:
        DataError: it is damaged, encrypted, or compressed in another way.
        MissingPackage: it needs pyarrow, which is not installed.
    """
    try:
        member = archive.getinfo(name)
        if member.compress_type == ZSTANDARD and not hasattr(zipfile, "ZIP_ZSTANDARD"):
            return _zstandard(member, path)
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise DataError(f"{path}, {name!r}: cannot be read: {error}", hint=_COMPLETE) from error


def _zstandard(member: zipfile.ZipInfo, path: Path) -> bytes:
    pyarrow = require("pyarrow", "hf")
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
        file.seek(
            int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1
        )  # name and extra
        packed = file.read(member.compress_size)
    content: bytes = pyarrow.decompress(packed, member.file_size, codec="zstd", asbytes=True)
    if zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile(f"bad CRC-32 for file {member.filename!r}")
    return content
