"""Statistics that every pipeline reports: metrics of many samples, intervals, paired tests, diagnostics of a vote.

They need numpy and scipy at most. The metrics load at first use: `reason --help` must not wait for numpy.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reasoning_toolkit.stats.best_of import best_of_k, best_of_k_weights
    from reasoning_toolkit.stats.majority import maj_at_k
    from reasoning_toolkit.stats.passes import g_pass_at_k, mg_pass_at_k, pass_at_k, pass_hat_k
    from reasoning_toolkit.stats.weighted_vote import weighted_vote_at_k

__all__ = [
    "best_of_k",
    "best_of_k_weights",
    "g_pass_at_k",
    "maj_at_k",
    "mg_pass_at_k",
    "pass_at_k",
    "pass_hat_k",
    "weighted_vote_at_k",
]
_FILES = ("passes", "majority", "best_of", "weighted_vote")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for file in _FILES:
            module = importlib.import_module(f"{__name__}.{file}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
