"""The decoding methods, each a plain generator for one problem: it yields requests, receives completions, returns a record.

`drive` runs many at once over the run's ledger, so none of them knows of batching, crashes or resuming.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.engines.engine import Engine, render
from reasoning_toolkit.engines.prefix import continue_from
from reasoning_toolkit.engines.think import opens_thinking
from reasoning_toolkit.engines.types import Completion, Message, Request, stable_seed
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline, Until
from reasoning_toolkit.subthought.ballot import Ballot
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.cut import Cuts, cut_text, cut_trace
from reasoning_toolkit.subthought.judge import judge_continuation, judge_whole
from reasoning_toolkit.subthought.stopping.rules import Stop, find_rule

MOST_SAMPLES = 1024  # of one problem, where a model answers in a few tokens and the budget is large


@dataclass(frozen=True, slots=True)
class Record:
    """What a method did for one problem, as keys into the ledger; everything else follows from it.

    Attributes:
        trace: key of the first, greedy trace; None where the method makes none.
        spans: character span of each subthought in the trace's text.
        continuations: for each subthought, the keys of its continuations; empty where none was needed.
        state: where the trace's thinking ended (`Cuts.state`).
        opened: whether the prompt opens the thinking.
        samples: keys of independent samples.
        short_circuit: the continuations were known without generating: greedy continuations of a greedy trace repeat it.
        stop: where the vote ended, for a rule that may end it early; the continuations that were not drawn have no keys.
    """

    trace: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    continuations: tuple[tuple[str, ...], ...] = ()
    state: Literal["closed", "open", "none"] = "none"
    opened: bool = False
    samples: tuple[str, ...] = ()
    short_circuit: bool = False
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What every problem of a run shares."""

    engine: Engine
    config: DecodeConfig


Method = Callable[[Problem, Context], Pipeline[Record]]


def last(problem: Problem, context: Context) -> Pipeline[Record]:
    """The answer at the end of one trace: the baseline of the paper."""
    request = trace_request(problem, context)
    yield [request]
    return Record(trace=request.key(context.engine.identity), opened=_opened(request, context))


def self_consistency(problem: Problem, context: Context) -> Pipeline[Record]:
    """Majority over n independent samples (Wang et al. 2022, arXiv 2203.11171)."""
    requests = sample_requests(problem, context, range(context.config.n))
    yield requests
    return Record(samples=_keys(requests, context), opened=_opened(requests[0], context))


