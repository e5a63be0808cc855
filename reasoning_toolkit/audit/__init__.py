"""How much of a pass@N curve is real: audited figures from few readings, each with its design and what it is unbiased for.

The functions load at first use: they need numpy and scipy, for which `reason --help` must not wait.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reasoning_toolkit.audit.allocation import (
        inclusion_probabilities,
        plan_readings,
        readings_for,
        solved_from_pilot,
    )
    from reasoning_toolkit.audit.bounds import closing_band
    from reasoning_toolkit.audit.designs import Estimate, require_unbiased
    from reasoning_toolkit.audit.intervals import audit_interval, pass_intervals, pass_parts
    from reasoning_toolkit.audit.loss_intervals import Parts
    from reasoning_toolkit.audit.passes import (
        audited_curve,
        audited_g_pass_at_k,
        audited_pass_at_k,
        audited_pass_at_k_from_sample,
        audited_pass_at_k_truncated,
        audited_pass_hat_k,
    )
    from reasoning_toolkit.audit.posterior import model_pass_at_k
    from reasoning_toolkit.audit.readers import audited_pass_at_k_noisy, corrected_share
    from reasoning_toolkit.audit.reading_law import estimated_reading_variance, expected_readings
    from reasoning_toolkit.audit.shares import false_positive_share, neyman_allocation
    from reasoning_toolkit.audit.totals import contributions, horvitz_thompson, two_phase

__all__ = [
    "Estimate",
    "Parts",
    "audit_interval",
    "audited_curve",
    "audited_g_pass_at_k",
    "audited_pass_at_k",
    "audited_pass_at_k_from_sample",
    "audited_pass_at_k_noisy",
    "audited_pass_at_k_truncated",
    "audited_pass_hat_k",
    "closing_band",
    "contributions",
    "corrected_share",
    "estimated_reading_variance",
    "expected_readings",
    "false_positive_share",
    "horvitz_thompson",
    "inclusion_probabilities",
    "model_pass_at_k",
    "neyman_allocation",
    "pass_intervals",
    "pass_parts",
    "plan_readings",
    "readings_for",
    "require_unbiased",
    "solved_from_pilot",
    "two_phase",
]
_FILES = (
    "designs",
    "passes",
    "bounds",
    "totals",
    "intervals",
    "loss_intervals",
    "reading_law",
    "readers",
    "shares",
    "allocation",
    "posterior",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for file in _FILES:
            module = importlib.import_module(f"{__name__}.{file}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
