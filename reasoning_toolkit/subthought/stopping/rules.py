"""The stopping rules: an order to draw in, and a check after every draw.

    exact          longest prefix first (its continuation is the cheapest); stop when the rest cannot change the winner
    certified      random order; also stop when the winner is certain up to α (one process for each pair of classes)
    sharp          the same guarantee from fewer draws (one process for each rival)
    heuristic      random order; also stop when a Beta posterior says .95, after 8 draws; no guarantee
    hybrid         `sharp` for the first third; then longest first, exact

Answers at neighbouring positions are alike, so only a random order allows a certificate, and only while it is kept: what has been drawn
must be the first part of the order, whatever finished first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reasoning_toolkit.engines.types import stable_seed
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.subthought.stopping.heuristics import beta_probability
from reasoning_toolkit.subthought.stopping.tally import Tally

LEAST_DRAWS, CONFIDENCE = 8, 0.95  # of the heuristic

Check = Callable[[Tally, int, int | None], bool]  # tally after the draw, its position, its class


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a vote stopped, and why.

    Attributes:
        rule: what fired: exact, certified, heuristic, a row of `SEQUENTIAL`, or full where all was drawn.
        draws: items drawn.
        total: items of the population.
        answer: the elected answer; None where all abstained.
        alpha: the most that the certificate may be wrong, over random orders; None where no certificate was used.
        margin: votes of the winner minus those of the runner-up, among the drawn.
        classes: distinct answers among the drawn.
    """

    rule: str
    draws: int
    total: int
    answer: Any
    alpha: float | None
    margin: int
    classes: int

    def named(self, name: Callable[[Any], Any]) -> Stop:
        """The same, with the elected class by its name."""
        return replace(self, answer=name(self.answer))


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of `RULES`.

    Attributes:
        note: what it does, in a line.
        order: from a random order of the positions to the order of drawing.
        check: from the size of the population, α and the class of the trace's own answer to a check; None: exact alone.
        fires: name of what the check is.
    """

    note: str
    order: Callable[[list[int]], list[int]]
    check: Callable[[int, float, int | None], Check] | None = None
    fires: str = "exact"


class Watch:
    """Follows one vote, draw by draw.

    Args:
        name: a row of `RULES`.
        total: size of the population.
        alpha: error that a certificate may have.
        last: class of the trace's own answer, None where it has none.
    """

    def __init__(self, name: str, total: int, alpha: float, last: int | None) -> None:
        self.name, self.alpha, self.rule = name, alpha, find_rule(name, alpha)
        self.tally = Tally(total)
        self.check = self.rule.check(total, alpha, last) if self.rule.check else _never

    def draw(self, position: int, label: int | None) -> Stop | None:
        """Count one more item, in the rule's order; where to stop, None to go on."""
        tally = self.tally
        tally.add(position, label)
        fired = self.check(tally, position, label)
        if self.name != "full" and tally.settled():
            return self._stop("exact")
        if fired:
            return self._stop(self.rule.fires)
        return self._stop("full") if tally.drawn == tally.total else None

    def _stop(self, fired: str) -> Stop:
        tally = self.tally
        alpha = self.alpha if fired == "certified" else None
        return Stop(fired, tally.drawn, tally.total, tally.leader, alpha, tally.margin, len(tally.votes))


def find_rule(name: str, alpha: float) -> Rule:
    """The rule of this name.

    Raises:
        UsageError: there is no such rule, or α is not between 0 and 1.
    """
    if name not in RULES:
        raise unknown("stopping rule", name, RULES)
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}, above 0 and below 1 is needed", hint="0.05 is usual")
    return RULES[name]


def random_order(total: int, *seed: Any) -> list[int]:
    """Positions 0 to total - 1 in an order drawn from the seed, the same on every machine."""
    return sorted(range(total), key=lambda position: stable_seed(*seed, "order", position))


def replay(
    answers: Sequence[Hashable | None],
    rule: str,
    order: Sequence[int] | None = None,
    alpha: float = 0.05,
    seed: int = 0,
    *,
    last: Hashable | None = ...,
) -> Stop:
    """Run a rule over answers that are known, as the decoding would have.

    Args:
        answers: in the order of the trace; None abstains.
        rule: a row of `RULES`.
        order: positions in the order of drawing; the rule's own order from `seed` without it.
        alpha: error that a certificate may have.
        last: the trace's own answer; without it the answer at the last position, which continues the whole trace.

    Raises:
        UsageError: no answers, no such rule, an α outside 0 to 1, or an order that is not one of all positions.
    """
    total = len(answers)
    chosen = find_rule(rule, alpha).order(random_order(total, seed)) if order is None else list(order)
    if not total or sorted(chosen) != list(range(total)):
        raise UsageError(f"an order of the positions 0 to {total - 1} is needed, of at least one answer")
    own = answers[-1] if last is ... else last
    labels = {answer: i for i, answer in enumerate(dict.fromkeys(a for a in [own, *answers] if a is not None))}
    watch = Watch(rule, total, alpha, None if own is None else labels[own])
    stops = (watch.draw(i, None if answers[i] is None else labels[answers[i]]) for i in chosen)
    stop = next(stop for stop in stops if stop)
    names = list(labels)
    return replace(stop, answer=None if stop.answer is None else names[stop.answer])


def _pairwise(total: int, alpha: float, last: int | None) -> Check:
    return _certificate(load_row("reasoning_toolkit.subthought.stopping.betting:Pairwise")(total, alpha, last))


def _sharp(total: int, alpha: float, last: int | None) -> Check:
    return _certificate(load_row("reasoning_toolkit.subthought.stopping.betting:Sharp")(total, alpha, last))


def _first_third(total: int, alpha: float, last: int | None) -> Check:
    check = _sharp(total, alpha, last)
    return lambda tally, position, label: tally.drawn <= _third(total) and check(tally, position, label)


def _beta(total: int, alpha: float, last: int | None) -> Check:
    def check(tally: Tally, position: int, label: int | None) -> bool:
        most, second = (*sorted(tally.votes.values(), reverse=True), 0, 0)[:2]
        return tally.drawn >= LEAST_DRAWS and beta_probability(most, second) >= CONFIDENCE

    return check


def _certificate(process: Any) -> Check:
    import numpy as np

    def check(tally: Tally, position: int, label: int | None) -> bool:
        process.draw(np.array([position]), np.array([-1 if label is None else label]))
        return bool(process.certifies()[0])

    return check


def _never(tally: Tally, position: int, label: int | None) -> bool:
    return False


def _as_drawn(order: list[int]) -> list[int]:
    return order


def _longest_first(order: list[int]) -> list[int]:
    return sorted(order, reverse=True)


def _third_then_longest(order: list[int]) -> list[int]:
    third = _third(len(order))
    return order[:third] + _longest_first(order[third:])


def _third(total: int) -> int:
    return total // 3


RULES: dict[str, Rule] = {
    "full": Rule("draw everything", sorted),
    "exact": Rule("stop when the rest cannot change the winner; longest prefix first", _longest_first),
    "certified": Rule("stop when the winner is certain up to alpha; random order", _as_drawn, _pairwise, "certified"),
    "sharp": Rule("the same guarantee from fewer draws", _as_drawn, _sharp, "certified"),
    "heuristic": Rule("stop at a Beta posterior of .95; random order, no guarantee", _as_drawn, _beta, "heuristic"),
    "hybrid": Rule(
        "sharp for a third of the draws, then exact, longest first", _third_then_longest, _first_third, "certified"
    ),
}
