"""Shapes as types: `Annotated` names of dimensions, which the tests hold every call to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from torch import Tensor

Tokens = Annotated[Tensor, "rows tokens"]  # one value a token of the completions
Rows = Annotated[Tensor, "rows"]  # one value a sequence
Pairs = Annotated[Tensor, "pairs"]  # one value a pair of a chosen and a rejected sequence
PairTokens = Annotated[Tensor, "pairs 2 tokens"]  # the chosen sequence first
Logits = Annotated[Tensor, "rows tokens vocabulary"]
Completions = Annotated[Tensor, "... tokens"]  # tokens of rows, or of the completions of each row
Sequences = Annotated[Tensor, "..."]  # one value a completion
Scalar = Annotated[Tensor, ""]
Targets = Mapping[str, Tensor]  # of a batch, by name; the first dimension of each is that of the rows


def take(targets: Targets, rows: Tensor | slice) -> dict[str, Tensor]:
    """The targets of some rows, for a micro-batch."""
    return {name: values[rows] for name, values in targets.items()}
