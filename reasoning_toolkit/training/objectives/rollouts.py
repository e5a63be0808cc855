"""A batch of rewarded samples: what `prepare` of an online objective takes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import torch

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.training.objectives.shapes import Rows, Tokens

RewardSpace = Literal["real", "zero-one", "plus-minus-one"]
SPACES = {"zero-one": (0.0, 1.0), "plus-minus-one": (-1.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Rollouts:
    """Samples of the policy and their rewards: all rows that share an optimiser step, groups whole.

    Attributes:
        mask: 1 for the policy's tokens, 0 for prompt, padding and observations; floating, its type is the type of the result.
        rewards: of each sequence, finite.
        group_ids: integers; rows of one prompt share one.
        reward_space: which rewards there can be; right and wrong are known where it is not `real`.
        old_logp: under the policy that sampled; None where that is the current one.
        ref_logp: under the frozen reference.
        keep: True for the rows that are trained on; the others count for the statistics of their groups only. None for all.
        entropy: of the policy's distribution at each token when sampling, over the whole vocabulary, in nats.
        step_ids: integers, the step of a trajectory that a token belongs to, -1 for none.
        turn_end: 1 at the last token of each turn.
        turn_rewards: at the turns' last tokens: process scores in [0, 1], and the outcome at the last of them.
        values: a critic's value before each token.
        token_scores: logits of a token-level reward model.
        shown: True for a row that is no sample but a demonstration, read under the ordinary prompt; its reward is not used.
    """

    mask: Tokens
    rewards: Rows
    group_ids: Rows
    reward_space: RewardSpace = "real"
    old_logp: Tokens | None = None
    ref_logp: Tokens | None = None
    keep: Rows | None = None
    entropy: Tokens | None = None
    step_ids: Tokens | None = None
    turn_end: Tokens | None = None
    turn_rewards: Tokens | None = None
    values: Tokens | None = None
    token_scores: Tokens | None = None
    shown: Rows | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be a batch.

        Raises:
            DataError: a shape that does not fit, a mask other than 0 and 1, a reward that is not finite or not of its space.
        """
        for name in (field.name for field in fields(self)):
            self._check_shape(name)
        if not ((self.mask == 0) | (self.mask == 1)).all():
            raise DataError("a mask holds 0 and 1, and this one other values")
        _refuse(~torch.isfinite(self.rewards), self.rewards, "a finite number")
        if self.reward_space != "real":
            low, high = SPACES[self.reward_space]
            _refuse((self.rewards != low) & (self.rewards != high), self.rewards, f"{low:g} or {high:g}")

    @property
    def right(self) -> Rows:
        """Whether each sequence is right (bool).

        Raises:
            UsageError: the rewards are of no two-valued space, so that nothing says which are right.
        """
        if self.reward_space == "real":
            raise UsageError(
                "this objective tells right from wrong, and the rewards are any real numbers",
                hint=f"say reward_space='zero-one' or 'plus-minus-one' of the batch: {', '.join(SPACES)}",
            )
        return self.rewards == SPACES[self.reward_space][1]

    @property
    def trained(self) -> Tokens:
        """The mask of the tokens that are trained on."""
        return self.mask if self.keep is None else self.mask * self.keep.to(self.mask.dtype)[:, None]

    def _check_shape(self, name: str) -> None:
        value = getattr(self, name)
        if not isinstance(value, torch.Tensor):
            return
        shape = self.mask.shape[:1] if name in ("rewards", "group_ids", "keep", "shown") else self.mask.shape
        if value.shape != shape or self.mask.ndim != 2:
            raise DataError(
                f"{name} of a batch with a mask of shape {tuple(self.mask.shape)} must have shape {tuple(shape)},"
                f" not {tuple(value.shape)}"
            )


def _refuse(wrong: Rows, rewards: Rows, expected: str) -> None:
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise DataError(f"the reward of row {row} must be {expected}, not {float(rewards[row]):g}")
