"""The exact checker: what every step of a solution is, and whether the answer follows from right steps.

An equation is held against the problem's program. It must be true, and its operands must be what the question says and what the
solution itself claimed before. A later line that does a step again takes the earlier one back, with all that rested on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.pocket.program import Operand, Program, apply, from_json, sources, values
from reasoning_toolkit.problems.problem import Problem

StepKind = Literal["right", "check", "wrong equation", "repaired", "unjustified jump"]
_NUMBER = r"-?\d{1,12}(?!\d)"
_EQUATION = re.compile(rf"(?<![\d.])({_NUMBER}) (\+|-|\*|/|mod) ({_NUMBER}) = ({_NUMBER})")
_CHECKS = re.compile(r"(?:Let me double-check|Alternatively)[:,]? $")
_BOX = re.compile(rf"\\boxed\{{({_NUMBER})\}}")


@dataclass(frozen=True, slots=True)
class StepLabel:
    """One equation of a solution.

    Attributes:
        start, end: its characters in the text.
        kind: ``right``; ``check``: a true equation that repeats or inverts a step; ``wrong equation``: false and never taken back;
            ``repaired``: false, taken back later; ``unjustified jump``: true, but its numbers are neither the
            question's nor what the solution claimed.
        step: the program's step that it does or belongs to; None where it does none.
    """

    start: int
    end: int
    kind: StepKind
    step: int | None


@dataclass(frozen=True, slots=True)
class TraceCheck:
    """What the checker found.

    Attributes:
        steps: every equation, in the text's order.
        answer: the number in the last box; None if there is none.
        right: the answer is the problem's.
        complete: every step of the program was done, and the answer is the result claimed for the last one.
    """

    steps: tuple[StepLabel, ...]
    answer: int | None
    right: bool
    complete: bool

    @property
    def sound(self) -> bool:
        """No wrong equation left standing, no unjustified jump, and the answer follows."""
        return self.complete and all(step.kind in ("right", "check", "repaired") for step in self.steps)

    @property
    def false_positive(self) -> bool:
        """A right answer that does not follow from right steps."""
        return self.right and not self.sound


def check_trace(problem: Problem, text: str) -> TraceCheck:
    """Check a solution of a pocket problem.

    Args:
        problem: one with its program in `extra`.
        text: the whole response: thinking and answer.

    Raises:
        UsageError: the problem is not a pocket problem.
    """
    if "program" not in problem.extra:
        raise UsageError(
            f"problem {problem.id!r} of {problem.source} has no program to check against",
            hint="only pocket:NAME problems have one",
        )
    program = from_json(problem.extra["program"])
    reader = _Reader(program)
    for match in _EQUATION.finditer(text):
        left, operator, right, result = int(match[1]), match[2], int(match[3]), int(match[4])
        checks = bool(_CHECKS.search(text, max(0, match.start() - 24), match.start()))
        reader.read(_Equation(match.start(), match.end(), left, operator, right, result), checks)
    boxes = _BOX.findall(text)
    answer = int(boxes[-1]) if boxes else None
    complete = len(reader.claimed) == len(program) and reader.claimed[len(program) - 1] == answer
    return TraceCheck(reader.labels(), answer, answer == values(program)[-1], complete)


@dataclass(frozen=True, slots=True)
class _Equation:
    start: int
    end: int
    left: int
    operator: str
    right: int
    result: int

    @property
    def true(self) -> bool:
        return apply(self.operator, self.left, self.right) == self.result


@dataclass(slots=True)
class _Line:
    """An equation read, and the state of its label."""

    equation: _Equation
    step: int | None
    role: Literal["step", "part", "check", "jump"]
    withdrawn: bool = False


class _Reader:
    """What the solution has claimed so far: `claimed[j]` is its result of step j, `parts[j]` the partial products on the way."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.claimed: dict[int, int] = {}
        self.parts: dict[int, dict[int, _Line]] = {}
        self.lines: list[_Line] = []
        self.standing: dict[int, list[_Line]] = {}  # of each step: its lines that were not taken back

    def read(self, equation: _Equation, checks: bool) -> None:
        if checks:
            self._add(equation, max(self.claimed, default=None), "check")
        elif not (self._does_step(equation) or self._is_part(equation) or self._adds_parts(equation)):
            self._jump(equation)

    def labels(self) -> tuple[StepLabel, ...]:
        return tuple(StepLabel(line.equation.start, line.equation.end, _kind(line), line.step) for line in self.lines)

    def _does_step(self, equation: _Equation) -> bool:
        """The equation is a step of the program, on the numbers claimed so far: the first such step not done yet, else the latest done."""
        for step in self._by_need():
            if self._matches(equation, step):
                if self.claimed.get(step) == equation.result:  # said once more
                    self._add(equation, step, "check")
                else:
                    self._claim(step, equation, rests_on=())
                return True
        return False

    def _matches(self, equation: _Equation, step: int) -> bool:
        expected = self._operands(step)
        given = (equation.left, equation.right)
        swapped = expected[::-1] if equation.operator in "+*" else expected
        return equation.operator == self.program[step].operator and given in (expected, swapped)

    def _is_part(self, equation: _Equation) -> bool:
        """The equation multiplies by the tens or the units of the shorter factor of a step."""
        for step in self._by_need():
            left, right = self._operands(step)
            if self.program[step].operator != "*" or equation.operator != "*" or left is None or right is None:
                continue
            longer, shorter = max(left, right), min(left, right)
            if equation.left == longer and equation.right in (shorter - shorter % 10, shorter % 10):
                self._keep_part(step, equation)
                return True
        return False

    def _keep_part(self, step: int, equation: _Equation) -> None:
        parts = self.parts.setdefault(step, {})
        if equation.right in parts:  # the product is begun again
            if step not in self.claimed:
                self._withdraw_lines(step, ())
            parts.clear()
        parts[equation.right] = self._add(equation, step, "part")

    def _adds_parts(self, equation: _Equation) -> bool:
        for step, parts in self.parts.items():
            results = sorted(line.equation.result for line in parts.values())
            if equation.operator == "+" and results == sorted((equation.left, equation.right)):
                self._claim(step, equation, rests_on=parts.values())
                return True
        return False

    def _claim(self, step: int, equation: _Equation, rests_on: Collection[_Line]) -> None:
        """A step is done, or done again: its earlier lines are taken back, and with another result all that rested on it."""
        self._withdraw_lines(step, rests_on)
        if self.claimed.get(step, equation.result) != equation.result:
            for later in self._resting_on(step):
                self.claimed.pop(later, None)
                self.parts.pop(later, None)
                self._withdraw_lines(later, ())
        self.claimed[step] = equation.result
        self._add(equation, step, "step")

    def _jump(self, equation: _Equation) -> None:
        """The equation rests on a number that the solution has not claimed. If it is otherwise the next step, go on from it."""
        for step in self._undone():
            given = (equation.left, equation.right)
            asked = (self.program[step].left, self.program[step].right)
            if equation.operator == self.program[step].operator and any(
                g == a for g, a in zip(given, asked, strict=True)
            ):
                self.claimed[step] = equation.result
                self._add(equation, step, "jump")
                return
        self._add(equation, None, "jump")

    def _withdraw_lines(self, step: int, kept: Collection[_Line]) -> None:
        lines, self.standing[step] = self.standing.get(step, []), list(kept)
        for line in lines:
            line.withdrawn = not any(line is other for other in kept)

    def _resting_on(self, step: int) -> list[int]:
        gone = [step]
        for later in range(step + 1, len(self.program)):
            if set(gone).intersection(sources(self.program[later])):
                gone.append(later)
        return gone[1:]

    def _by_need(self) -> list[int]:
        """Steps not done yet, in order, then those done, the latest first."""
        return [*self._undone(), *sorted(self.claimed, reverse=True)]

    def _undone(self) -> list[int]:
        return [j for j in range(len(self.program)) if j not in self.claimed]

    def _operands(self, step: int) -> tuple[int | None, int | None]:
        return self._value(self.program[step].left), self._value(self.program[step].right)

    def _value(self, operand: Operand) -> int | None:
        return operand if isinstance(operand, int) else self.claimed.get(int(operand[1:]))

    def _add(self, equation: _Equation, step: int | None, role: Literal["step", "part", "check", "jump"]) -> _Line:
        line = _Line(equation, step, role)
        self.lines.append(line)
        if step is not None:
            self.standing.setdefault(step, []).append(line)
        return line


def _kind(line: _Line) -> StepKind:
    if not line.equation.true:
        return "repaired" if line.withdrawn else "wrong equation"
    if line.withdrawn and line.role == "jump":
        return "repaired"
    names: dict[str, StepKind] = {"step": "right", "part": "right", "check": "check", "jump": "unjustified jump"}
    return names[line.role]
