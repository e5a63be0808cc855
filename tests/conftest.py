"""Settings of all tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How busy the machine is gates no test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

REAL_ENGINES = {"engine", "hf", "vllm", "server", "openai"}  # fixtures of tests/engines


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares a loaded model runs in one worker of `pytest -n`: a file, and all that use the real engines."""
    for item in items:
        real = item.path.parent.name == "engines" and REAL_ENGINES & set(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("real engines" if real else str(item.path)))
