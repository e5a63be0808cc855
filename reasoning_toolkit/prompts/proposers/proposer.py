"""A proposer writes new candidates from those that were tried: the search scores them and asks again.

A proposer is a generator of requests to the optimizer's model, as a policy is to the model under study: driven through the ledger it can be
stopped anywhere. It keeps nothing between rounds; all it knows is the history and the number of the round. So which candidates are
scored on how many items, and which one is believed in the end, is the same for every proposer.

A row of `PROPOSERS` names a file of this folder. Its function of the same name is `(history, proposing) -> Pipeline[list[Candidate]]`,
its `most` says from the settings what one round asks for at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.scorer import Score
from reasoning_toolkit.runs.drive import Pipeline

Value = str | int | float


class Default(NamedTuple):
    """The default of a setting, and where it comes from."""

    value: Value
    source: str


class Most(NamedTuple):
    """The most that one round asks for: replies of the optimizer's model, and new candidates."""

    calls: int
    candidates: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate with what it did.

    Attributes:
        candidate: as it was scored.
        score: mean over the items it was scored on, from 0 to 1.
        examples: some or all of these items, each with the reply and what it was worth; never one that is kept for the end.
    """

    candidate: Candidate
    score: float
    examples: Sequence[tuple[Problem, Reply, Score]] = ()


@dataclass(frozen=True, slots=True)
class Proposing:
    """What a proposer works with.

    Attributes:
        engine: of the model that writes the prompts; it need not be the one under study.
        template: what all candidates share.
        seed: of the search; every draw is derived from it, the round and what is asked.
        settings: all of the row's, as `find_proposer` returns them.
        round: which one this is, from 0.
        prefixes: whether the model under study can be given the beginning of its reply: its engine takes token ids.
    """

    engine: Engine
    template: Template
    seed: int
    settings: Mapping[str, Value]
    round: int = 0
    prefixes: bool = True


Propose = Callable[[Sequence[Tried], Proposing], Pipeline[list[Candidate]]]

SLOTS = ("system", "instruction")

COMMON: dict[str, Default] = {
    "slot": Default("system", "ours: what is rewritten, `system` or the user's `instruction`"),
    "max_chars": Default(500, "official code of OPRO: longer texts are dropped"),
    "ngram": Default(8, "ours: a text that shares this many words in a row with an item is dropped; 0 drops none"),
    "max_tokens": Default(1024, "ours: limit of one reply of the optimizer"),
}


@dataclass(frozen=True, slots=True)
class Proposer:
    """A row of `PROPOSERS`.

    Attributes:
        note: what it does, in a line.
        source: paper and official code.
        file: of this folder.
        settings: its own, beside those of `COMMON`, with defaults and where they come from.
    """

    note: str
    source: str
    file: str
    settings: Mapping[str, Default] = field(default_factory=dict)

    @property
    def propose(self) -> Propose:
        """One round: new candidates from a history that is not empty, each once and none of them tried; the start stands first in it."""
        function: Propose = load_row(f"reasoning_toolkit.prompts.proposers.{self.file}:{self.file}")
        return function

    @property
    def most(self) -> Callable[[Mapping[str, Value]], Most]:
        """What a round asks for at most, from the settings."""
        function: Callable[[Mapping[str, Value]], Most] = load_row(
            f"reasoning_toolkit.prompts.proposers.{self.file}:most"
        )
        return function


PROPOSERS: dict[str, Proposer] = {
    "ape": Proposer(
        "guesses the instruction from pairs of input and output, then varies the best guesses",
        "Zhou et al. 2022, arXiv 2211.01910; keirp/automatic_prompt_engineer",
        "ape",
        {
            "rounds": Default(3, "ours: one of guesses, the others of variations"),
            "subsamples": Default(3, "paper's configurations: 3 x 30 prompts"),
            "demos": Default(5, "official code"),
            "proposals": Default(10, "ours, for each subsample; the paper's configurations take 30"),
            "keep": Default(3, "ours: how many of the best are varied"),
            "temperature": Default(0.9, "official code"),
        },
    ),
    "opro": Proposer(
        "shows the best prompts in rising order of score and asks for a better one",
        "Yang et al. 2023, arXiv 2309.03409; google-deepmind/opro",
        "opro",
        {
            "rounds": Default(6, "ours; the official code takes 200 steps"),
            "shown": Default(20, "official code"),
            "demos": Default(3, "official code"),
            "proposals": Default(8, "official code"),
            "threshold": Default(0.3, "official code: lower scores are not shown, unless nothing scores more"),
            "temperature": Default(1.0, "official code"),
        },
    ),
    "protegi": Proposer(
        "criticises the best prompts by their errors, rewrites them by the critique, paraphrases the rewritten ones",
        "Pryzant et al. 2023, arXiv 2305.03495; microsoft/LMOps",
        "protegi",
        {
            "rounds": Default(6, "official code"),
            "beam": Default(4, "official code"),
            "errors": Default(4, "official code: shown for one critique"),
            "gradients": Default(4, "official code: critiques of one prompt"),
            "edits": Default(1, "official code: rewritings by one critique"),
            "paraphrases": Default(2, "official code: of each rewritten prompt"),
            "cap": Default(8, "official code: new prompts for each one of the beam"),
            "temperature": Default(0.7, "ours"),
        },
    ),
    "copro": Proposer(
        "rewrites instruction and answer prefix as a pair, first from the start, then from the scored attempts",
        "Khattab et al. 2023, arXiv 2310.03714; dspy.COPRO, which the eccentric prompts of arXiv 2402.10949 came from",
        "copro",
        {
            "rounds": Default(3, "dspy.COPRO: depth"),
            "breadth": Default(10, "dspy.COPRO: the start counts as one in the first round"),
            "temperature": Default(1.4, "dspy.COPRO"),
        },
    ),
    "gepa-reflect": Proposer(
        "takes a prompt that is best on some item and rewrites it from a few replies with feedback",
        "Agrawal et al. 2025, arXiv 2507.19457; gepa-ai/gepa",
        "gepa_reflect",
        {
            "rounds": Default(12, "gepa, auto=medium: candidates"),
            "proposals": Default(1, "gepa"),
            "minibatch": Default(3, "gepa"),
            "temperature": Default(1.0, "ours"),
            "max_chars": Default(2000, "ours: its prompts are meant to be long"),
        },
    ),
}


def find_proposer(name: str, settings: Mapping[str, Value] | None = None) -> tuple[Proposer, dict[str, Value]]:
    """The row of this name, and all of its settings with these changes.

    Raises:
        UsageError: an unknown name or setting, a value of another kind, a number below what makes sense.
    """
    if name not in PROPOSERS:
        raise unknown("proposer", name, PROPOSERS)
    row = PROPOSERS[name]
    defaults = {key: default.value for key, default in {**COMMON, **row.settings}.items()}
    return row, changed(name, defaults, settings or {})


def changed(name: str, defaults: Mapping[str, Value], settings: Mapping[str, Value]) -> dict[str, Value]:
    """The defaults with these settings.

    Raises:
        UsageError: an unknown setting, a value of another kind, a number below what makes sense.
    """
    for key in settings:
        if key not in defaults:
            raise unknown(f"setting of {name}", key, defaults)
    return {k: _checked(name, k, settings[k], default) if k in settings else default for k, default in defaults.items()}


def _checked(name: str, key: str, value: Value, default: Value) -> Value:
    if isinstance(default, str):
        if value not in SLOTS:
            raise unknown(f"{key} of {name}", str(value), SLOTS)
        return value
    whole = isinstance(default, int)
    fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    least = 0 if key in ("ngram", "demos", "paraphrases", "threshold", "temperature") else 1
    if not fits or not math.isfinite(float(value)) or float(value) < least:
        kind = "whole number" if whole else "number"
        raise UsageError(
            f"expected a {kind} of at least {least} for {key} of {name}, got {value!r}",
            hint=f"the default is {default}",
        )
    return value
