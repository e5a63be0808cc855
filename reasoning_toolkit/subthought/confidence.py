"""How sure a model was of a trace, from its token log-probabilities.

Token, group and trace confidence after DeepConf (Fu et al. 2025, arXiv 2508.15260; release facebookresearch/deepconf): higher is
surer, and nothing bounds it above. The length-normalised probability after CISC (Taubenfeld et al. 2025, arXiv 2502.06233;
there "response probability"). A trace without tokens has the score 0, as in the release.

Deviations from the release:

1. A token's confidence is the mean over exactly k alternatives. Servers return k + 1 where the drawn token is not among the first k,
   and the release averages what came, offline but not online.
2. Window sums come from cumulative sums: O(n) for n tokens, not O(n · window). Nothing is rounded to three digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.engines.types import TokenLogprobs
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.voting import ALTERNATIVES

TOP_K = ALTERNATIVES
WINDOW = 2048  # tokens of a group, and of the tail; release: 2,048 for both
LOWEST_SHARE = 0.1  # of the groups: the paper's "bottom 10 % group confidence"

Floats = NDArray[np.float64]


def token_confidence(logprobs: Sequence[TokenLogprobs], k: int = TOP_K) -> Floats:
    """-(1/k) Σ log p over the k likeliest alternatives of each token; shape (tokens,), in nats.

    Raises:
        UsageError: a token with fewer than k alternatives, or one that is impossible (log-probability -∞).
    """
    top = [sorted(token.top.values(), reverse=True)[:k] for token in logprobs]
    fewest = min(map(len, top), default=k)
    if fewest < k:
        raise UsageError(
            f"expected {k} alternatives with each token, got {fewest}",
            hint=f"ask for them: Sampling(logprobs={k}); a server may allow fewer (vLLM: --max-logprobs {k})",
        )
    values = np.array(top, dtype=np.float64).reshape(len(top), k)
    if not np.isfinite(values).all():
        raise UsageError(
            "expected finite log-probabilities, got one that is not",
            hint="serve them before temperature, top-k and top-p are applied (vLLM: --logprobs-mode raw_logprobs)",
        )
    confidence: Floats = -values.mean(axis=1)
    return confidence


def group_confidence(confidence: Floats, window: int = WINDOW) -> Floats:
    """Means of token confidences over a window that slides by one token; shape (tokens - window + 1,).

    Entry i is known once token i + window - 1 is drawn. A trace shorter than the window is one group, an empty one none.
    """
    if confidence.size < window:
        return confidence.mean(keepdims=True) if confidence.size else confidence
    sums = np.concatenate([[0.0], np.cumsum(confidence)])
    groups: Floats = (sums[window:] - sums[:-window]) / window
    return groups


def mean_confidence(confidence: Floats) -> float:
    """Mean over the trace."""
    return float(confidence.mean()) if confidence.size else 0.0


def bottom_confidence(confidence: Floats) -> float:
    """Mean of the lowest tenth of the groups: of max(1, ⌊groups / 10⌋)."""
    groups = group_confidence(confidence)
    count = max(1, int(LOWEST_SHARE * groups.size))
    return mean_confidence(np.partition(groups, count - 1)[:count]) if groups.size else 0.0


def lowest_confidence(confidence: Floats) -> float:
    """The lowest group: what gives a trace up while it is generated."""
    return float(group_confidence(confidence).min()) if confidence.size else 0.0


def tail_confidence(confidence: Floats) -> float:
    """Mean of the last 2,048 tokens."""
    return mean_confidence(confidence[-WINDOW:])


def length_normalised_probability(logprobs: Sequence[TokenLogprobs]) -> float:
    """exp of the mean log-probability of the drawn tokens: their geometric mean probability, 0 to 1."""
    return math.exp(np.mean([token.chosen for token in logprobs])) if logprobs else 0.0


TRACE_SCORES: Mapping[str, Callable[[Floats], float]] = {
    "mean": mean_confidence,
    "bottom": bottom_confidence,
    "lowest": lowest_confidence,
    "tail": tail_confidence,
}
