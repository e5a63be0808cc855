"""A test with a tier runs in each tier that holds here. Without bubblewrap its tiers are skipped once, in `test_probe.py`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasoning_toolkit.sandbox.probe import why_refused


@pytest.fixture(params=["A+B", "A", "B"] if shutil.which("bwrap") else ["B"])
def tier(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if why := why_refused(name):
        pytest.skip(f"tier {name} does not hold here: {why}")
    return name


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read and write, so that only the sandbox stands before it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)
