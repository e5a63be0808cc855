"""Critical-token DPO (cDPO): the rejected side weighs most where a wrong solution goes wrong."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from reasoning_toolkit.errors import DataError, unknown
from reasoning_toolkit.training.objectives import given
from reasoning_toolkit.training.objectives.given import Given
from reasoning_toolkit.training.objectives.shapes import Logits, Pairs, PairTokens, Targets, Tokens

FORMS = ("paper", "code")


def prepare(batch: Given) -> dict[str, Tensor]:
    """The targets of `given.prepare`, `token_weights` on the mask, and `places`: 1 / (pairs × positions) of the batch, for the code's form.

    Raises:
        DataError: token weights that are missing, of another shape, or not finite.
    """
    if batch.token_weights is None:
        raise DataError("cDPO needs a weight of each token", hint="token_weights=cdpo.weights(scores, mask)")
    targets = given.prepare(batch)
    weights = given.checked(batch.token_weights.detach(), targets["mask"], "token_weights")
    rows, _, positions = targets["mask"].shape
    return targets | {"token_weights": weights, "places": weights.new_full((rows,), 1.0 / max(rows * positions, 1))}


def loss(logp: PairTokens, targets: Targets, gamma: float = 1.0, form: str = "paper") -> Pairs:
    """Token-weighted DPO; s of each rejected token from `contrastive_scores`, without a gradient.

        paper    - log σ( γ Δ(w) - γ Σ_t (1 - s_t) Δ_l[t] ), mean over pairs
        code     - log σ( γ Δ_w[t] - γ (1 - s_t) Δ_l[t] ), mean over pairs and positions t

    s = 0 is DPO; s = 1 leaves no gradient on the rejected side.

    Source: arXiv 2411.19943v3, section 3; `train_cdpo.py`, `CDPOTrainer.dpo_loss`. They differ:

    1. The code takes the log-sigmoid at each position of the padded prompt and completion: a chosen token meets a rejected one that has
       nothing to do with it, and prompt and padding add log 2 each. With s = 0 that is not DPO. Its numbers depend on the width, which
       must be the code's.
    2. The code's γ is 0.1, the paper's 1. Whether 1 is tuned for the paper's form is not known: try both.
    3. The code may weigh chosen tokens by their own s, off by default: `weights(..., chosen_scores=)`.

    Raises:
        UsageError: an unknown form; the batch has no reference.
        DataError: a shape that differs, a log-probability that is not finite.
    """
    if form not in FORMS:
        raise unknown("form of cDPO", form, FORMS)
    weighted = gamma * targets["token_weights"] * given.log_ratios(logp, targets)
    if form == "paper":
        return given.mean_share(-logsigmoid(given.margin(weighted.sum(-1))), targets)
    return -logsigmoid(weighted[:, 0] - weighted[:, 1]).sum(-1) * targets["places"]


def weights(scores: Tokens, mask: PairTokens, chosen_scores: Tokens | None = None) -> PairTokens:
    """The token weights of pairs: 1 - s on the rejected side; on the chosen side 1, or its own scores.

    The last token of a completion, its end of text, has no score in the released code: its weight is 1, on either side.

    Args:
        scores: s of the rejected tokens; where the mask is 0 they are not read.
        mask: of the pairs.
        chosen_scores: s of the chosen tokens, as the code's option `only_neg=False`.
    """
    ends = _last(mask)
    chosen = torch.ones_like(scores) if chosen_scores is None else chosen_scores.masked_fill(ends[:, 0], 1.0)
    return torch.stack([chosen, 1.0 - scores.masked_fill(ends[:, 1], 0.0)], 1) * mask


def contrastive_scores(positive: Logits, negative: Logits, ids: Tokens, beta: float = 1.0) -> Tokens:
    """s of each token: softmax_v( (1 + β) z⁺ - β z⁻ )[y_t], in (0, 1). A low one marks a critical token.

    Source: arXiv 2411.19943v3, section 3. z⁺ and z⁻ are logits or log-probabilities (the same value) of models trained on right and on
    wrong responses. β = 0 gives p⁺. Score the ids that are trained on: the released code scores text again and shifts by one for
    tokenizers without a start token.
    """
    contrast = ((1.0 + beta) * positive - beta * negative).softmax(-1)
    return contrast.gather(-1, ids.unsqueeze(-1)).squeeze(-1)


def _last(mask: PairTokens) -> Tensor:
    """Where the last token of each completion stands."""
    seen = mask.flip(-1).cumsum(-1).flip(-1)
    return (mask > 0) & (seen == 1)
