"""Critical tokens by rollouts: after which token a wrong solution cannot be saved."""

from __future__ import annotations

from collections.abc import Sequence


def critical_token(correct: Sequence[int], rollouts: int, tolerated: float = 0.05, fallback: bool = True) -> int | None:
    """The first position from which no rollout is right, while few are at any later one; None where no position has none right.

    Source: arXiv 2411.19943v3, section 2 (64 rollouts, 5 %); `rollout_sampling_for_critical_tokens.py`, `analyse_all_token`. They differ:

    1. Where later rollouts contradict every such position, the code returns the last that it tried: `fallback`. So does the paper, for
       one trajectory in 200; its two conditions alone give None.

    Args:
        correct: right ones among the rollouts that continue from each position.
        rollouts: of each position.
        tolerated: the share of right rollouts that contradicts, when a later position reaches it.
        fallback: whether a contradicted position is better than none.
    """
    candidate = contradicted = None
    for position, count in enumerate(correct):
        if candidate is None and count == 0:
            candidate = position
        elif candidate is not None and count >= tolerated * rollouts:
            candidate, contradicted = None, candidate
    if candidate is not None:
        return candidate
    return contradicted if fallback else None
