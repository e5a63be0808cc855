"""What the methods ask a model for, made in one place so that equal requests are equal: traces, samples, samples worth a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.engines.engine import Engine, render
from reasoning_toolkit.engines.think import opens_thinking
from reasoning_toolkit.engines.types import Message, Request, stable_seed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.scoring.scorer import Scorer
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.forcing import answered
from reasoning_toolkit.subthought.methods import resolved
from reasoning_toolkit.subthought.record import Draw, draws_of
from reasoning_toolkit.subthought.together import Steps, together
from reasoning_toolkit.subthought.voting import find_weighting

MOST_SAMPLES = 1024  # of one problem, where a model answers in a few tokens and the budget is large


@dataclass(frozen=True, slots=True)
class Context:
    """What every problem of a run shares."""

    engine: Engine
    config: DecodeConfig
    scorer: Scorer | None = None

    @property
    def needed_scorer(self) -> Scorer:
        """The scorer.

        Raises:
            UsageError: there is none.
        """
        if self.scorer is None:
            raise UsageError(f"{self.config.method} needs a scorer", hint="Context(engine, config, scorer)")
        return self.scorer

    def keys(self, requests: Sequence[Request]) -> tuple[str, ...]:
        """The requests' keys in the ledger."""
        return tuple(request.key(self.engine.identity) for request in requests)

    def setting(self, name: str) -> Any:
        """A setting of the method: what `--set` says, or the value of its source."""
        return resolved(self.config).settings[name]

    @property
    def asks_p_true(self) -> bool:
        """Whether a vote weighs draws by P(True)."""
        return any(find_weighting(name).p_true for name in self.config.votes)

    @property
    def mode(self) -> str:
        """How responses are made to answer, for methods with this setting."""
        return str(resolved(self.config).settings.get("mode", "open"))

    def opened(self, request: Request) -> bool:
        """Whether the prompt opens the thinking."""
        tokenizer = self.engine.tokenizer
        return tokenizer is not None and opens_thinking(tokenizer.decode(request.prompt), self.engine.tags)


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


def samples_worth(budget: int, problem: Problem, context: Context, guess: int) -> Steps[tuple[Draw, ...]]:
    """Draw samples until their tokens reach the budget, in waves sized by their mean length so far; keep those that fit.

    In a method's mode ``forced`` those that were cut off are forced to answer, which may exceed the budget by 64 tokens each.
    """
    requests: list[Request] = []
    costs: list[int] = []
    while sum(costs) < budget and len(costs) < MOST_SAMPLES:
        mean = max(1, round(sum(costs) / len(costs)) if costs else guess)
        wave = min(MOST_SAMPLES - len(costs), max(1, -(-(budget - sum(costs)) // mean)))
        new = sample_requests(problem, context, range(len(costs), len(costs) + wave))
        completions = yield new
        requests += new
        costs += [max(1, c.usage.decoded) for c in completions]
    kept = requests[: within_budget(costs, budget)]
    if context.mode != "forced":
        return draws_of(context.keys(kept))
    return tuple((yield from together([answered(r, context.engine, place=i) for i, r in enumerate(kept)])))


def equal_samples(decoded: int, problem: Problem, context: Context, draws: int) -> Steps[tuple[Draw, ...]]:
    """Independent samples worth the tokens that a method's draws took, where the config asks for baselines."""
    if not context.config.baselines or context.config.temperature == 0:
        return ()
    return (yield from samples_worth(decoded, problem, context, max(1, decoded // max(1, draws))))


def within_budget(costs: Sequence[int], budget: int) -> int:
    """How many of the first samples fit a token budget; at least one."""
    spent = 0
    for i, cost in enumerate(costs):
        spent += cost
        if spent > budget:
            return max(i, 1)
    return len(costs)


def user_message(question: str, instruction: str) -> str:
    """What the model is asked: the question, and the instruction behind it if there is one."""
    return f"{question}\n\n{instruction}" if instruction else question


def _render(problem: Problem, context: Context) -> tuple[tuple[int, ...], tuple[Message, ...]]:
    config = context.config
    messages: list[Message] = [{"role": "system", "content": config.system}] if config.system else []
    content = user_message(problem.question, config.instruction)
    return render(context.engine, [*messages, {"role": "user", "content": content}])
