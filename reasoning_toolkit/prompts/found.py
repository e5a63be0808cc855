"""What a phase of a search found, as a report reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """What one phase found, as `search` wrote it down.

    Attributes:
        ids: of the candidates.
        items: ids of the problems.
        scores: shape (candidates, items), NaN where there is none.
        filled: the same with what a panel stood for.
        body: the rest.
    """

    ids: tuple[str, ...]
    items: tuple[str, ...]
    scores: Floats
    filled: Floats
    body: Mapping[str, Any]

    def of(self, candidate: str | None) -> Floats | None:
        """The scores of a candidate, shape (items,); None where it is not there."""
        return self.scores[self.ids.index(candidate)] if candidate in self.ids else None


def phase_from_json(body: Mapping[str, Any]) -> Phase:
    """What `search` wrote down."""
    scores, filled = (np.array(body[name], dtype=np.float64) for name in ("scores", "filled"))
    rest = {name: value for name, value in body.items() if name not in ("scores", "filled")}
    return Phase(tuple(body["candidates"]), tuple(body["items"]), scores, filled, rest)
