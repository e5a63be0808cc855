"""How solutions came to be read, and what a figure from such readings is unbiased for.

An audited figure is a number with its design. Only a random choice that is known beforehand gives an unbiased one: reading
the shortest solutions first, reading until one is convinced or leaving out the hard ones gives bounds alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from reasoning_toolkit.errors import UsageError, unknown

HERE = "the figure of these samples on these problems, and of the sampler on these problems"


@dataclass(frozen=True, slots=True)
class Design:
    """A way to choose what is read.

    Attributes:
        randomness: the chance that the figure rests on; it must be seeded and recorded.
        unbiased_for: what the mean of the figure over that chance equals; None where there is no such thing.
    """

    randomness: str
    unbiased_for: str | None


DESIGNS = {
    "sample": Design("a random sample of the accepted solutions of each problem, of a size fixed beforehand", HERE),
    "stop": Design("a random reading order, read until a number of sound ones that is fixed beforehand", HERE),
    "capped": Design(
        "a random reading order, read until enough sound ones or a number of readings fixed beforehand", HERE
    ),
    "truncated": Design("a random reading order, left at a random draw with known survival", HERE),
    "problems": Design("of every problem a random reading order or sample", HERE),
    "two-phase": Design("problems drawn with known chances, then a random reading order in each", HERE),
    "difference": Design("as two-phase; only what a proxy, fixed before the draw, missed is estimated", HERE),
    "unequal": Design(
        "each solution read with a known chance of its own", "the accuracy of this strategy on these problems"
    ),
    "stratified": Design(
        "a random sample of each stratum, of a size fixed beforehand", "the share among these solutions"
    ),
    "noisy": Design(
        "a random sample, read with errors of known sensitivity and specificity",
        f"{HERE}, if the reader's errors are independent and alike for all solutions",
    ),
    "model": Design("none that is known: a model of the unread solutions", None),
    "convenience": Design("none: what was read was not left to chance", None),
}


class Estimate(float):
    """An audited figure: a float that knows its design.

    Attributes:
        design: a key of `DESIGNS`.
        standard_error: of the audit alone, on these samples and problems; None where the readings do not give it.
    """

    __slots__ = ("design", "standard_error")

    design: str
    standard_error: float | None

    def __new__(cls, value: float, design: str, standard_error: float | None = None) -> Self:
        """The figure `value` of this design; `standard_error` of the audit alone."""
        figure = super().__new__(cls, value)
        figure.design, figure.standard_error = design, standard_error
        return figure

    @property
    def unbiased_for(self) -> str | None:
        """What the figure is unbiased for; None says that it rests on a model."""
        return DESIGNS[self.design].unbiased_for

    @property
    def statement(self) -> str:
        """The design in words, to be printed beside the figure."""
        row = DESIGNS[self.design]
        promise = f"unbiased for {row.unbiased_for}" if row.unbiased_for else "model-based: unbiased for nothing"
        return f"{self.design}: {row.randomness}; {promise}"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (float(self), self.design, self.standard_error)


def require_unbiased(design: str) -> Design:
    """The row of a design that has an unbiased estimator.

    Raises:
        UsageError: an unknown design, or one without.
    """
    if design not in DESIGNS:
        raise unknown("design", design, DESIGNS)
    row = DESIGNS[design]
    if row.unbiased_for is None:
        raise UsageError(
            f"the design {design!r} has no unbiased estimate (chance: {row.randomness})",
            hint="show audit.closing_band alone, or read in an order drawn by a recorded seed",
        )
    return row
