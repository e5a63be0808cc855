"""What a failed write says: the path, the free space, what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from reasoning_toolkit.errors import DiskError


def disk_error(path: Path, error: Exception) -> DiskError:
    """A failed write, with the path, the free space and what to do."""
    folder = path if path.is_dir() else path.parent
    try:
        free = f"{shutil.disk_usage(folder).free:,} bytes free"
    except OSError:
        free = "free space unknown"
    return DiskError(
        f"cannot write {path}: {error} ({free})",
        hint="free space or make the folder writable, then run the same command again; everything written so far is kept",
    )
