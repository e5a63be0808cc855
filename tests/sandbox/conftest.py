"""A test with a tier runs in each tier that holds here. Without bubblewrap its tiers are skipped once, in `test_probe.py`."""

from __future__ import annotations

import shutil

import pytest

from reasoning_toolkit.sandbox.probe import why_refused


@pytest.fixture(params=["A+B", "A", "B"] if shutil.which("bwrap") else ["B"])
def tier(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if why := why_refused(name):
        pytest.skip(f"tier {name} does not hold here: {why}")
    return name
