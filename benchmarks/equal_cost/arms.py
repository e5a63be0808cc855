"""The arms: which decode makes them, and which rows of its report they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reasoning_toolkit.subthought.config import Setting

SAMPLES = 20  # of self-consistency: the pool that every budget is taken from; four more than DeepConf's warm-up
WEIGHED = ("cisc", "deepconf-lowest", "deepconf-lowest-top10", "deepconf-lowest-top90")


@dataclass(frozen=True, slots=True)
class Decode:
    """One decode of all problems with one seed.

    Attributes:
        method: a row of `METHODS`.
        options: further fields of its config.
        seeded: whether another seed gives other answers; greedy methods are decoded once.
        reuses: the decode whose completions it may find in its ledger, since it asks for the same.
        again: settings under which the same completions are read once more, by the name of the row.
    """

    method: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seeded: bool = True
    reuses: str | None = None
    again: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def decodes(window: int, every: int, stub: str) -> dict[str, Decode]:
    """The decodes by name, those that others reuse first.

    Args:
        window: tokens of a group of DeepConf online: the release's 2,048 is longer than a small model's whole response.
        every: tokens between the cuts of the control that knows no language.
        stub: how DEER and Dynasor ask for a trial answer.
    """
    trial: dict[str, Setting] = {"stub": stub}
    early = {f"subthought vote, stop {rule}": {"stop": rule} for rule in ("exact", "certified", "sharp")}
    return {
        "self-consistency": Decode("self-consistency", {"n": SAMPLES, "votes": WEIGHED}),
        "adaptive-consistency": Decode(
            "adaptive-consistency", {"n": SAMPLES, "logprobs": 20}, reuses="self-consistency"
        ),
        "esc": Decode("esc", {"n": SAMPLES, "logprobs": 20}, reuses="self-consistency"),
        "deepconf": Decode("deepconf", {"n": SAMPLES, "settings": {"window": window}}, reuses="self-consistency"),
        "prefix-consistency": Decode("prefix-consistency", {"n": 8, "logprobs": 20}, reuses="self-consistency"),
        "subthought": Decode("subthought", {"votes": ("late", "cisc", "deepconf-lowest")}, again=early),
        "subthought, fixed cuts": Decode("subthought", {"rule": "fixed", "every": every}),
        "subthought, probes": Decode("subthought", {"settings": {"mode": "probe"}}, seeded=False),
        "deer": Decode("deer", {"settings": trial}, seeded=False),
        "dynasor": Decode("dynasor", {"settings": trial | {"effort": "crazy"}}, seeded=False),
        "convergence": Decode("convergence", {"settings": {"k": 3}}, seeded=False),
        "budget-forcing": Decode("budget-forcing", seeded=False),
        "last answer": Decode("last", seeded=False),
    }
