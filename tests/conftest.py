"""Settings of all tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How busy the machine is gates no test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares a loaded model runs in one worker of `pytest -n`, in order: a file, and the whole folder of the engines."""
    for item in items:
        unit = item.path.parent if item.path.parent.name == "engines" else item.path
        item.add_marker(pytest.mark.xdist_group(str(unit)))
