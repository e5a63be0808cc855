"""The decoding methods. Each is a plain generator for one problem: it yields requests, receives completions, returns a `Record`.

`drive` runs many at once over the run's ledger, so none of them knows of batching, crashes or resuming.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.scoring.scorer import AGGREGATES
from reasoning_toolkit.scoring.table import find_scorer
from reasoning_toolkit.subthought.config import DecodeConfig, Setting

if TYPE_CHECKING:
    from reasoning_toolkit.problems.problem import Problem
    from reasoning_toolkit.runs.drive import Pipeline
    from reasoning_toolkit.subthought.record import Record
    from reasoning_toolkit.subthought.requests import Context


@dataclass(frozen=True, slots=True)
class Method:
    """A row of `METHODS`.

    Attributes:
        note: what it does, in a line.
        function: `"module:name"` of the generator.
        settings: what `--set NAME=VALUE` may change, with the values of its source.
        vote: how its draws vote (`WEIGHTS`).
        samples: how many its source draws, where one makes no sense.
        logprobs: alternatives that it needs with each token; None for none.
        scored: whether it searches with a scorer.
    """

    note: str
    function: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    vote: str = "plurality"
    samples: int | None = None
    logprobs: int | None = None
    scored: bool = False

    @property
    def run(self) -> Callable[[Problem, Context], Pipeline[Record]]:
        """The generator."""
        function: Callable[[Problem, Context], Pipeline[Record]] = load_row(
            f"reasoning_toolkit.subthought.{self.function}"
        )
        return function


CHOICES: dict[str, tuple[str, ...]] = {  # of settings that are words
    "mode": ("open", "forced", "probe"),  # a response as it comes; made to answer where it was cut off; at once
    "mean": ("arithmetic", "geometric"),
    "aggregate": tuple(AGGREGATES),
    "stub": ("paper", "box"),  # how a trial answer is asked for: in the paper's words, or as the instruction has it
}

SEARCH: dict[str, Setting] = {"width": 4, "iterations": 40, "lookahead": 1, "aggregate": "mean"}  # arXiv 2502.06217

METHODS: dict[str, Method] = {
    "subthought": Method(
        "continue a trace from each of its subthoughts and vote; beside it last answer and self-consistency at equal tokens",
        "continued:subthought",
        {"mode": "open"},
    ),
    "self-consistency": Method("majority over n independent samples", "sampled:self_consistency", {"mode": "open"}),
    "adaptive-consistency": Method(
        "samples until the leading answer is likely enough, at most n", "sampled:adaptive_consistency", samples=40
    ),
    "esc": Method("samples until five in a row agree, at most n", "sampled:esc", vote="last-window", samples=40),
    "deepconf": Method(
        "samples, given up where the model is unsure, until one answer has 95 % of the weight, at most n",
        "sampled:deepconf",
        {"kept": 10.0, "window": 2048},
        vote="given",
        samples=256,
        logprobs=20,
    ),
    "prefix-consistency": Method(
        "n samples, each with one that shares its first three quarters; what is found again weighs more",
        "sampled:prefix_consistency",
        {"kept": 0.75},
        vote="reproduced",
        samples=16,
    ),
    "deer": Method(
        "end the thinking when a trial answer is confident",
        "single:deer",
        {"threshold": 0.95, "checks": 10, "thinking": 0.9, "mean": "arithmetic", "stub": "paper", "marker": "Wait"},
    ),
    "dynasor": Method(
        "end the thinking when trial answers agree", "single:dynasor", {"effort": "mid", "stub": "paper"}
    ),
    "convergence": Method(
        "end the thinking when the forced answers of sentences agree", "single:convergence", {"k": 10}
    ),
    "budget-forcing": Method(
        "end the thinking at its budget, and go on with Wait where it ends early",
        "single:budget_forcing",
        {"ignore": 1, "answer_tokens": 100},
    ),
    "dvts": Method(
        "n responses of independent trees, each grown from the best scored of M steps",
        "searched:dvts",
        SEARCH,
        vote="best-of-n",
        samples=256,
        scored=True,
    ),
    "beam": Method(
        "n responses that compete at every step, each node with M children",
        "searched:beam",
        SEARCH,
        vote="best-of-n",
        samples=256,
        scored=True,
    ),
    "last": Method("the answer at the end of one trace", "sampled:last"),
}


def votes_of(method: str, votes: Sequence[str]) -> list[str]:
    """How the draws of a method vote: its own way first, then what `--vote` adds. Imported completions have no method and a plain vote."""
    own = METHODS[method].vote if method in METHODS else "plurality"
    return list(dict.fromkeys([own, *votes]))


def scored_votes(config: DecodeConfig) -> list[str]:
    """The votes that weigh scores."""
    from reasoning_toolkit.subthought.voting import find_weighting

    return [name for name in votes_of(config.method, config.votes) if find_weighting(name).scored]


def resolved(config: DecodeConfig) -> DecodeConfig:
    """A config that says all settings of its method, and asks for the log-probabilities that its votes weigh.

    Raises:
        UsageError: there is no such method or vote, or it has no such setting, or a value is of the wrong kind.
    """
    from reasoning_toolkit.subthought.voting import find_weighting

    if config.method not in METHODS:
        raise unknown("method", config.method, METHODS)
    settings = dict(METHODS[config.method].settings)
    for name, value in config.settings.items():
        if name not in settings:
            raise unknown(f"setting of {config.method}", name, settings)
        settings[name] = _of_kind(settings[name], name, value)
    needs = [METHODS[config.method].logprobs]
    needs += [find_weighting(name).logprobs for name in votes_of(config.method, config.votes)]
    logprobs = max((k for k in [config.logprobs, *needs] if k is not None), default=None)
    return replace(config, settings=settings, logprobs=logprobs)


def _of_kind(default: Setting, name: str, value: Setting) -> Setting:
    kind = type(default)
    try:
        return kind(value)
    except ValueError as error:
        example = f"--set {name}={default}"
        raise UsageError(f"{name} is {value!r}, {_KINDS[kind]} is needed", hint=f"for example {example}") from error


_KINDS: dict[type, str] = {int: "a whole number", float: "a number", str: "a text"}


def find_method(config: DecodeConfig) -> Method:
    """The method that a config names.

    Raises:
        UsageError: there is no such method, cutting rule, stopping rule, scorer or answer filter, or a setting does not fit the method.
    """
    from reasoning_toolkit.subthought.cut import cut_text
    from reasoning_toolkit.subthought.filters import find_filter
    from reasoning_toolkit.subthought.stopping.rules import find_rule
    from reasoning_toolkit.subthought.voting import find_weighting

    method = METHODS[resolved(config).method]
    for name, choices in CHOICES.items():
        if name in config.settings and config.settings[name] not in choices:
            raise unknown(name, str(config.settings[name]), choices)
    asks = any(find_weighting(name).p_true for name in config.votes)
    if asks and (
        config.method not in ("self-consistency", "subthought") or config.settings.get("mode", "open") != "open"
    ):
        raise UsageError("cisc-p-true is for self-consistency and subthought, with --set mode=open", hint="--vote cisc")
    if config.scorer is None and (method.scored or scored_votes(config)):
        wants = config.method if method.scored else scored_votes(config)[0]
        raise UsageError(f"{wants} needs a scorer", hint="--scorer prm:MODEL; `reason list scorers` names them")
    if config.scorer is not None:
        find_scorer(config.scorer)
        if not (method.scored or scored_votes(config)):
            raise UsageError(
                f"neither {config.method} nor a vote asks the scorer {config.scorer!r}",
                hint="--vote best-of-n, --vote weighted, or --method dvts or beam",
            )
    elif config.scorer_args:
        raise UsageError(f"scorer arguments {dict(config.scorer_args)} without a scorer", hint="--scorer NAME")
    if config.stop != "full" and config.settings.get("mode", "open") != "open":
        raise UsageError("a vote that may end early needs --set mode=open", hint="leave out --stop or the mode")
    if config.n != 1 and (config.method == "last" or method.function.startswith("single:")):
        raise UsageError(
            f"{config.method} takes one trace, not n = {config.n}",
            hint="--method self-consistency --n N reports the mean of single samples too",
        )
    if method.samples and config.n == 1:
        raise UsageError(
            f"{config.method} needs several samples, not n = 1", hint=f"--n {method.samples}, as its source"
        )
    cut_text("", config)
    find_rule(config.stop, config.alpha)
    find_filter(config.answer_filter)
    return method
