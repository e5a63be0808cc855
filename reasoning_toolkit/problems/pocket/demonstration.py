"""Demonstrations: a program thought through aloud, a step a line, with slips that are noticed, missed or cancelled.

The lines open with markers of subthoughts ("First", "Now", "Wait", "Let me double-check", "Alternatively", "Therefore"), so a trace
falls into about one subthought a line. The answer follows the thinking, in a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from reasoning_toolkit.problems.pocket.program import Program, apply, operand_value, values

CLOSING = "</think>\n\n"
INVERSE = {"+": "-", "-": "+", "*": "/", "/": "*"}


@dataclass(frozen=True, slots=True)
class Slips:
    """How often a demonstration errs, and what becomes of it. Shares: of equations, then of slips.

    Attributes:
        rate: share of equations with a wrong result.
        noticed: share of slips found and repaired, at once or a few steps later.
        cancelled: share of slips that the next step silently makes good, so that a right answer follows from wrong steps.
        confirmed: share of the unnoticed slips that a double-check wrongly confirms.
        double_check: share of right steps that are checked by the inverse operation, or done again the other way round.
    """

    rate: float = 0.06
    noticed: float = 0.55
    cancelled: float = 0.15
    confirmed: float = 0.1
    double_check: float = 0.3


NO_SLIPS = Slips(rate=0.0)


def demonstration(rng: Random, program: Program, slips: Slips = Slips()) -> str:
    """Thinking, closing tag and boxed answer; the opening tag belongs to the prompt.

    The answer is wrong where a slip was neither noticed nor cancelled and changes it.
    """
    writer = _Writer(rng, program, slips)
    writer.think()
    answer = writer.claimed[-1]
    ending = rng.choices(("Therefore", "So", "Thus"), (4, 2, 1))[0]
    return "".join(writer.lines) + f"{ending} the answer is {answer}.\n{CLOSING}\\boxed{{{answer}}}"


class _Writer:
    """The lines so far, and what they claim: `claimed[j]` is the result written for step j."""

    def __init__(self, rng: Random, program: Program, slips: Slips) -> None:
        self.rng, self.program, self.slips = rng, program, slips
        self.true = values(program)
        self.claimed: list[int] = []
        self.lines: list[str] = []
        self.unnoticed: dict[int, int] = {}  # step with a slip → how many steps are done when it is noticed
        self.slipped = False

    def think(self) -> None:
        while len(self.claimed) < len(self.program):
            step = len(self.claimed)
            if self._impossible(step):
                self._return_to(min(self.unnoticed))
                continue
            self._write(step, self._opening(step))
            if self.slipped:
                self._meet_slip(step)
            elif self.rng.random() < self.slips.double_check:
                self._double_check(step)
            due = [step for step, when in self.unnoticed.items() if when <= len(self.claimed)]
            if due:
                self._return_to(min(due))

    def _meet_slip(self, step: int) -> None:
        """Decide what becomes of the slip just made."""
        fate, last = self.rng.random(), step == len(self.program) - 1
        self.unnoticed[step] = len(self.program) + 1  # never, unless
        if fate < self.slips.noticed:
            if last or self.rng.random() < 0.6:
                self._notice_at_once(step)
            else:
                self.unnoticed[step] = min(step + 1 + self.rng.randint(1, 2), len(self.program))
        elif fate < self.slips.noticed + self.slips.cancelled and not last:
            self._cancel(step + 1)
        elif self.rng.random() < self.slips.confirmed:
            inverse = self._inverse(step)
            if inverse:
                self.lines.append(f"Let me double-check: {inverse} = {self._operands(step)[0]}. That's correct.\n")

    def _notice_at_once(self, step: int) -> None:
        inverse, left = self._inverse(step), self._operands(step)[0]
        found = self._inverse_result(step)
        if inverse and found is not None and self.rng.random() < 0.5:
            self.lines.append(f"Let me double-check: {inverse} = {found}.\n")
            self._return_to(step, f"Wait, that is not {left}. ")
        else:
            self._return_to(step)

    def _cancel(self, step: int) -> None:
        """Write the next step with its true result, whatever its operands now say."""
        left, right = self._operands(step)
        self.lines.append(f"{self._opening(step)}{left} {self.program[step].operator} {right} = {self.true[step]}.\n")
        self.claimed.append(self.true[step])

    def _return_to(self, step: int, opening: str | None = None) -> None:
        """Take a step back and do it again, right, and with it all that came after."""
        left, right = self._operands(step)
        wrong = f"{left} {self.program[step].operator} {right} is not {self.claimed[step]}"
        del self.claimed[step:]
        self.unnoticed = {at: when for at, when in self.unnoticed.items() if at < step}
        self._write(step, opening or f"Wait, {wrong}. ", rate=0.0)

    def _write(self, step: int, opening: str, rate: float | None = None) -> None:
        """The line or lines of a step; `slipped` says whether one of its results is wrong."""
        self.slipped = False
        rate = self.slips.rate if rate is None else rate
        (left, right), operator = self._operands(step), self.program[step].operator
        parts = place_values(left, right) if operator == "*" else None
        if parts is None:
            result = self._result(operator, left, right, rate)
            self.lines.append(f"{opening}{left} {operator} {right} = {result}.\n")
        else:
            longer = max(left, right)
            products = [self._result("*", longer, part, rate) for part in parts]
            told = ", ".join(f"{longer} * {part} = {p}" for part, p in zip(parts, products, strict=True))
            result = self._result("+", products[0], products[1], rate)
            self.lines += [
                f"{opening}{longer} * {min(left, right)}: {told}.\n",
                f"So {' + '.join(map(str, products))} = {result}.\n",
            ]
        self.claimed.append(result)

    def _result(self, operator: str, left: int, right: int, rate: float) -> int:
        result = apply(operator, left, right)
        assert result is not None  # `_impossible` has looked
        if self.rng.random() >= rate:
            return result
        self.slipped = True
        return slip(self.rng, result)

    def _double_check(self, step: int) -> None:
        inverse, (left, right) = self._inverse(step), self._operands(step)
        operator, result = self.program[step].operator, self.claimed[step]
        if operator in "+*" and self.rng.random() < 0.3:
            self.lines.append(f"Alternatively {right} {operator} {left} = {result}.\n")
        elif inverse:
            self.lines.append(f"Let me double-check: {inverse} = {left}. That's correct.\n")

    def _inverse(self, step: int) -> str | None:
        """The left side that should give back the step's left operand; None where no easy one does."""
        operator, right = self.program[step].operator, self._operands(step)[1]
        if operator == "mod" or (operator == "*" and right > 9):
            return None
        return f"{self.claimed[step]} {INVERSE[operator]} {right}"

    def _inverse_result(self, step: int) -> int | None:
        operator, right = self.program[step].operator, self._operands(step)[1]
        found = apply(INVERSE[operator], self.claimed[step], right) if operator in INVERSE else None
        return found if found is not None and found >= 0 else None

    def _impossible(self, step: int) -> bool:
        """A slip before shows itself here: the division leaves a remainder, or the result is below zero."""
        result = apply(self.program[step].operator, *self._operands(step))
        return result is None or (result < 0 and bool(self.unnoticed))

    def _operands(self, step: int) -> tuple[int, int]:
        left, right = self.program[step].left, self.program[step].right
        return operand_value(left, self.claimed), operand_value(right, self.claimed)

    def _opening(self, step: int) -> str:
        first = not self.lines
        return self.rng.choices(("First ", "Okay, "), (4, 1))[0] if first else self.rng.choice(("Now ", "Then ", "So "))


def place_values(left: int, right: int) -> tuple[int, int] | None:
    """The tens and units of the shorter factor, where a product is too long for one line."""
    shorter = min(left, right)
    tens, units = shorter - shorter % 10, shorter % 10
    return (tens, units) if tens and units and shorter <= 99 else None


def slip(rng: Random, result: int) -> int:
    """A wrong result as people write one: a digit off by one, a lost carry, two digits swapped."""
    digits = str(result)
    if len(digits) > 1 and rng.random() < 0.25:
        at = rng.randrange(len(digits) - 1)
        swapped = int(f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}")
        if swapped != result:
            return swapped
    step: int = 10 ** rng.randrange(len(digits))
    return result + step if result < 2 * step or rng.random() < 0.5 else result - step
