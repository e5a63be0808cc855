"""A vote that may end early: which continuation is drawn next, and whether those drawn are enough.

The population is every continuation of every prefix, position by position. A class of answers keeps its number once it has one, so
that a certificate bets on fixed classes: an answer joins the first class of which it equals every spelling so far.
"""

from __future__ import annotations

from collections.abc import Callable

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.grading import answer_key, decide
from reasoning_toolkit.subthought.stopping.rules import Stop, Watch, find_rule, random_order


class Ballot:
    """The vote of one problem.

    Args:
        rule: a row of `stopping.RULES`.
        alpha: error that a certificate may have.
        seed: what the random order is drawn from.
        total: continuations in all.
        last: the trace's own answer.
        read: the answer of a continuation by its position, None where it has none.

    Attributes:
        order: positions in the order of drawing.
        stop: where it ended; None while it goes on.
    """

    def __init__(
        self,
        rule: str,
        alpha: float,
        seed: tuple[int | str, ...],
        total: int,
        last: str | None,
        read: Callable[[int, Completion], str | None],
    ) -> None:
        self.order = find_rule(rule, alpha).order(random_order(total, *seed))
        self.stop: Stop | None = None
        self._read, self._classes = read, Classes()
        self._watch = Watch(rule, total, alpha, self._classes.number(last))

    def enough(self, completion: Completion) -> bool:
        """Count the next continuation of the order; whether the vote is decided with it."""
        position = self.order[self._watch.tally.drawn]
        stop = self._watch.draw(position, self._classes.number(self._read(position, completion)))
        if stop:
            self.stop = stop.named(self._classes.name)
        return stop is not None

    @property
    def drawn(self) -> list[int]:
        """Positions drawn so far, in the order of the trace."""
        return sorted(self.order[: self._watch.tally.drawn])


class Classes:
    """Numbers for answers of equal value, given out in order of first appearance and never changed."""

    def __init__(self) -> None:
        self._members: list[dict[str, str]] = []  # of each class: key → first spelling
        self._numbers: dict[str, int] = {}

    def number(self, answer: str | None) -> int | None:
        """The class of an answer; None for a missing one."""
        if answer is None:
            return None
        key = answer_key(answer)
        if key not in self._numbers:
            fits = (i for i, members in enumerate(self._members) if _equals_all(answer, members))
            number = next(fits, len(self._members))
            if number == len(self._members):
                self._members.append({})
            self._members[number][key] = answer
            self._numbers[key] = number
        return self._numbers[key]

    def name(self, number: int | None) -> str | None:
        """The first spelling of a class."""
        return None if number is None else next(iter(self._members[number].values()))


def _equals_all(answer: str, members: dict[str, str]) -> bool:
    return all(decide(member, answer, symmetric=True).equal for member in members.values())
