"""What a method did for one problem, as keys into the run's ledger; everything else follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal

from reasoning_toolkit.engines.types import Completion, Usage
from reasoning_toolkit.subthought.stopping.rules import Stop

Look = Callable[[str], Completion]  # the completion of a key


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
        pieces: its text is theirs, joined; none where it is known to repeat the trace.
        place: which subthought it continues, counted from 0; for a population without places its own number.
        paid: keys of completions that were paid for and are no part of its text: trial answers, what was cut away.
        votes: whether it has a vote; one that was given up on the way has none.
        forced: its answer was forced: by closing the thinking for the model, or by a probe.
        parent: number of the draw that it continues, where draws vote in pairs.
        p_true: probability that the model gives to its answer being right, where it was asked.
        weight: of its vote, where the method gives one.
        scores: of its response's steps, where a scorer was asked.
        label: what the source of an imported response said of it (`exchange.sample.Label`).
    """

    pieces: tuple[Piece, ...]
    place: int = 0
    paid: tuple[str, ...] = ()
    votes: bool = True
    forced: bool = False
    parent: int | None = None
    p_true: float | None = None
    weight: float | None = None
    scores: tuple[float, ...] | None = None
    label: Mapping[str, Any] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """All completions that were paid for it, in order."""
        return (*(piece.key for piece in self.pieces), *self.paid)


@dataclass(frozen=True, slots=True)
class Record:
    """The population of a problem's votes, and what it is compared with.

    Attributes:
        name: of the method's row in a report.
        trace: key of the first, greedy trace; None where the method makes none.
        spans: character span of each subthought in the trace's text; empty where the draws are whole responses.
        draws: what votes, in the order of their places.
        state: where the trace's thinking ended (`Cuts.state`).
        opened: whether the prompt opens the thinking.
        samples: independent samples worth the same tokens, for the baseline of self-consistency.
        short_circuit: the draws were known without generating: greedy continuations of a greedy trace repeat it.
        stop: where the vote ended, for a rule that may end it early; what was not drawn has no draw.
    """

    name: str
    trace: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    draws: tuple[Draw, ...] = ()
    state: Literal["closed", "open", "none"] = "none"
    opened: bool = False
    samples: tuple[Draw, ...] = ()
    short_circuit: bool = False
    stop: Stop | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain data. Draws leave out what has its default: a run keeps many of them."""
        return asdict(self) | {"draws": [_brief(d) for d in self.draws], "samples": [_brief(d) for d in self.samples]}

    @property
    def voting(self) -> list[int]:
        """Numbers of the draws that have a vote."""
        return [i for i, draw in enumerate(self.draws) if draw.votes]

    def paid(self, which: Literal["all", "draws", "trace", "samples"] = "all") -> list[str]:
        """The completions that were paid for it, each once. `draws` counts the trace where they continue it."""
        owns = which in ("all", "trace") or (which == "draws" and bool(self.spans or not self.draws))
        trace = [self.trace] if self.trace and owns else []
        draws = self.draws if which in ("all", "draws") else ()
        samples = self.samples if which in ("all", "samples") else ()
        return list(dict.fromkeys([*trace, *(key for draw in (*draws, *samples) for key in draw.keys)]))


def record_from_json(body: Mapping[str, Any]) -> Record:
    """What `Record.to_json` gave.

    Raises:
        KeyError, TypeError: it was made by another version.
    """
    parts: dict[str, Any] = {
        "spans": tuple((start, end) for start, end in body["spans"]),
        "draws": tuple(map(_draw, body["draws"])),
        "samples": tuple(map(_draw, body["samples"])),
        "stop": Stop(**body["stop"]) if body["stop"] else None,
    }
    return Record(**dict(body) | parts)


def draws_of(keys: Iterator[str] | tuple[str, ...]) -> tuple[Draw, ...]:
    """Whole completions as draws, numbered."""
    return tuple(Draw((Piece(key),), place) for place, key in enumerate(keys))


def joined(draw: Draw, look: Look) -> Completion:
    """A draw's response as one completion: the text of its pieces, the end of the last, the cost of all that was paid."""
    completions = [look(piece.key) for piece in draw.pieces]
    if len(completions) == 1 and not (draw.paid or draw.pieces[0].before or draw.pieces[0].kept is not None):
        return completions[0]
    text = "".join(p.before + c.text[: p.kept] for p, c in zip(draw.pieces, completions, strict=True))
    decoded = sum(look(key).usage.decoded for key in dict.fromkeys(draw.keys))
    last = completions[-1]
    return Completion((), text, last.finish_reason, Usage(decoded=decoded), None, last.error)


def _brief(draw: Draw) -> dict[str, Any]:
    body = asdict(draw) | {"pieces": [[p.key, p.before, p.kept] for p in draw.pieces]}
    defaults = {f.name: f.default for f in fields(Draw) if f.default is not MISSING}
    return {name: value for name, value in body.items() if name not in defaults or value != defaults[name]}


def _draw(body: Mapping[str, Any]) -> Draw:
    pieces = tuple(Piece(*piece) for piece in body["pieces"])
    parts: dict[str, Any] = {"pieces": pieces, "paid": tuple(body.get("paid", ()))}
    parts |= {"scores": tuple(body["scores"])} if body.get("scores") is not None else {}
    return Draw(**dict(body) | parts)
