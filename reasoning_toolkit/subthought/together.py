"""Several pipelines of one problem in step: what all of them want next is asked for at once."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from reasoning_toolkit.engines.types import Completion, Request

R = TypeVar("R")

Steps = Generator[Sequence[Request], Sequence[Completion], R]  # a `Pipeline` without `Until`


def together(pipelines: Sequence[Steps[R]]) -> Steps[list[R]]:
    """The results of pipelines, in their order. A round waits for its slowest request."""
    results: dict[int, R] = {}
    wants: dict[int, Sequence[Request]] = {}

    def step(i: int, completions: Sequence[Completion] | None) -> None:
        try:
            wants[i] = next(pipelines[i]) if completions is None else pipelines[i].send(completions)
        except StopIteration as end:
            results[i] = end.value

    for i in range(len(pipelines)):
        step(i, None)
    while wants:
        asked, wants = wants, {}
        completions = yield [request for requests in asked.values() for request in requests]
        start = 0
        for i, requests in asked.items():
            step(i, completions[start : start + len(requests)])
            start += len(requests)
    return [results[i] for i in range(len(pipelines))]


def metered(steps: Steps[R]) -> Steps[tuple[R, int]]:
    """A pipeline's result, and the tokens that were generated for it."""
    decoded = 0
    completions: Sequence[Completion] | None = None
    while True:
        try:
            wants = next(steps) if completions is None else steps.send(completions)
        except StopIteration as end:
            return end.value, decoded
        completions = yield wants
        decoded += sum(completion.usage.decoded for completion in completions)
