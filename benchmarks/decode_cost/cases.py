"""Saved traces with their cuts: what every arm gets, made once.

Two models, since neither shows everything. SmolLM2 is a language model of 135 million parameters that seldom thinks in fifty steps: its
traces are made long by drawing on past the end token (temperature 1), and cut before sentences; of a few, the first with enough of them
is taken. What it answers is worth little,
and its votes seldom agree. The pocket reasoner really reasons; its greedy traces are short and cut by the markers, as in a decode, and
several continuations from each prefix make the population large.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reasoning_toolkit.engines.engine import Engine, generate, render
from reasoning_toolkit.engines.prefix import continue_from
from reasoning_toolkit.engines.types import Completion, Request, Sampling, stable_seed
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.problems import Problem, load_problems
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.cut import Cuts, cut_trace

SENTENCE = r"(?<=[.!?:]\s)\S|(?<=\n)\S"


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of a model.

    Attributes:
        config: problems, cutting rule, sampling of continuations.
        trace: how the traces are drawn.
        keep: how many traces are kept, the first that have enough cuts.
        cuts: least number of them.
    """

    config: DecodeConfig
    trace: Sampling
    keep: int
    cuts: int = 1


@dataclass(frozen=True, slots=True)
class Traced:
    """A problem's trace and all continuations of it.

    Attributes:
        requests: one for each continuation, from token-exact prefixes, shortest first.
        texts: the same prompts as a script would send them: text cut right before the marker or sentence.
    """

    problem: Problem
    trace: Completion
    cuts: Cuts
    requests: tuple[Request, ...]
    texts: tuple[str, ...]


def smollm2(trace_tokens: int, cuts: int, tokens: int, traces: int) -> Case:
    """Long traces of a language model, those with enough sentences of four times as many."""
    config = DecodeConfig(
        problems="builtin",
        model="smollm2",
        method="subthought",
        limit=4 * traces,
        max_tokens=tokens,
        rule="regex",
        pattern=SENTENCE,
        max_subthoughts=cuts,
    )
    trace = Sampling(temperature=1.0, top_p=0.95, max_tokens=trace_tokens, ignore_eos=True)
    return Case(config, trace, traces, cuts)


def pocket(problems: int, samples: int) -> Case:
    """Real reasoning in many short traces."""
    config = DecodeConfig(
        problems="pocket:mixed", model="pocket", method="subthought", limit=problems, n=samples, max_tokens=512
    )
    return Case(config, config.trace_sampling, problems)


def trace_problems(engine: Engine, case: Case) -> list[Traced]:
    """Draw the traces of a case and cut them.

    Raises:
        EngineError: too few of them have enough cuts.
    """
    config, problems = case.config, load_problems(case.config.problems, limit=case.config.limit)
    requests = []
    for problem in problems:
        prompt, _ = render(engine, [{"role": "user", "content": f"{problem.question}\n\n{config.instruction}"}])
        seed = stable_seed(config.seed, problem.id, "trace")
        requests.append(Request(prompt, case.trace, seed, problem_id=problem.id))
    traces = dict(generate(engine, requests))
    traced = [_traced(engine, config, p, requests[i], traces[i]) for i, p in enumerate(problems)]
    found = [t for t in traced if len(t.cuts.prefixes) >= case.cuts][: case.keep]
    if len(found) < case.keep:
        counts = [len(t.cuts.prefixes) for t in traced]
        raise EngineError(f"{case.keep} traces with {case.cuts} cuts are needed, these have {counts}", hint="--cuts")
    return found


def _traced(engine: Engine, config: DecodeConfig, problem: Problem, request: Request, trace: Completion) -> Traced:
    assert engine.tokenizer is not None  # arms send token ids
    cuts = cut_trace(request, trace, engine.tokenizer, engine.tags, config)
    key = request.key(engine.identity)
    continuations = continue_from(
        request, trace, cuts.prefixes, config.sampling, run_seed=config.seed, key=key, samples=config.n
    )
    opening = engine.tokenizer.decode(request.prompt)
    texts = [opening + text for text in _script_cuts(trace.text, cuts.spans) for _ in range(config.n)]
    return Traced(problem, trace, cuts, tuple(continuations), tuple(texts))


def _script_cuts(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The prefixes of a text up to the word that opens the next span: the blank before it stays, where the token's cut takes it along."""
    for _, end in spans[:-1]:
        yield text[: end + len(text[end:]) - len(text[end:].lstrip())]
    yield text[: spans[-1][1]]
