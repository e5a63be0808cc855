"""What tests of responses written in pieces share: a driver over an engine, a scripted writer, texts of draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from reasoning_toolkit.engines.bytes_tokenizer import BytesTokenizer
from reasoning_toolkit.engines.engine import Engine, generate
from reasoning_toolkit.engines.scripted import ScriptedEngine, as_completion
from reasoning_toolkit.engines.think import THINK_TAGS, ThinkTags
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.subthought.record import Draw
from reasoning_toolkit.subthought.together import Steps

R = TypeVar("R")

QUESTION = "<|user|>\nWhat is 2 + 2?\n<|assistant|>\n<think>\n"
Reply = Callable[[str, Request], str | Completion]


@dataclass
class Played:
    """What a pipeline asked for, in rounds, and what it got."""

    rounds: list[list[Request]] = field(default_factory=list)
    completions: dict[str, Completion] = field(default_factory=dict)

    @property
    def requests(self) -> list[Request]:
        return [request for asked in self.rounds for request in asked]

    def text(self, draw: Draw) -> str:
        return "".join(p.before + self.completions[p.key].text[: p.kept] for p in draw.pieces)

    def cost(self, draw: Draw) -> int:
        keys = {*(p.key for p in draw.pieces), *draw.paid}
        return sum(self.completions[key].usage.decoded for key in keys)


def play(engine: Engine, pipeline: Steps[R]) -> tuple[R, Played]:
    """Run a pipeline over an engine."""
    played = Played()
    try:
        wants: Sequence[Request] = next(pipeline)
        while True:
            played.rounds.append(list(wants))
            found = dict(generate(engine, wants))
            for i, request in enumerate(wants):
                played.completions[request.key(engine.identity)] = found[i]
            wants = pipeline.send([found[i] for i in range(len(wants))])
    except StopIteration as end:
        return end.value, played


def engine_of(reply: Reply, tags: ThinkTags | None = THINK_TAGS["think"]) -> ScriptedEngine:
    return ScriptedEngine(reply, tags=tags)


def ask(engine: Engine, prompt: str = QUESTION, **sampling: object) -> Request:
    assert engine.tokenizer is not None
    return Request(engine.tokenizer.encode(prompt), Sampling(**sampling), 7, problem_id="p")  # type: ignore[arg-type]


def writer(whole: str) -> Reply:
    """A model that always writes the same text behind the question, from wherever a prompt stands in it."""

    def reply(prompt: str, request: Request) -> str:
        done = prompt.removeprefix(QUESTION)
        if not whole.startswith(done):
            raise AssertionError(f"a prompt that the writer never wrote: {done!r}")
        return whole[len(done) :]

    return reply


def within(context: int, reply: Reply) -> Reply:
    """The same model with a context of so many tokens, as the engines keep it: cut off where it is full, refused where it was."""

    def limited(prompt: str, request: Request) -> str | Completion:
        room = context - len(request.prompt)
        if room < 1:
            return Completion((), "", "error", error="the prompt is too long")
        shorter = replace(
            request, sampling=replace(request.sampling, max_tokens=min(room, request.sampling.max_tokens))
        )
        return as_completion(reply(prompt, request), shorter, BytesTokenizer())

    return limited
