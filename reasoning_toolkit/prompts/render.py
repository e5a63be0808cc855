"""From a candidate and a problem to the messages that are sent. Pure: the same in every process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.engine import render as render_messages
from reasoning_toolkit.engines.types import Message, Request, Sampling, stable_seed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate, joined
from reasoning_toolkit.prompts.pictures import with_picture

TRIGGER = "Let's think step by step."  # Kojima et al. 2022, arXiv 2205.11916


@dataclass(frozen=True, slots=True)
class Template:
    """What all candidates of a search share.

    Attributes:
        instruction: stands where neither candidate nor problem (`extra["instruction"]`) has one.
        form: how the answer shall be written, behind the question, in every prompt; empty for tasks that are scored by their own metric.
        sampling: of every reply.
        seed: every request's seed is derived from it.
    """

    instruction: str = ""
    form: str = ""
    sampling: Sampling = field(default_factory=lambda: Sampling(temperature=0.0, max_tokens=512))
    seed: int = 0


def messages_of(
    candidate: Candidate, problem: Problem, template: Template, demos: Sequence[Problem] = ()
) -> tuple[Message, ...]:
    """The chat: a system message where one is filled, then the user's, with the problem's picture where it has one."""
    system = candidate.system
    user = {"role": "user", "content": with_picture(user_text(candidate, problem, template, demos), problem)}
    return ({"role": "system", "content": system}, user) if system or candidate.empty_system else (user,)


def user_text(candidate: Candidate, problem: Problem, template: Template, demos: Sequence[Problem] = ()) -> str:
    """The user's message: instruction, examples, question, form; a blank line between them."""
    instruction = instruction_of(candidate, problem, template)
    stimulus, question = candidate.slot("stimulus"), problem.question
    if candidate.placement == "instruction-end":
        instruction = joined(instruction, stimulus, candidate.join)
    elif candidate.placement == "before-question":
        question = joined(stimulus, question, candidate.join)
    elif candidate.placement == "after-question":
        question = joined(question, stimulus, candidate.join)
    examples = [_example(demo, candidate) for demo in demos[: candidate.shots]]
    asked = f"Input: {question}\nOutput:" if examples else question
    trigger = TRIGGER if candidate.cot == "trigger" else ""
    return "\n\n".join(filter(None, (instruction, *examples, asked, template.form, trigger)))


def instruction_of(candidate: Candidate, problem: Problem, template: Template) -> str:
    """The instruction: the candidate's, else the problem's, else the template's."""
    return candidate.slot("instruction") or str(problem.extra.get("instruction", "")) or template.instruction


def request_of(
    engine: Engine,
    candidate: Candidate,
    problem: Problem,
    template: Template,
    demos: Sequence[Problem] = (),
    *,
    index: int = 0,
) -> Request:
    """The request for one reply; a filled slot `prefix` begins the reply, so it ends the prompt (engines that take token ids only)."""
    messages = messages_of(candidate, problem, template, demos)
    seed = stable_seed(template.seed, problem.id, index)  # not of the candidate: all of them get the same numbers
    blank = Request((), template.sampling, seed, index, problem_id=problem.id)
    return filled(blank, engine, messages, candidate.slot("prefix"))


def filled(blank: Request, engine: Engine, messages: Sequence[Message], prefix: str = "") -> Request:
    """A request with a chat put in, and behind it what the reply begins with (engines that take token ids only).

    Raises:
        UsageError: the chat holds a picture, and the engine takes token ids; or there is a prefix, and it takes none.
    """
    if engine.tokenizer is not None and not all(isinstance(message["content"], str) for message in messages):
        raise UsageError(
            f"problem {blank.problem_id!r} holds a picture, and this engine is sent token ids",
            hint="a vision model behind a server: --model openai:URL --engine-arg tokenizer=none",
        )
    prompt, chat = render_messages(engine, messages)
    if prefix and engine.tokenizer is None:
        raise UsageError(
            f"the reply shall begin with {prefix[:40]!r}, and this engine is sent chat messages only",
            hint="an engine that takes token ids (hf:, vllm:), or a candidate without a prefix",
        )
    if prefix and engine.tokenizer:
        prompt = (*prompt, *engine.tokenizer.encode(prefix))
    return replace(blank, prompt=prompt, messages=chat)


def later(sampling: Sampling, temperature: float) -> Sampling:
    """How a try behind the first is sampled: at this temperature, or a higher one that was asked for."""
    return replace(sampling, temperature=max(sampling.temperature, temperature))


def _example(demo: Problem, candidate: Candidate) -> str:
    """An example: its worked solution where reasoning is shown and there is one, else the answer."""
    solution = str(demo.extra.get("solution") or "") if candidate.cot == "fewshot" else ""
    return f"Input: {demo.question}\nOutput: {solution or demo.answer}"
