"""CyclePrompt: a reply is right if the question can be found again from it; if not, the difference is a hint for the next try.

Diesendruck, Lin et al. 2024, "Learning How To Ask: Cycle-Consistency Refines Prompts in Multimodal Foundation Models" (arXiv 2402.08756).
Forward, the candidate's own prompt; backward, from the reply alone; a discriminator compares the question with what came back. There is
no published code, and the published texts do not settle the rest, so:

1. All prompts are our own (`maps/`). The discriminator answers in two fields; what cannot be read is no consistency and gives no hint.
2. Three cycles; the last hint alone stands before the prompt (`accumulate` keeps all of them).
3. The backward map sees the reply without docstrings, comments and quotes of the question (`maps/quotes.py`).
4. The first forward call is the one of `single`, to the last token; later ones have a temperature. Both other maps are greedy.
5. The reply is the one whose cycle closed; where none did, the first.
6. Controls: `hint="fixed"` says the same words in place of every hint; `hint="other"` gives the hint that another problem got;
   the policy `best-of` spends the calls on further samples.

A published patent application, US 2025/0371282 A1, claims this loop; whoever ships it should know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from reasoning_toolkit.engines.types import Completion, Message, Request, stable_seed
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.maps.comparison import read_comparison
from reasoning_toolkit.prompts.maps.table import maps_of
from reasoning_toolkit.prompts.policies import Asking, Reply, reply_of
from reasoning_toolkit.prompts.render import filled, later, messages_of
from reasoning_toolkit.runs.drive import Pipeline

Hint = Literal["own", "fixed", "other"]
CALLS = 3  # of a cycle: forward, backward, discriminate
FIXED_HINT = "Please check your work."


@dataclass(frozen=True, slots=True)
class Cycling:
    """Settings of the policy.

    Attributes:
        cycles: at most so many.
        accumulate: keep the hints of all cycles, not the last one alone.
        temperature: of the forward calls behind the first.
        hint: the discriminator's `own`, the `fixed` words, or that of an `other` problem.
    """

    cycles: int = 3
    accumulate: bool = False
    temperature: float = 0.4
    hint: Hint = "own"


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle on one problem.

    Attributes:
        reply: of the forward call; its keys are those of all calls of the cycle.
        same: what the discriminator said; None where it could not be read or was not asked.
        hint: its own.
    """

    reply: Reply
    same: bool | None = None
    hint: str = ""


def cycle(candidate: Candidate, problem: Problem, asking: Asking) -> Pipeline[Reply]:
    """A reply that gave its question back, else the first one; at most three calls a cycle.

    Its keys are those of all calls: with `hint="other"` the three calls of each problem that lent a hint are among them.

    Raises:
        UsageError: a setting that does not fit.
    """
    cycles, borrowed = yield from cycles_of(candidate, problem, asking)
    reply = chosen_of(cycles)
    return replace(reply, keys=reply.keys + borrowed)


def cycles_of(candidate: Candidate, problem: Problem, asking: Asking) -> Pipeline[tuple[list[Cycle], tuple[str, ...]]]:
    """All cycles up to one that closes or fails; and the keys of the calls that borrowed hints cost."""
    settings = cycling(candidate.settings)
    donors = iter(d for d in asking.demos if d.id != problem.id)
    if settings.hint == "other" and not asking.demos:
        raise UsageError(
            "the hint of another problem was asked for, and there is none", hint="examples lend them: more demos"
        )
    cycles: list[Cycle] = []
    hints: list[str] = []
    borrowed: tuple[str, ...] = ()
    for number in range(settings.cycles):
        kept = hints if settings.accumulate else hints[-1:]
        cycles.append((yield from _cycle(candidate, problem, asking, settings, tuple(filter(None, kept)), number)))
        if cycles[-1].same or cycles[-1].reply.error or number + 1 == settings.cycles:
            break
        hint = FIXED_HINT if settings.hint == "fixed" else cycles[-1].hint
        if settings.hint == "other":
            hint, paid = yield from _borrowed(candidate, donors, asking, settings)
            borrowed += paid
        hints.append(hint)
    return cycles, borrowed


def calls_of_cycles(candidate: Candidate) -> int:
    """The most calls of a reply: three a cycle, and three for each hint that is borrowed from a problem that has one."""
    settings = cycling(candidate.settings)
    return CALLS * (settings.cycles + (settings.cycles - 1) * (settings.hint == "other"))


