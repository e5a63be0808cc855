"""A second, independent opinion: math-verify (optional) on the same pairs, in killable workers.

Two verifiers that disagree point at the answers worth reading: neither is the truth. Both sides are wrapped in a box before
math-verify reads them, the way of calling it that is measured best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reasoning_toolkit.grading.pool import rule_on_many
from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS, Ruling
from reasoning_toolkit.grading.verify import decide
from reasoning_toolkit.lazy import require


class Disagreement(NamedTuple):
    """A pair on which the verifiers differ, with both reasons."""

    gold: str
    answer: str
    ours: bool
    theirs: bool
    our_reason: str
    their_reason: str


def disagreements(pairs: Sequence[tuple[str, str]], *, workers: int = 2, limit_s: float = 10.0) -> list[Disagreement]:
    """The pairs (gold, answer) that the toolkit and math-verify decide differently, each once.

    Args:
        workers: child processes that math-verify runs in.
        limit_s: seconds that it may take for one pair; past that it counts as "not equal", with that reason.

    Raises:
        MissingPackage: math-verify is not installed.
    """
    require("math-verify", "math-verify", "math_verify")
    different = [pair for pair in dict.fromkeys(pairs) if max(map(len, pair)) <= MAX_CHARACTERS]
    theirs = rule_on_many(different, math_verify_ruling, workers=workers, limit_s=limit_s) if different else []
    found = []
    for (gold, answer), their in zip(different, theirs, strict=True):
        our = decide(gold, answer)
        if our.equal != their.equal:
            found.append(Disagreement(gold, answer, our.equal, their.equal, our.reason, their.reason))
    return found


def math_verify_ruling(gold: str, answer: str) -> Ruling:
    """What math-verify says of two answers. Runs in a worker: it sets alarms, which work in a main thread alone."""
    return math_verify_on_completion(gold, rf"\boxed{{{answer}}}")


def math_verify_on_completion(gold: str, text: str) -> Ruling:
    """What math-verify says of a gold answer and a whole completion. Needs a main thread, as above."""
    import logging

    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    logging.disable(logging.CRITICAL)
    targets = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]
    parsed = [parse(whole, targets) for whole in (rf"\boxed{{{gold}}}", text)]
    return Ruling(bool(verify(*parsed)), "math-verify", "math-verify")
