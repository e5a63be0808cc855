"""The settings of a search."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from reasoning_toolkit.engines.types import Sampling
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.prompts.budget import Cost, limits
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.runs.config import fixed, growing

Setting = str | int | float


@dataclass(frozen=True, slots=True)
class OptimizeConfig:
    """How to search.

    Attributes:
        problems: what was asked for on the command line.
        model: the model under study; its identity is recorded beside.
        family: a row of `FAMILIES`, or `auto:` and a row of `PROPOSERS` or `BRIDGES`.
        settings: of the family.
        optimizer_model: writes new prompts, for `auto:`; None takes the model under study.
        allocator: a row of `ALLOCATORS`.
        allocator_settings: of it; without its scale that is as large as the calls pay for.
        budget: most calls, prompt tokens, output tokens and seconds of the whole search, by name; what is not named has no limit.
        confirm: most problems of the confirmation.
        test: most problems of the test.
        limit: at most so many problems.
        seed: of the splits, the order and every request.
        temperature: of replies; 0 is greedy.
        top_p: of replies.
        max_tokens: limit of a reply.
        samples: replies a pair, where the temperature is above 0.
        instruction: where neither candidate nor problem has one.
        form: how the answer shall be written, behind every question.
    """

    problems: str = field(metadata={"change": "refused"})
    model: str
    family: str = field(metadata={"change": "refused"})
    settings: Mapping[str, Setting] = fixed(default_factory=dict)
    optimizer_model: str | None = None
    allocator: str = growing(default="halving")
    allocator_settings: Mapping[str, int | float] = growing(default_factory=dict)
    budget: Mapping[str, float] = growing(default_factory=dict)
    confirm: int = growing(default=600)
    test: int = growing(default=1500)
    limit: int | None = growing(default=None)
    seed: int = fixed(default=0)
    temperature: float = fixed(default=0.0)
    top_p: float = fixed(default=1.0)
    max_tokens: int = fixed(default=512)
    samples: int = growing(default=1)
    instruction: str = fixed(default="")
    form: str = fixed(default="")

    def __post_init__(self) -> None:
        for name, value in (
            ("max_tokens", self.max_tokens),
            ("samples", self.samples),
            ("confirm", self.confirm),
            ("test", self.test),
        ):
            if value < 1:
                raise UsageError(f"{name} is {value}, at least 1 is needed")
        if self.samples > 1 and self.temperature == 0:
            raise UsageError(
                f"{self.samples} samples at temperature 0 are the same reply", hint="--temperature 0.7, or --samples 1"
            )
        self.most  # noqa: B018  refuses a wrong budget

    @property
    def most(self) -> Cost:
        """The budget, infinite where there is no limit.

        Raises:
            UsageError: an unknown name, or a limit that is not above 0.
        """
        names = Cost.__slots__
        for name, value in self.budget.items():
            if name not in names:
                raise unknown("budget", name, names)
            if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
                raise UsageError(
                    f"expected a number for the budget of {name}, got {value!r}", hint="--budget calls=5900"
                )
        return limits(**dict(self.budget))

    @property
    def template(self) -> Template:
        """What all candidates share."""
        sampling = Sampling(self.temperature, self.top_p, max_tokens=self.max_tokens)
        return Template(self.instruction, self.form, sampling, self.seed)
