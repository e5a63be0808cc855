"""What a method did for one problem, as keys into the run's ledger; everything else follows from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A completion as part of a response: `before`, then the completion's text.

    Attributes:
        key: of the completion, in the ledger.
        before: text that was put there for the model, such as a closing delimiter; the model did not write it.
        kept: how many characters of the completion's text belong to the response; None for all.
    """

    key: str
    before: str = ""
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """One response that may vote, made of one or more completions.

    Attributes:
        pieces: its text is theirs, joined.
        place: which subthought it continues, counted from 0; for a population without places its own number.
        paid: keys of completions that were paid for and are no part of its text: trial answers, what was cut away.
        votes: whether it has a vote; one that was given up on the way has none.
        forced: its answer was forced: by closing the thinking for the model, or by a probe.
        parent: number of the draw that it continues, where draws vote in pairs.
    """

    pieces: tuple[Piece, ...]
    place: int = 0
    paid: tuple[str, ...] = ()
    votes: bool = True
    forced: bool = False
    parent: int | None = None
