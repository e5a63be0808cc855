"""What a row of the table of objectives says, and how its functions are called with its settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row

Value = str | int | float | bool | None
AGGREGATIONS = ("token-mean", "sequence-mean", "sequence-sum", "constant")  # of token losses: `aggregate` says how


@dataclass(frozen=True, slots=True)
class Paper:
    """Where an objective comes from: the paper's title, its arXiv number, and what in it defines the objective."""

    title: str
    arxiv: str
    equation: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting's value where none is given, whose value that is, and the words it may be."""

    default: Value
    source: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """A row of `OBJECTIVES`.

    Attributes:
        note: what it does, in a line.
        kind: `online` learns from rewarded samples of the policy, `offline` from given completions.
        paper: its source.
        prepare: `"file:function"` of what is computed once for a batch, without a gradient.
        loss: `"file:function"` of what each row adds to the loss.
        advantage: `"file:function"` of the advantages that `prepare` takes as its second argument; None where it takes none.
        measure: `"file:function"` of a pass without a gradient over the whole batch under the current policy, which fills in what couples
            its rows; None where nothing does.
        needs: what the batch must hold beyond what every batch does.
        settings: what may be changed.
    """

    note: str
    kind: Literal["online", "offline"]
    paper: Paper
    prepare: str
    loss: str
    advantage: str | None = None
    measure: str | None = None
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def bind(self, **changes: Value) -> Bound:
        """Its functions with its settings, some of them changed.

        Raises:
            UsageError: a setting that it has not, or a word that is none of the setting's.
        """
        values = {name: setting.default for name, setting in self.settings.items()}
        for name, value in changes.items():
            if name not in values:
                raise unknown("setting of this objective", name, values)
            choices = self.settings[name].choices
            if choices and value not in choices:
                raise unknown(f"value of {name}", str(value), choices)
        return Bound(self, values | changes)


@dataclass(frozen=True, slots=True)
class Bound:
    """An objective with its settings."""

    objective: Objective
    settings: Mapping[str, Value]

    @property
    def needs(self) -> tuple[str, ...]:
        """What the batch must hold: a KL penalty needs the reference's log-probabilities."""
        return self.objective.needs + (("ref_logp",) if self.settings.get("kl") else ())

    def prepare(self, batch: Any) -> Any:
        """The targets of a batch; see the objective's own `prepare`.

        Raises:
            UsageError: the batch lacks what the objective needs.
        """
        for name in self.needs:
            if getattr(batch, name) is None:
                raise UsageError(f"this objective needs {name}, and the batch has none")
        if self.objective.advantage is None:
            return self._call(self.objective.prepare, batch)
        return self._call(self.objective.prepare, batch, self._call(self.objective.advantage, batch))

    def measure(self, logp: Any, targets: Any) -> Any:
        """The targets with what couples rows under the current policy; the targets as they are where nothing does."""
        return self._call(self.objective.measure, logp, targets) if self.objective.measure else targets

    def loss(self, logp: Any, targets: Any) -> Any:
        """What each row adds to the loss; see the objective's own `loss`."""
        return self._call(self.objective.loss, logp, targets)

    def _call(self, row: str, *arguments: Any) -> Any:
        function = load(row)
        taken = inspect.signature(function).parameters
        return function(*arguments, **{name: value for name, value in self.settings.items() if name in taken})


def load(row: str) -> Callable[..., Any]:
    """The function behind a `"file:function"` text of this folder."""
    function: Callable[..., Any] = load_row(f"reasoning_toolkit.training.objectives.{row}")
    return function


def changed(objective: Objective, note: str, paper: Paper, **settings: Setting) -> Objective:
    """A row that is another one with its own note, paper and settings."""
    return replace(objective, note=note, paper=paper, settings={**objective.settings, **settings})