def subthought(problem: Problem, context: Context) -> Pipeline[Record]:
    """Continue the trace from the end of each subthought and vote (Hammoud et al. 2025, arXiv 2504.20708).

    Deviations:
        1. Prefixes are token-exact; the paper's text prefixes are tokenised again.
        2. Greedy continuations of a greedy trace repeat it, so they are not generated: none for a trace that ended, one
           for a trace that was cut off.
        3. With `config.stop` the vote ends when a rule says that it is decided (`stopping`); what was not drawn costs nothing.
        4. Self-consistency gets as many generated tokens as the trace and its continuations took (`baselines`).
    """
    config, engine = context.config, context.engine
    if engine.tokenizer is None:
        raise UsageError(
            "subthought decoding continues from token ids, and this server takes only chat messages",
            hint="use vllm: or hf:, or name the tokenizer: --engine-arg tokenizer=NAME",
        )
    request = trace_request(problem, context)
    (trace,) = yield [request]
    key = request.key(engine.identity)
    if trace.finish_reason == "error":
        return Record(trace=key)
    cuts = cut_trace(request, trace, engine.tokenizer, engine.tags, config)
    repeats = config.temperature == 0 and config.trace_temperature == 0
    prefixes = cuts.prefixes if not repeats else cuts.prefixes[-1:] if trace.finish_reason == "length" else ()
    samples = 1 if config.temperature == 0 else config.n
    requests = continue_from(request, trace, prefixes, config.sampling, run_seed=config.seed, key=key, samples=samples)
    drawn, stop = list(range(len(requests))), None
    if config.stop == "full" or repeats:
        completions = (yield requests) if requests else ()
    else:
        ballot = _ballot(problem, context, trace, cuts, len(requests), _opened(request, context))
        completions = yield Until([requests[i] for i in ballot.order], ballot.enough)
        drawn, stop = ballot.drawn, ballot.stop
    keys = _keys(requests, context)
    each = tuple(tuple(keys[i] for i in drawn if i // samples == place) for place in range(len(prefixes)))
    grouped = (keys,) * len(cuts.spans) if repeats else each
    spent = sum(c.usage.decoded for c in (trace, *completions))
    compare = config.baselines and config.temperature > 0
    compared = (yield from _samples_worth(spent, problem, context, trace.usage.decoded)) if compare else ()
    return Record(key, cuts.spans, grouped, cuts.state, _opened(request, context), compared, repeats, stop)


METHODS: dict[str, Method] = {"subthought": subthought, "self-consistency": self_consistency, "last": last}


def find_method(config: DecodeConfig) -> Method:
    """The method that a config names.

    Raises:
        UsageError: there is no such method, cutting rule or stopping rule, or a setting does not fit it.
    """
    if config.method not in METHODS:
        raise unknown("method", config.method, METHODS)
    if config.method == "last" and config.n != 1:
        raise UsageError(
            f"last takes one trace, not n = {config.n}",
            hint="--method self-consistency --n N reports the mean of single samples too",
        )
    cut_text("", config)
    find_rule(config.stop, config.alpha)
    return METHODS[config.method]


def trace_request(problem: Problem, context: Context) -> Request:
    """The first trace of a problem."""
    config = context.config
    prompt, messages = _render(problem, context)
    seed = stable_seed(config.seed, problem.id, "trace")
    return Request(prompt, config.trace_sampling, seed, messages=messages, problem_id=problem.id)


def sample_requests(problem: Problem, context: Context, indices: Sequence[int]) -> list[Request]:
    """Independent samples of a problem, by index."""
    config = context.config
    prompt, messages = _render(problem, context)
    return [
        Request(prompt, config.sampling, stable_seed(config.seed, problem.id, "sample", i), i, messages, problem.id)
        for i in indices
    ]


def _ballot(problem: Problem, context: Context, trace: Completion, cuts: Cuts, total: int, opened: bool) -> Ballot:
    """The vote of a problem's continuations; a position counts the samples of the first prefix, then those of the second, …"""
    config, tags, gold = context.config, context.engine.tags, problem.answer
    samples = total // len(cuts.spans)

    def read(position: int, completion: Completion) -> str | None:
        end = cuts.spans[position // samples][1]
        return judge_continuation(completion, trace.text[:end], gold, tags, cuts.state).answer

    last = judge_whole(trace, gold, tags, opened=opened).answer
    return Ballot(config.stop, config.alpha, (config.seed, problem.id), total, last, read)


def user_message(question: str, instruction: str) -> str:
    """What the model is asked: the question, and the instruction behind it if there is one."""
    return f"{question}\n\n{instruction}" if instruction else question


def within_budget(costs: Sequence[int], budget: int) -> int:
    """How many of the first samples fit a token budget; at least one."""
    spent = 0
    for i, cost in enumerate(costs):
        spent += cost
        if spent > budget:
            return max(i, 1)
    return len(costs)


def _samples_worth(
    budget: int, problem: Problem, context: Context, guess: int
) -> Generator[list[Request], Sequence[Completion], tuple[str, ...]]:
    """Draw samples until their tokens reach the budget, in waves sized by their mean length so far; keep those that fit."""
    keys: list[str] = []
    costs: list[int] = []
    while sum(costs) < budget and len(costs) < MOST_SAMPLES:
        mean = max(1, round(sum(costs) / len(costs)) if costs else guess)
        wave = min(MOST_SAMPLES - len(costs), max(1, -(-(budget - sum(costs)) // mean)))
        requests = sample_requests(problem, context, range(len(costs), len(costs) + wave))
        completions = yield requests
        keys += _keys(requests, context)
        costs += [max(1, c.usage.decoded) for c in completions]
    return tuple(keys[: within_budget(costs, budget)])


def _render(problem: Problem, context: Context) -> tuple[tuple[int, ...], tuple[Message, ...]]:
    config = context.config
    messages: list[Message] = [{"role": "system", "content": config.system}] if config.system else []
    content = user_message(problem.question, config.instruction)
    return render(context.engine, [*messages, {"role": "user", "content": content}])


def _opened(request: Request, context: Context) -> bool:
    tokenizer = context.engine.tokenizer
    return tokenizer is not None and opens_thinking(tokenizer.decode(request.prompt), context.engine.tags)


def _keys(requests: Sequence[Request], context: Context) -> tuple[str, ...]:
    return tuple(request.key(context.engine.identity) for request in requests)
