"""How well readers agree, while they read."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.manifest import Manifest
from reasoning_toolkit.audit.progress import paired_readings


def measure_agreement(manifest: Manifest, state: State) -> dict[str, Any]:
    """Agreement on the items that two readers read whatever the first one said (`progress.paired_readings`).

    Returns:
        Number of pairs, share that agree, Cohen's kappa, Gwet's AC1, Krippendorff's alpha; None where one has no value yet.
    """
    return dict(_measure(tuple(paired_readings(manifest, state))))


@lru_cache(maxsize=4)
def _measure(pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    if not pairs:
        return {"pairs": 0}
    from reasoning_toolkit.stats.agreement import cohen_kappa, gwet_ac1, krippendorff_alpha

    first, second = zip(*pairs, strict=True)
    kappa = cohen_kappa(first, second)
    others = {"ac1": gwet_ac1(pairs).value, "alpha": krippendorff_alpha(pairs).value}
    return {"pairs": len(pairs), "agreement": kappa.raw, "kappa": kappa.value, **others}