def chosen_of(cycles: Sequence[Cycle]) -> Reply:
    """The reply of the cycle that closed, or failed, or else of the first; its keys are those of all."""
    last = cycles[-1]
    chosen = last if last.same or last.reply.error else cycles[0]
    return replace(chosen.reply, keys=tuple(key for each in cycles for key in each.reply.keys))


def cycling(settings: Mapping[str, str | int | float | bool]) -> Cycling:
    """The settings of a candidate, checked.

    Raises:
        UsageError: an unknown setting, or a value that does not fit.
    """
    known = Cycling.__dataclass_fields__
    for name in settings:
        if name not in known:
            raise unknown("setting of the policy cycle", name, known)
    found = Cycling(**settings)  # type: ignore[arg-type]
    if found.hint not in get_args(Hint):
        raise unknown("hint", found.hint, get_args(Hint))
    if not isinstance(found.cycles, int) or found.cycles < 1:
        raise UsageError(f"expected a whole number of cycles, at least 1, got {found.cycles!r}")
    if not 0 <= found.temperature <= 2:
        raise UsageError(f"expected a temperature from 0 to 2, got {found.temperature!r}")
    return found


def _cycle(
    candidate: Candidate, problem: Problem, asking: Asking, settings: Cycling, hints: tuple[str, ...], number: int
) -> Pipeline[Cycle]:
    """Forward, backward, discriminate; it ends where a map has nothing to go on or an engine fails."""
    forward = _forward(candidate, problem, asking, settings, hints, number)
    (completion,) = yield [forward]
    reply = reply_of(forward, completion, asking, candidate.slot("prefix"))
    answer = after_thinking(reply.text)
    maps = maps_of(problem)
    messages = None if reply.error or answer is None else maps.backward(problem, answer)
    if messages is None:
        return Cycle(reply)
    backward = _greedy(messages, problem, asking)
    (rebuilt,) = yield [backward]
    reply = _with_call(reply, backward, rebuilt, asking)
    description = after_thinking(rebuilt.text)
    if reply.error or not description or not description.strip():
        return Cycle(reply)
    discriminate = _greedy(maps.discriminate(problem, description), problem, asking)
    (compared,) = yield [discriminate]
    return Cycle(_with_call(reply, discriminate, compared, asking), *read_comparison(compared.text))


def _forward(
    candidate: Candidate, problem: Problem, asking: Asking, settings: Cycling, hints: tuple[str, ...], number: int
) -> Request:
    template = asking.template
    parts = (template.seed, problem.id, asking.index, *([number] if number else []))
    sampling = later(template.sampling, settings.temperature) if number else template.sampling
    messages = _with_hints(messages_of(candidate, problem, template, asking.demos), hints)
    blank = Request((), sampling, stable_seed(*parts), asking.index, problem_id=problem.id)
    return filled(blank, asking.engine, messages, candidate.slot("prefix"))


def _with_hints(messages: tuple[Message, ...], hints: tuple[str, ...]) -> tuple[Message, ...]:
    """The hints before the text of the last message."""
    if not hints:
        return messages
    *before, last = messages
    noted = "\n".join(["Note on an earlier try:", *hints]) + "\n\n"
    content = last["content"]
    if isinstance(content, str):
        return (*before, {**last, "content": noted + content})
    *pictures, text = content
    return (*before, {**last, "content": [*pictures, {**text, "text": noted + text["text"]}]})


def _greedy(messages: tuple[Message, ...], problem: Problem, asking: Asking) -> Request:
    sampling = replace(asking.template.sampling, temperature=0.0, stop=())
    seed = stable_seed(asking.template.seed, problem.id, asking.index)
    return filled(Request((), sampling, seed, asking.index, problem_id=problem.id), asking.engine, messages)


def _with_call(reply: Reply, request: Request, completion: Completion, asking: Asking) -> Reply:
    """A reply that cost a further call; where that call failed, so did the reply."""
    failed = reply_of(request, completion, asking)
    return replace(reply, keys=reply.keys + failed.keys, error=failed.error)


def _borrowed(
    candidate: Candidate, donors: Iterator[Problem], asking: Asking, settings: Cycling
) -> Pipeline[tuple[str, tuple[str, ...]]]:
    """The first hint of the next donor that got one, and what it cost; no hint where nobody is left."""
    paid: tuple[str, ...] = ()
    for donor in donors:
        rest = replace(
            asking, demos=[demo for demo in asking.demos if demo.id != donor.id]
        )  # it must not see its own answer
        lent = yield from _cycle(candidate, donor, rest, settings, (), 0)
        paid += lent.reply.keys
        if lent.hint and not lent.same and not lent.reply.error:
            return lent.hint, paid
    return "", paid
