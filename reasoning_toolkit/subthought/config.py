"""The settings of a decode, with the paper's values where it gives them (Hammoud et al. 2025, arXiv 2504.20708, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reasoning_toolkit.engines.types import Sampling
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.runs.config import fixed, growing

Setting = str | int | float

INSTRUCTION = "Reason step by step, and put your final answer within \\boxed{}."


@dataclass(frozen=True, slots=True)
class DecodeConfig:
    """How to decode.

    Attributes:
        problems: what was asked for on the command line.
        model: the model text; its identity is recorded beside.
        method: a row of `METHODS`.
        n: samples a prefix (subthought), samples a problem (self-consistency); 1 for last.
        limit: at most so many problems.
        shuffle: seed of the order of the problems before the limit.
        seed: every request's seed is derived from it.
        temperature: of continuations and samples; 0 is greedy. The paper's non-greedy column: 1.0.
        top_p: of continuations and samples. The paper's non-greedy column: 0.95.
        trace_temperature: of the first trace. The paper: 0 (greedy).
        max_tokens: limit of each completion. The paper: 8,192.
        rule: where a trace is cut (`subthought.segment`).
        markers: preset of marker texts.
        pattern: for the rule `regex`.
        every: tokens a piece, for the rule `fixed`.
        min_tokens: cuts closer than this to the one before are dropped. The paper: 0.
        max_subthoughts: at most so many, evenly spaced. The paper: no limit.
        instruction: added after the question, as the user's message.
        system: a system message; none by default.
        stop: when the vote is over (`subthought.stopping`). The paper: full.
        alpha: the most that a certificate of `stop` may be wrong, over random orders.
        baselines: also spend the same generated tokens on self-consistency.
        total_budget: a continuation gets what the trace left of `max_tokens`. The paper: the whole limit each.
        answer_filter: which answers may vote (`filters`). The paper: all.
        votes: further ways in which the draws vote (`WEIGHTS`), each a row of the report.
        logprobs: alternatives to keep with each token, for votes and methods that weigh them.
        settings: of the method (`METHODS`), where they are not its source's.
        scorer: of responses (`scoring.open_scorer`), for votes and methods that need one.
        scorer_args: of the scorer.
        unsafe_exec: run code that was generated without a sandbox.
    """

    problems: str = field(metadata={"change": "refused"})
    model: str
    method: str = field(metadata={"change": "refused"})
    n: int = growing(default=1)
    limit: int | None = growing(default=None)
    shuffle: int | None = growing(default=None)
    seed: int = fixed(default=0)
    temperature: float = fixed(default=1.0)
    top_p: float = fixed(default=0.95)
    trace_temperature: float = fixed(default=0.0)
    max_tokens: int = fixed(default=8192)
    rule: str = fixed(default="anywhere")
    markers: str = fixed(default="paper")
    pattern: str | None = fixed(default=None)
    every: int | None = fixed(default=None)
    min_tokens: int = fixed(default=0)
    max_subthoughts: int | None = fixed(default=None)
    instruction: str = fixed(default=INSTRUCTION)
    system: str | None = fixed(default=None)
    stop: str = growing(default="full")
    alpha: float = growing(default=0.05)
    baselines: bool = growing(default=True)
    total_budget: bool = fixed(default=False)
    answer_filter: str | None = growing(default=None)
    votes: tuple[str, ...] = growing(default=())
    logprobs: int | None = fixed(default=None)
    settings: Mapping[str, Setting] = fixed(default_factory=dict)
    scorer: str | None = growing(default=None)
    scorer_args: Mapping[str, Any] = growing(default_factory=dict)
    unsafe_exec: bool = growing(default=False)

    def __post_init__(self) -> None:
        for name, value, lowest in (
            ("n", self.n, 1),
            ("max_tokens", self.max_tokens, 1),
            ("temperature", self.temperature, 0),
        ):
            if value < lowest:
                raise UsageError(f"{name} is {value}, at least {lowest} is needed")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p is {self.top_p}, above 0 and at most 1 is needed")

    @property
    def sampling(self) -> Sampling:
        """Of continuations and samples."""
        return Sampling(self.temperature, self.top_p, max_tokens=self.max_tokens, logprobs=self.logprobs)

    @property
    def trace_sampling(self) -> Sampling:
        """Of the first trace."""
        top_p = self.top_p if self.trace_temperature else 1.0
        return Sampling(temperature=self.trace_temperature, top_p=top_p, max_tokens=self.max_tokens)
