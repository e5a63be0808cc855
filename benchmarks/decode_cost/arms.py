"""The arms: the same continuations of the same traces, from the obvious script to a vote that ends early.

N0          vLLM alone, one request after the other, no prefix cache, prompts as text
N1          one batch, no prefix cache, token ids
N2          one batch, prefix cache, prompts as text
N3 bare     one batch, prefix cache, token ids
N3          the same requests through the toolkit: the full vote
exact …     the toolkit with a stopping rule
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.decode_cost.cases import Traced
from benchmarks.decode_cost.engines import FixedWork, fixed
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.engines.vllm import VLLMEngine
from reasoning_toolkit.runs.drive import Counts, Pipeline, Until, drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.subthought.ballot import Ballot
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.reading import answer_of, read_continuation, read_whole

Recorded = dict[str, Completion]  # by request key


@dataclass(frozen=True, slots=True)
class Made:
    """What an arm did.

    Attributes:
        completions: of the requests that were needed, by key.
        answers: elected, by problem; empty where nobody voted.
        begun: requests that were given to the engine.
    """

    completions: Recorded
    answers: dict[str, str | None]
    begun: int


@dataclass(frozen=True, slots=True)
class Arm:
    """A row of `ARMS`.

    Attributes:
        cached: whether it gets the engine with a prefix cache.
        run: from engine, traces, config and what was recorded (None: end to end) to what was made.
        slow: takes so long that it gets fewer rounds.
    """

    cached: bool
    run: Callable[[VLLMEngine, Sequence[Traced], DecodeConfig, Recorded | None], Made]
    slow: bool = False


def script(
    engine: VLLMEngine,
    traced: Sequence[Traced],
    config: DecodeConfig,
    recorded: Recorded | None,
    *,
    text: bool = False,
    every: int = 0,
) -> Made:
    """vLLM without the toolkit: prompts as text or ids, all at once, or one after the other (then only `every` so many of them)."""
    requests = {r.key(engine.identity): r for t in traced for r in t.requests}
    texts = [text for t in traced for text in t.texts]
    work = []
    for (key, request), prompt in zip(requests.items(), texts, strict=True):
        asked = fixed(request, recorded[key]) if recorded else request
        work.append((key, {"prompt": prompt} if text else {"prompt_token_ids": list(request.prompt)}, asked))
    parts = [[item] for item in work[::every]] if every else [work]
    outputs = [output for part in parts for output in _generate(engine, part)]
    return Made({o.request_id: _completion(o.outputs[0]) for o in outputs}, {}, sum(map(len, parts)))


def toolkit(
    engine: VLLMEngine, traced: Sequence[Traced], config: DecodeConfig, recorded: Recorded | None, *, rule: str
) -> Made:
    """The toolkit's own path: driver, ledger, and a vote that a rule ends."""
    used: Engine = FixedWork(engine, recorded) if recorded else engine
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        pipelines = ((t.problem.id, vote(t, used, config, rule)) for t in traced)
        votes = dict(drive(used, ledger, pipelines, counts=counts))
        ledger.close()
    made = {key: completion for completions, _ in votes.values() for key, completion in completions.items()}
    return Made(made, {name: answer for name, (_, answer) in votes.items()}, counts.made + counts.cancelled)


def vote(traced: Traced, engine: Engine, config: DecodeConfig, rule: str) -> Pipeline[tuple[Recorded, str | None]]:
    """Draw continuations in the rule's order until it ends the vote; what was drawn, and the elected answer."""
    ballot = _ballot(traced, engine, config, rule)
    requests = [traced.requests[i] for i in ballot.order]
    if rule == "full":
        completions = yield requests
        for completion in completions:
            ballot.enough(completion)
    else:
        completions = yield Until(requests, ballot.enough)
    assert ballot.stop is not None  # with the last one at the latest
    keys = [request.key(engine.identity) for request in requests]
    return dict(zip(keys, completions, strict=False)), ballot.stop.answer


def elect(traced: Traced, engine: Engine, config: DecodeConfig, made: Recorded) -> str | None:
    """The full vote over completions that are there."""
    ballot = _ballot(traced, engine, config, "full")
    for request in traced.requests:
        ballot.enough(made[request.key(engine.identity)])
    assert ballot.stop is not None
    answer: str | None = ballot.stop.answer
    return answer


ARMS: dict[str, Arm] = {
    "N0": Arm(False, partial(script, text=True, every=12), slow=True),
    "N1": Arm(False, script, slow=True),
    "N2": Arm(True, partial(script, text=True)),
    "N3 bare": Arm(True, script),
    "N3": Arm(True, partial(toolkit, rule="full")),
    "exact": Arm(True, partial(toolkit, rule="exact")),
    "certified": Arm(True, partial(toolkit, rule="certified")),
    "sharp": Arm(True, partial(toolkit, rule="sharp")),
}


def _ballot(traced: Traced, engine: Engine, config: DecodeConfig, rule: str) -> Ballot:
    tags, cuts, text = engine.tags, traced.cuts, traced.trace.text

    def read(position: int, completion: Completion) -> str | None:
        end = cuts.spans[position // config.n][1]
        return answer_of(read_continuation(completion, text[:end], tags, cuts.state))

    last = answer_of(read_whole(traced.trace, tags, opened=False))
    return Ballot(rule, config.alpha, (config.seed, traced.problem.id), len(traced.requests), last, read)


def _completion(output: Any) -> Completion:
    return Completion(tuple(output.token_ids), output.text, output.finish_reason)


def _generate(engine: VLLMEngine, work: Sequence[tuple[str, Any, Request]]) -> list[Any]:
    """vLLM's own loop: all requests in, finished outputs out."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    inner = engine._load()
    for key, prompt, request in work:
        s = request.sampling
        inner.add_request(
            key,
            prompt,
            SamplingParams(
                temperature=s.temperature,
                top_p=s.top_p,
                max_tokens=s.max_tokens,
                ignore_eos=s.ignore_eos,
                seed=request.seed,
                skip_special_tokens=False,
                output_kind=RequestOutputKind.FINAL_ONLY,
            ),
        )
    finished = []
    while inner.has_unfinished_requests():
        finished += [output for output in inner.step() if output.finished]
    return finished
