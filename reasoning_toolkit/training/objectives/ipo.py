"""Identity preference optimisation: a margin to be met, not to be grown for ever."""

from __future__ import annotations

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.shapes import Pairs, PairTokens, Targets

FORMS = ("paper", "trl")


def loss(logp: PairTokens, targets: Targets, tau: float = 0.1, form: str = "paper") -> Pairs:
    """(h - 1/(2τ))², mean over pairs, with the targets of `given.prepare`. It is 1/(4τ²) where policy and reference agree.

        paper    h = Δ(w) - Δ(l)
        trl      h = Δ(w)/|w| - Δ(l)/|l|

    Source: arXiv 2310.12036, equation 17; TRL 1.16 `DPOTrainer`, `loss_type="ipo"`. They differ:

    1. TRL takes log-ratios per token, which the paper does not; after the first step the two are other objectives.

    Raises:
        UsageError: an unknown form; the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    if form not in FORMS:
        raise unknown("form of IPO", form, FORMS)
    ratio = given.log_ratio(logp, targets)
    if form == "trl":
        ratio = ratio / given.lengths(targets)
    return given.mean_share((given.margin(ratio) - 1.0 / (2.0 * tau)).square(), targets)
