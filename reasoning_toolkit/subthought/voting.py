"""How draws may vote: the table of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.scoring.scorer import AGGREGATES

if TYPE_CHECKING:
    from reasoning_toolkit.subthought.confidence import Floats
    from reasoning_toolkit.subthought.election import Cast

ALTERNATIVES = 20  # of a token, for its confidence; release of DeepConf: `logprobs=20`
TRACE_SCORES = ("mean", "bottom", "lowest", "tail")  # `confidence.TRACE_SCORES`
KEPT = (100, 10, 90)  # percent of the traces that vote, η; arXiv 2508.15260 compares the filters 10 and 90


@dataclass(frozen=True, slots=True)
class Weighting:
    """A row of `WEIGHTS`.

    Attributes:
        note: what it does, in a line.
        function: of `weights`, by name.
        arguments: further ones of the function.
        logprobs: alternatives that must be asked for with each token; None for none.
        p_true: whether the model must be asked if its answer is right.
        scored: whether a scorer must have scored the responses; the best scored of the winning class then stands for it.
    """

    note: str
    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    logprobs: int | None = None
    p_true: bool = False
    scored: bool = False

    def weigh(self, casts: Sequence[Cast]) -> Floats:
        """The weights of a problem's casts, one each."""
        weights: Floats = load_row(f"reasoning_toolkit.subthought.weights:{self.function}")(casts, **self.arguments)
        return weights


def find_weighting(name: str) -> Weighting:
    """The row of this name.

    Raises:
        UsageError: there is no such row.
    """
    if name not in WEIGHTS:
        raise unknown("vote", name, WEIGHTS)
    return WEIGHTS[name]


def _deepconf_row(score: str, kept: int) -> tuple[str, Weighting]:
    name, note = f"deepconf-{score}", f"{score} confidence of the trace"
    if kept < 100:
        name, note = f"{name}-top{kept}", f"{note}, the surest {kept} % of the traces alone"
    return name, Weighting(note, "deepconf", {"score": score, "kept": kept}, ALTERNATIVES)


def _scored_row(name: str, function: str, note: str, how: str) -> tuple[str, Weighting]:
    row = Weighting(f"{note}, the {how} of its steps' scores", function, {"how": how}, scored=True)
    return (name if how == "mean" else f"{name}-{how}"), row


WEIGHTS: Mapping[str, Weighting] = {
    "plurality": Weighting("one draw, one vote", "plurality"),
    "late": Weighting("weight = share of the trace that the prefix holds", "late"),
    "given": Weighting("the weight that the method gave it (DeepConf online)", "given"),
    "last-window": Weighting("the last five draws if they agree, else one draw, one vote (ESC)", "last_window"),
    "reproduced": Weighting("weight by how often a pair gives the same answer (prefix consistency)", "reproduced"),
    "cisc": Weighting("softmax of the length-normalised probability", "cisc", logprobs=1),
    "cisc-p-true": Weighting("softmax of P(True)", "cisc_p_true", p_true=True),
    **dict(_scored_row("best-of-n", "best_of_n", "the best scored draw alone", how) for how in AGGREGATES),
    **dict(_scored_row("weighted", "scaled_score", "weight = score scaled to 0..1", how) for how in AGGREGATES),
    **dict(_deepconf_row(score, kept) for score in TRACE_SCORES for kept in KEPT),
}
