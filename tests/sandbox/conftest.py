"""Every test with a tier runs in each tier that holds here; the others are skipped with the probe's reason."""

from __future__ import annotations

import pytest

from reasoning_toolkit.sandbox.probe import why_refused


@pytest.fixture(params=["A+B", "A", "B"])
def tier(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if why := why_refused(name):
        pytest.skip(f"tier {name} does not hold here: {why}")
    return name
