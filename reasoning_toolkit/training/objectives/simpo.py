"""Simple preference optimisation: likelihood per token as the reward, a margin, no reference."""

from __future__ import annotations

from torch.nn.functional import logsigmoid

from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets


def loss(logp: PairTokens, targets: Targets, beta: float = 2.0, gamma: float = 1.0) -> Pairs:
    """- log σ( β (logπ(w)/|w| - logπ(l)/|l|) - γ ), mean over pairs, with the targets of `given.prepare`.

    Source: arXiv 2405.14734, equation 6. TRL's `CPOTrainer` writes the margin as γ/β inside the bracket, which is the same, and adds a
    likelihood term unless `cpo_alpha=0`, which the paper has not.

    Raises:
        DataError: a shape that differs, a log-probability that is not finite.
    """
    rewards = beta * given.mean_log_probability(logp, targets)
    return given.mean_share(-logsigmoid(given.margin(rewards) - gamma), targets)
