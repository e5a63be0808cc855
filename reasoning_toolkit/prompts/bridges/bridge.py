"""A bridge runs an optimizer of another library on the toolkit's engines, and hands over the prompts that it found.

What such a library reports of its finds is not believed: DSPy, for one, scores a prompt inside a scaffold that nobody deploys (dspy
issue 8042). Texts are taken out, pass the same gate as those of the toolkit's own proposers, and are candidates like all others.

A row of `BRIDGES` names a function `(bridging) -> list[Candidate]` in a file of this folder, the library's best first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Message, Sampling
from reasoning_toolkit.errors import EngineError, ToolkitError, unknown
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.bridges.desk import Desk, Question
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.proposer import COMMON, Default, Proposing, Tried, Value, changed
from reasoning_toolkit.prompts.scorer import Score

Graded = tuple[Problem, Reply, Score]


@dataclass(frozen=True, slots=True)
class Bridging:
    """What a bridge works with.

    Attributes:
        proposing: the optimizer's engine, template, seed and settings.
        engine: of the model under study, for libraries that render prompts themselves.
        start: the candidate to begin from.
        problems: of the search, in a fixed order.
        evaluate: replies of a candidate to problems, with scores: by our template, through the ledger.
        grade: the score of a reply that a library got by itself.
        desk: answers what a library asks; made in the thread that calls the bridge.
    """

    proposing: Proposing
    engine: Engine
    start: Candidate
    problems: Sequence[Problem]
    evaluate: Callable[[Candidate, Sequence[Problem]], list[Graded]]
    grade: Callable[[Problem, str], Score]
    desk: Desk

    def number(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(self.proposing.settings[name])

    @property
    def text(self) -> str:
        """The text to begin from."""
        (first, *_) = self.problems
        return text_of(Tried(self.start, 0.0, [(first, Reply("", ()), Score(0.0, "wrong"))]), self.proposing)

    def with_text(self, text: str) -> Candidate:
        """The start with another text, to be scored."""
        return with_text(self.start, self.proposing, text, "")

    def write(self, messages: Sequence[Message]) -> str:
        """What the optimizer's model replies, without thinking; empty where the limit cut it off."""
        sampling = Sampling(
            temperature=float(self.proposing.settings["temperature"]), max_tokens=self.number("max_tokens")
        )
        completion = self.desk.ask(Question(self.proposing.engine, tuple(messages), sampling))
        return after_thinking(completion.text) or "" if completion.finish_reason == "stop" else ""

    def candidates(self, found: Iterable[tuple[str, str | None]], name: str) -> list[Candidate]:
        """Pairs of text and prefix as candidates, those left out that are no news, too long or copied; None keeps the start's prefix."""
        items = [(problem, Reply("", ()), Score(0.0, "wrong")) for problem in self.problems]
        new = (with_text(self.start, self.proposing, text, name, prefix) for text, prefix in found if text)
        return admit(new, [Tried(self.start, 0.0, items)], self.proposing, self.number("candidates"))


@dataclass(frozen=True, slots=True)
class Bridge:
    """A row of `BRIDGES`.

    Attributes:
        note: what it runs, in a line.
        package: that must be installed, with the versions that were tested; it is also the name of the extra.
        function: `file:function`.
        settings: with defaults and where they come from, beside `COMMON`.
    """

    note: str
    package: str
    function: str
    settings: Mapping[str, Default] = field(default_factory=dict)

    def find(self, bridging: Bridging) -> list[Candidate]:
        """The prompts that the library finds, its best first.

        Raises:
            MissingPackage: it is not installed.
            EngineError: an engine died, or the library gave up, as DSPy does where the optimizer's model does not keep its layout.
        """
        function: Callable[[Bridging], list[Candidate]] = load_row(f"reasoning_toolkit.prompts.bridges.{self.function}")
        try:
            found = function(bridging)
        except ToolkitError:
            raise
        except Exception as error:
            raise EngineError(
                f"{self.package} gave up: {type(error).__name__}: {str(error)[:300]}",
                hint="a stronger model with --optimizer-model; what was asked is kept and costs nothing again",
            ) from error
        if bridging.desk.failed is not None:
            raise bridging.desk.failed
        return found


_SHARED = {
    "max_chars": Default(2000, "ours: libraries write long prompts"),
    "temperature": Default(1.0, "ours: of the optimizer's model where the library names none"),
    "candidates": Default(8, "ours: the library's best that are scored again"),
}
_TRAIN = Default(40, "ours: problems that the library sees")
_THREADS = Default(64, "ours: questions that wait for the engine together")

BRIDGES: dict[str, Bridge] = {
    "gepa": Bridge(
        "gepa.optimize: reflection on failures, a Pareto front over items (arXiv 2507.19457)",
        "gepa",
        "gepa:find",
        _SHARED
        | {
            "calls": Default(400, "ours: max_metric_calls; the library goes beyond it by up to one round"),
            "validation": Default(
                30, "ours: problems on which a prompt is judged; the others of `train` are reflected on"
            ),
            "train": Default(60, "ours: problems that the library sees"),
            "minibatch": Default(3, "gepa"),
        },
    ),
    "dspy-copro": Bridge(
        "dspy.COPRO: instruction and output prefix, by coordinate ascent",
        "dspy",
        "dspy:copro",
        _SHARED
        | {
            "train": _TRAIN,
            "threads": _THREADS,
            "breadth": Default(10, "dspy.COPRO"),
            "rounds": Default(3, "dspy.COPRO: depth"),
            "temperature": Default(1.4, "dspy.COPRO"),
        },
    ),
    "dspy-miprov2": Bridge(
        "dspy.MIPROv2, auto=light, without demonstrations (arXiv 2406.11695)",
        "dspy",
        "dspy:miprov2",
        _SHARED | {"train": _TRAIN, "threads": _THREADS},
    ),
    "dspy-simba": Bridge(
        "dspy.SIMBA: rules from the items on which replies differ most",
        "dspy",
        "dspy:simba",
        _SHARED
        | {
            "train": _TRAIN,
            "threads": _THREADS,
            "batch": Default(32, "dspy.SIMBA"),
            "rounds": Default(8, "dspy.SIMBA: steps"),
            "proposals": Default(6, "dspy.SIMBA: candidates of a step"),
        },
    ),
    "dspy-gepa": Bridge(
        "dspy.GEPA: the same as `gepa`, inside DSPy's scaffold",
        "dspy",
        "dspy:gepa",
        _SHARED | {"train": _TRAIN, "threads": _THREADS, "calls": Default(400, "ours: max_metric_calls")},
    ),
    "textgrad": Bridge(
        "TextGrad: feedback in words, passed back to one system message (arXiv 2406.07496)",
        "textgrad",
        "textgrad:find",
        _SHARED
        | {
            "train": Default(36, "tutorial of TextGrad: 12 batches of 3"),
            "batch": Default(3, "tutorial of TextGrad"),
            "rounds": Default(12, "tutorial of TextGrad: steps"),
        },
    ),
}


def find_bridge(name: str, settings: Mapping[str, Value] | None = None) -> tuple[Bridge, dict[str, Value]]:
    """The row of this name, and all of its settings with these changes.

    Raises:
        UsageError: an unknown name or setting, or a value that does not fit.
    """
    if name not in BRIDGES:
        raise unknown("bridge", name, BRIDGES)
    row = BRIDGES[name]
    defaults = {key: default.value for key, default in {**COMMON, **row.settings}.items()}
    return row, changed(name, defaults, settings or {})
