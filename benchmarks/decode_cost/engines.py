"""vLLM with a meter, and an engine that makes every completion as long as it was when it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.engines.vllm import VLLMEngine, engine_options


@dataclass(slots=True)
class Meter:
    """What vLLM itself counted, also of requests that were cancelled: tokens, and the largest share of the key-value memory in use."""

    prefilled: int = 0
    cached: int = 0
    decoded: int = 0
    peak_memory: float = 0.0

    def record(self, scheduler_stats: Any, iteration_stats: Any, *_: Any, **__: Any) -> None:
        if scheduler_stats is not None:
            self.peak_memory = max(self.peak_memory, scheduler_stats.kv_cache_usage)
        if iteration_stats is not None:
            self.prefilled += iteration_stats.prompt_token_stats.computed
            self.cached += iteration_stats.prompt_token_stats.local_cache_hit
            self.decoded += iteration_stats.num_generation_tokens

    def log_engine_initialized(self) -> None:
        """vLLM calls it; nothing to say."""

    def log(self) -> None:
        """vLLM calls it; nothing to say."""

    def reset(self) -> None:
        self.prefilled = self.cached = self.decoded = 0
        self.peak_memory = 0.0


def open_metered(model: str, *, cache: bool) -> tuple[VLLMEngine, Meter]:
    """vLLM with or without its prefix cache, loaded, and its meter."""
    from vllm import EngineArgs, LLMEngine
    from vllm.usage.usage_lib import UsageContext

    engine, meter = VLLMEngine(ModelSpec("vllm", model), {"enable_prefix_caching": cache}), Meter()
    options = engine_options(engine.model.path, engine.model.revision, engine.arguments)
    engine._engine = LLMEngine.from_engine_args(
        EngineArgs(**options), usage_context=UsageContext.LLM_CLASS, stat_loggers=[lambda config, index=0: meter]
    )
    return engine, meter


class FixedWork:
    """An engine whose completions take the tokens that were recorded for them, end token or not, and say what was recorded.

    So all arms do the same work and vote on the same answers, and differ in the engine's effects alone.

    Args:
        engine: does the work.
        recorded: completion by ticket.
    """

    def __init__(self, engine: Engine, recorded: Mapping[str, Completion]) -> None:
        self.engine, self.recorded = engine, recorded
        self.identity, self.capacity = engine.identity, engine.capacity
        self.tags, self.tokenizer = engine.tags, engine.tokenizer

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        self.engine.submit((ticket, fixed(request, self.recorded[ticket])) for ticket, request in tickets)

    def wait(self) -> list[tuple[str, Completion]]:
        return [(ticket, replace(self.recorded[ticket], usage=c.usage)) for ticket, c in self.engine.wait()]

    def cancel(self, tickets: Iterable[str]) -> None:
        self.engine.cancel(tickets)

    def score(self, sequences: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        return self.engine.score(sequences)

    def close(self) -> None:
        self.engine.close()


def fixed(request: Request, recorded: Completion) -> Request:
    """The same request for exactly as many tokens as were recorded."""
    return replace(request, sampling=replace(request.sampling, ignore_eos=True, max_tokens=recorded.usage.decoded))
